"""The site map."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from playground.views import (
    accounts,
    audience,
    audience_list,
    audience_new,
    compare,
    connections,
    health,
    portable,
    presets,
    preview,
    replay,
    request,
    request_links,
    run_delete,
    run_events,
    run_files,
    run_next,
    run_try,
    runs,
    schema,
    session_delete,
    session_list,
    sessions,
    share_list,
    share_new,
    shares,
    stage,
    uploads,
    workbench,
)

urlpatterns: list[URLPattern | URLResolver] = [
    # The workbench
    path("", workbench.home, name="workbench"),
    path("sessions/<uuid:session_id>/", workbench.session, name="session"),
    # Sessions
    path("sessions/list/", session_list.session_list, name="session_list"),
    path("sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/several/", session_delete.session_several, name="session_several"),
    path("sessions/restore/", session_delete.session_restore, name="session_restore"),
    path("sessions/<uuid:session_id>/manage/", sessions.session_manage, name="session_manage"),
    path("sessions/<uuid:session_id>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<uuid:session_id>/title/", sessions.session_rename, name="session_rename"),
    path("sessions/<uuid:session_id>/pin/", sessions.session_pin, name="session_pin"),
    path("sessions/<uuid:session_id>/archive/", sessions.session_archive, name="session_archive"),
    path("sessions/<uuid:session_id>/duplicate/", sessions.session_duplicate, name="session_duplicate"),
    path("sessions/<uuid:session_id>/delete/", session_delete.session_delete, name="session_delete"),
    path("sessions/<uuid:session_id>/forget/", session_delete.session_forget, name="session_forget"),
    # Before a room
    path("sessions/<uuid:session_id>/present/", stage.present, name="present"),
    path("sessions/<uuid:session_id>/present/prompts/", stage.present_prompts, name="present_prompts"),
    path("sessions/<uuid:session_id>/present/run/", stage.present_run, name="present_run"),
    # In and out
    path("import/", portable.import_page, name="import"),
    path("sessions/export.<str:format>", portable.sessions_export, name="sessions_export"),
    path("sessions/<uuid:session_id>/export.<str:format>", portable.session_export, name="session_export"),
    path("runs/<uuid:run_id>/export.<str:format>", portable.run_export, name="run_export"),
    # Two runs
    path("compare/", compare.compare, name="compare"),
    # Presets
    path("presets/", presets.presets, name="presets"),
    path("presets/<uuid:preset_id>/", presets.preset, name="preset"),
    path("presets/<uuid:preset_id>/delete/", presets.preset_delete, name="preset_delete"),
    path("sessions/<uuid:session_id>/preset/", presets.preset_save, name="preset_save"),
    # The request pane
    path("sessions/<uuid:session_id>/draft/", request.draft, name="draft"),
    path("sessions/<uuid:session_id>/request/", request.request_change, name="request_change"),
    path("sessions/<uuid:session_id>/preview/", preview.preview, name="preview"),
    path("request/<slug:endpoint>/part/", request.request_part, name="request_part"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("uploads/<uuid:attachment_id>/", uploads.attachment, name="attachment"),
    # Making a link; its look before it is made
    path("runs/<uuid:run_id>/link/", request_links.run_link, name="run_link"),
    path("runs/<uuid:run_id>/share/", share_new.share_new, name="share_new"),
    path("runs/<uuid:run_id>/look/<slug:terms>/", share_new.share_look, name="share_look"),
    path(
        "runs/<uuid:run_id>/look/<slug:terms>/<int:number>/recording", share_new.look_recording, name="look_recording"
    ),
    path("runs/<uuid:run_id>/look/<slug:terms>/file.json", share_new.look_file, name="look_file"),
    path("runs/<uuid:run_id>/look/<slug:terms>/<int:number>/rows/", share_new.look_rows, name="look_rows"),
    path(
        "runs/<uuid:run_id>/look/<slug:terms>/<int:number>/events/<int:event>/", share_new.look_event, name="look_event"
    ),
    path("runs/<uuid:run_id>/look/<slug:terms>/<int:number>/<slug:tab>/", share_new.look_panel, name="look_panel"),
    # My links
    path("links/", share_list.shares, name="shares"),
    path("links/revoke/", share_list.shares_revoke, name="shares_revoke"),
    path("links/<uuid:share_id>/", share_list.share_mine, name="share_mine"),
    path("links/<uuid:share_id>/revoke/", share_list.share_revoke, name="share_revoke"),
    path("links/<uuid:share_id>/<int:number>/recording", share_list.mine_recording, name="mine_recording"),
    path("links/<uuid:share_id>/<int:number>/rows/", share_list.mine_rows, name="mine_rows"),
    path("links/<uuid:share_id>/<int:number>/events/<int:event>/", share_list.mine_event, name="mine_event"),
    path("links/<uuid:share_id>/<int:number>/<slug:tab>/", share_list.mine_panel, name="mine_panel"),
    # What the holder of a link sees: these open by the link alone
    path("s/<str:token>/", shares.share, name="share"),
    path("s/<str:token>/passphrase/", shares.unlock, name="share_unlock"),
    path("s/<str:token>/fork/", shares.fork, name="share_fork"),
    path("s/<str:token>/file.json", shares.share_file, name="share_file"),
    path("s/<str:token>/state", shares.state, name="share_state"),
    path("s/<str:token>/<int:number>/recording", shares.recording, name="share_recording"),
    path("s/<str:token>/<int:number>/rows/", shares.rows, name="share_rows"),
    path("s/<str:token>/<int:number>/events/<int:event>/", shares.event, name="share_event"),
    path("s/<str:token>/<int:number>/<slug:tab>/", shares.panel, name="share_panel"),
    # For an audience: these open by the link alone as well, and a visitor's run for the browser that started it
    path("presets/<uuid:preset_id>/audience/", audience_new.audience_new, name="audience_new"),
    path("links/audience/close/", audience_list.audiences_close, name="audiences_close"),
    path("links/audience/<uuid:audience_id>/close/", audience_list.audience_close, name="audience_close"),
    path("a/<str:token>/", audience.audience, name="audience"),
    path("a/<str:token>/run/", audience.audience_run, name="audience_run"),
    path("a/<str:token>/state", audience.audience_state, name="audience_state"),
    path("a/<str:token>/<uuid:run_id>/stop/", audience.audience_stop, name="audience_stop"),
    path("a/<str:token>/<uuid:run_id>/state", audience.audience_frames, name="audience_frames"),
    path("a/<str:token>/<uuid:run_id>/source/", audience.audience_source, name="audience_source"),
    # A request inside a link
    path("new", request_links.new, name="new"),
    path("new/open/", request_links.new_open, name="new_open"),
    # Runs
    path("sessions/<uuid:session_id>/runs/", runs.run_start, name="run_start"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/state", runs.run_state, name="run_state"),
    path("runs/<uuid:run_id>/stop/", runs.run_stop, name="run_stop"),
    path("runs/<uuid:run_id>/retry/", runs.run_retry_now, name="run_retry_now"),
    path("runs/<uuid:run_id>/try/<slug:what>/", run_try.run_try, name="run_try"),
    path("runs/<uuid:run_id>/delete/", run_delete.run_delete, name="run_delete"),
    path("runs/<uuid:run_id>/next/", run_next.run_next, name="run_next"),
    path("runs/<uuid:run_id>/again/", run_next.run_again, name="run_again"),
    path("runs/<uuid:run_id>/edit/", run_next.run_edit, name="run_edit"),
    path("runs/<uuid:run_id>/source", run_files.source, name="run_source"),
    path("runs/<uuid:run_id>/<str:name>.json", run_files.body, name="run_body"),
    path("runs/<uuid:run_id>/recording", replay.run_recording, name="run_recording"),
    path("runs/<uuid:run_id>/rows/", run_events.rows, name="run_event_rows"),
    path("runs/<uuid:run_id>/events/<int:number>/", run_events.one, name="run_event"),
    path("runs/<uuid:run_id>/events.<str:format>", run_events.download, name="run_events"),
    path("runs/<uuid:run_id>/<slug:tab>/", runs.run_tab, name="run_tab"),
    # Connections
    path("connections/", connections.connections, name="connections"),
    path("connections/new/", connections.connection_new, name="connection_new"),
    path("connections/<uuid:connection_id>/", connections.connection, name="connection"),
    path("connections/<uuid:connection_id>/delete/", connections.connection_delete, name="connection_delete"),
    path("connections/take/<slug:variable>/", connections.connection_take, name="connection_take"),
    # The reader's choices
    path("language/", require_POST(login_not_required(set_language)), name="set_language"),
    # Accounts
    path("login/", accounts.Login.as_view(), name="login"),
    path("logout/", accounts.Logout.as_view(), name="logout"),
    path("password/", accounts.PasswordChange.as_view(), name="password_change"),
    path("password/changed/", accounts.password_changed, name="password_changed"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/first/", accounts.first_owner, name="first_owner"),
    path("accounts/<int:account_id>/deactivate/", accounts.account_switch, {"active": False}, "account_deactivate"),
    path("accounts/<int:account_id>/activate/", accounts.account_switch, {"active": True}, "account_activate"),
    # The catalogue
    path("api/schema/<slug:endpoint>.json", schema.schema, name="schema"),
    # What machines ask
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("robots.txt", health.robots, name="robots"),
    path("csp-report", health.csp_report, name="csp_report"),
]

handler400 = "playground.views.errors.bad_request"
handler403 = "playground.views.errors.permission_denied"
handler404 = "playground.views.errors.not_found"
handler500 = "playground.views.errors.server_error"
