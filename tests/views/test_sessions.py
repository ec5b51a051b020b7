"""The sessions pane and what can be done with a session."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.models import SANDBOX_ID, Audience, Draft, Lease, Preset, Run, Session, Share, Tag, User
from playground.runs.forgetting import KEPT, sweep
from playground.search import index_run, index_session, matching
from playground.views.session_list import PAGE, day_name

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")  # local mode makes its one owner, and an example
    Session.objects.all().delete()
    return User.objects.get()


@pytest.fixture
def foreign() -> Session:
    stranger = User.objects.create(username="somebody-else")
    made = Session.objects.create(owner=stranger, title="Not yours")
    Run.objects.create(owner=stranger, session=made, endpoint="chat", request_body=b'{"input":"theirs"}')
    index_session(made)
    return made


def session(owner: User, title: str = "One", ago: int = 0, prompt: str = "Tell me", **run: Any) -> Session:
    then = timezone.now() - timedelta(days=ago)
    made = Session.objects.create(owner=owner, title=title, updated=then)
    Draft.objects.create(session=made, connection_id=SANDBOX_ID, body=b'{"model":"m","input":"Hello"}')
    body = json.dumps({"model": "m", "input": prompt}).encode()
    values = {
        "endpoint": "responses",
        "model": "m",
        "status": "finished",
        "connection_id": SANDBOX_ID,
        "created": then,
        **run,
    }
    ran = Run.objects.create(owner=owner, session=made, request_body=body, **values)
    index_session(made)
    index_run(ran)
    return made


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/sessions/list/{query}", headers=HTMX)
    assert answer.status_code == 200
    return [row.session.title for day in answer.context["listing"].page.days for row in day.rows]


# -- the list


def test_the_newest_come_first_under_their_days_and_the_pinned_before_them(client: Client, owner: User) -> None:
    session(owner, "old", ago=40)
    session(owner, "yesterday", ago=1)
    session(owner, "now")
    Session.objects.filter(title="old").update(pinned=True)

    answer = client.get("/sessions/list/", headers=HTMX)

    days = answer.context["listing"].page.days
    assert [day.name for day in days] == ["Pinned", "Today", "Yesterday"]
    assert titles(client) == ["old", "now", "yesterday"]


@pytest.mark.parametrize(("ago", "name"), [(0, "Today"), (1, "Yesterday")])
def test_near_days_have_names(ago: int, name: str) -> None:
    assert day_name(timezone.localdate() - timedelta(days=ago)) == name


def test_far_days_are_dates() -> None:
    assert day_name(date(2020, 3, 4)) == "March 4, 2020"


def test_pages_follow_on_each_other_without_a_gap_or_a_double(client: Client, owner: User) -> None:
    same = timezone.now()
    for number in range(PAGE * 2 + 5):
        Session.objects.create(owner=owner, title=str(number), pinned=number < 3, updated=same)

    found, more = [], ""
    for _ in range(3):
        page = client.get(f"/sessions/list/?before={more}", headers=HTMX).context["listing"].page
        found += [row.session.title for day in page.days for row in day.rows]
        more = page.more

    assert sorted(found, key=int) == [str(number) for number in range(PAGE * 2 + 5)]
    assert more == ""
    assert set(found[:3]) == {"0", "1", "2"}


def test_a_page_that_goes_on_repeats_no_heading(client: Client, owner: User) -> None:
    for _ in range(PAGE + 1):
        Session.objects.create(owner=owner)
    first = client.get("/sessions/list/", headers=HTMX).context["listing"].page

    second = client.get(f"/sessions/list/?before={first.more}", headers=HTMX).context["listing"].page

    assert [day.name for day in first.days] == ["Today"]
    assert [day.name for day in second.days] == [""]


@pytest.mark.parametrize("place", ["x", "1-2-3", "0-99999999999999999999-" + "0" * 32, "--", "0-1-" + "z" * 32])
def test_a_place_that_is_none_is_the_beginning(client: Client, owner: User, place: str) -> None:
    session(owner)

    assert titles(client, f"?before={place}") == ["One"]


def test_the_list_of_a_page_is_drawn_anew_as_long_as_it_was(client: Client, owner: User) -> None:
    for number in range(PAGE + 5):
        Session.objects.create(owner=owner, title=str(number))

    assert len(titles(client, f"?shown={PAGE + 5}")) == PAGE + 5
    assert len(titles(client, "?shown=" + "9" * 5000)) == PAGE + 5
    assert len(titles(client, "?shown=-1")) == PAGE


def test_without_a_script_the_list_is_part_of_the_page(client: Client, owner: User) -> None:
    session(owner, "Unicorn")

    assert client.get("/sessions/list/?q=uni")["Location"] == "/?q=uni#sessions"
    page = client.get("/?q=unicorn", follow=True).content.decode()

    assert 'value="unicorn"' in page
    assert "1 session" in page


# -- looking for some of them


def test_titles_tags_prompts_and_answers_are_searched(client: Client, owner: User) -> None:
    found = session(owner, "Story", prompt="一角獣の話", summary={"text": "Once upon a time"})
    Tag.objects.create(session=found, name="demo")
    index_session(found)
    session(owner, "Other")

    for words in ("story", "demo", "一角獣", "角獣", "upon time"):
        assert titles(client, f"?q={words}") == ["Story"], words
    assert titles(client, "?q=unicorn") == []
    assert titles(client, "?q=%00") == ["Other", "Story"], "what no text can hold is not looked for"


def test_where_the_words_stand_is_shown_as_text(client: Client, owner: User) -> None:
    session(owner, prompt="a long story about <b>unicorns</b> and more")

    page = client.get("/sessions/list/?q=unicorns", headers=HTMX).content.decode()

    assert "&lt;b&gt;<mark>unicorns</mark>&lt;/b&gt;" in page


def test_every_filter_narrows_the_list(client: Client, owner: User) -> None:
    session(owner, "chat", endpoint="chat", model="gpt-5.4", status="failed")
    session(owner, "old", ago=30, connection_id=None)
    session(owner, "visited", visitor="hash")
    Tag.objects.create(session=Session.objects.get(title="old"), name="日本")
    day = (timezone.localdate() - timedelta(days=10)).isoformat()

    assert titles(client, "?to=chat") == ["chat"]
    assert titles(client, "?model=GPT") == ["chat"]
    assert titles(client, "?status=failed") == ["chat"]
    assert titles(client, f"?connection={SANDBOX_ID}") == ["visited", "chat"]
    assert titles(client, "?tag=日本") == ["old"]
    assert titles(client, f"?until={day}") == ["old"]
    assert titles(client, f"?since={day}") == ["visited", "chat"]
    assert titles(client, "?who=visitors") == ["visited"]
    assert titles(client, "?who=me") == ["chat", "old"]
    assert titles(client, "?to=chat&status=finished") == []


def test_a_session_is_found_by_when_any_of_its_runs_was(client: Client, owner: User) -> None:
    """Used last week and again today: of both days, and of none between or around them."""
    used = session(owner, "used twice")
    Run.objects.create(
        owner=owner, session=used, endpoint="chat", request_body=b"{}", created=timezone.now() - timedelta(days=7)
    )
    planned = Session.objects.create(owner=owner, title="never ran", updated=timezone.now() - timedelta(days=7))
    day = {ago: (timezone.localdate() - timedelta(days=ago)).isoformat() for ago in (0, 6, 7, 8)}

    assert titles(client, f"?since={day[7]}&until={day[7]}") == ["used twice", planned.title]
    assert titles(client, f"?since={day[0]}&until={day[0]}") == ["used twice"]
    assert titles(client, f"?since={day[6]}&until={day[6]}") == titles(client, f"?until={day[8]}") == []
    assert titles(client, f"?until={day[7]}&to=chat") == ["used twice"]
    assert titles(client, f"?until={day[7]}&to=responses") == titles(client, f"?since={day[6]}&to=chat") == []


def test_any_tag_can_be_chosen(client: Client, owner: User) -> None:
    """The ones used most are in sight, the others unfold, in the order of their names; the chosen one is in sight."""
    names = [f"tag {number:02}" for number in range(15)]
    made, other = session(owner), session(owner)
    Tag.objects.bulk_create(Tag(session=made, name=name) for name in names)
    Tag.objects.bulk_create(Tag(session=other, name=name) for name in names[3:])

    page = client.get(f"/sessions/{made.pk}/").content.decode()
    chosen = client.get(f"/sessions/{made.pk}/?tag=tag 01").content.decode()

    assert re.findall(r'name="tag" value="(.+?)"', page) == [*names[3:], *names[:3]]
    assert re.findall(r'name="tag" value="(.+?)"', chosen) == ["tag 01", *names[3:], "tag 00", "tag 02"]
    assert "… and 3 more</summary>" in page


@pytest.mark.parametrize(
    "query", ["to=x", "status=%27", "connection=1", "since=yesterday", "until=9999-12-31", "who=root", "where=/etc"]
)
def test_what_cannot_be_a_filter_is_none(client: Client, owner: User, query: str) -> None:
    session(owner)

    assert titles(client, f"?{query}") == ["One"]


def test_one_run_must_be_all_that_is_asked_of_it(client: Client, owner: User) -> None:
    both = session(owner, "two runs", endpoint="chat", status="failed")
    Run.objects.create(owner=owner, session=both, endpoint="responses", status="finished", request_body=b"{}")

    assert titles(client, "?to=chat&status=failed") == ["two runs"]
    assert titles(client, "?to=chat&status=finished") == []


def test_rows_keep_what_was_looked_for(client: Client, owner: User) -> None:
    made = session(owner, "Story & more")

    page = client.get("/sessions/list/?q=story+%26&to=responses", headers=HTMX).content.decode()

    assert f'href="/sessions/{made.pk}/?q=story+%26&amp;to=responses"' in page


def test_nobody_elses_sessions_are_in_the_list(client: Client, owner: User, foreign: Session) -> None:
    session(owner)

    for query in ("", "?q=yours", "?q=theirs", "?to=chat", "?where=archive", "?where=deleted"):
        assert "Not yours" not in titles(client, query)


# -- changing one


def test_a_new_title_can_be_found_and_is_told_to_the_page(client: Client, owner: User) -> None:
    made = session(owner, "Before")

    answer = client.post(f"/sessions/{made.pk}/title/", {"title": "Then <b>"}, headers=HTMX)

    assert answer.content.decode().strip() == "<title>Then &lt;b&gt; · Playground</title>"
    assert json.loads(answer["HX-Trigger"])["sessions-changed"] == {"id": str(made.pk), "title": "Then <b>"}
    assert titles(client, "?q=then") == ["Then <b>"]
    assert titles(client, "?q=before") == []


def test_tags_are_words_with_commas_between_them_each_once(client: Client, owner: User) -> None:
    made = session(owner)

    client.post(f"/sessions/{made.pk}/edit/", {"title": "T", "tags": " demo,, #tools , demo,日本 語, " + "x" * 50})

    assert sorted(tag.name for tag in made.tags.all()) == sorted(["demo", "tools", "日本 語", "x" * 40])
    assert titles(client, "?q=tools") == ["T"]
    client.post(f"/sessions/{made.pk}/edit/", {"title": "T", "tags": "tools"})
    assert [tag.name for tag in made.tags.all()] == ["tools"]


def test_pinned_and_archived_and_back(client: Client, owner: User) -> None:
    made = session(owner)

    client.post(f"/sessions/{made.pk}/pin/", {"pinned": "1"})
    made.refresh_from_db()
    assert made.pinned
    client.post(f"/sessions/{made.pk}/archive/", {"archived": "1"})
    assert (titles(client), titles(client, "?where=archive")) == ([], ["One"])
    assert client.get(f"/sessions/{made.pk}/").status_code == 200
    client.post(f"/sessions/{made.pk}/archive/", {"archived": "0"})
    client.post(f"/sessions/{made.pk}/pin/", {"pinned": "0"})
    made.refresh_from_db()
    assert (made.pinned, made.archived) == (False, None)


def test_a_copy_has_the_request_and_not_the_runs(client: Client, owner: User) -> None:
    made = session(owner, "Mine")
    Tag.objects.create(session=made, name="demo")

    answer = client.post(f"/sessions/{made.pk}/duplicate/")

    copy = Session.objects.get(pk=answer["Location"].split("/")[2])
    assert (copy.title, copy.runs.count(), copy.tags.get().name) == ("Mine (copy)", 0, "demo")
    assert bytes(copy.draft.body) == bytes(made.draft.body)


def test_the_dialog_and_the_page_are_the_same_forms(client: Client, owner: User) -> None:
    made = session(owner)
    address = f"/sessions/{made.pk}/manage/"

    page = client.get(address).content.decode()
    dialog = client.get(address, headers=HTMX).content.decode()

    for action in ("edit", "pin", "archive", "duplicate", "delete", "preset"):
        assert f'action="/sessions/{made.pk}/{action}/"' in page
        assert f'action="/sessions/{made.pk}/{action}/"' in dialog
    assert page.lstrip().startswith("<!doctype html>")
    assert "<html" not in dialog


@pytest.mark.parametrize("path", ["title", "edit", "pin", "archive", "duplicate", "delete"])
def test_fields_that_are_ours_to_set_are_refused(client: Client, owner: User, path: str) -> None:
    made = session(owner)

    answer = client.post(f"/sessions/{made.pk}/{path}/", {"title": "x", "owner": "2", "created": "1990-01-01"})

    assert answer.status_code == 400
    made.refresh_from_db()
    assert (made.title, made.deleted) == ("One", None)


@pytest.mark.parametrize("field", ["id", "session_id", "owner", "pk"])
def test_nobody_chooses_the_id_or_owner_of_a_new_session(
    client: Client, owner: User, foreign: Session, field: str
) -> None:
    before = Session.objects.count()

    assert client.post("/sessions/new/", {field: str(foreign.pk)}).status_code == 400
    assert Session.objects.count() == before


# -- deleting


def test_what_was_deleted_can_be_undone(client: Client, owner: User) -> None:
    made = session(owner)

    answer = client.post(f"/sessions/{made.pk}/delete/", follow=True)

    assert titles(client) == [""]  # an empty page of work stands in its place
    page = answer.content.decode()
    assert "“One” was deleted." in page
    moment = answer.redirect_chain[0][0].partition("deleted=")[2].partition("#")[0]
    client.post("/sessions/restore/", {"at": moment})
    assert "One" in titles(client)


def test_in_the_dialog_the_list_is_told_what_can_be_undone(client: Client, owner: User) -> None:
    made, kept = session(owner), session(owner, "Kept")
    here = {**HTMX, "HX-Current-URL": f"http://testserver/sessions/{kept.pk}/"}

    answer = client.post(f"/sessions/{made.pk}/delete/", headers=here)

    told = json.loads(answer["HX-Trigger"])["sessions-changed"]
    assert (answer.status_code, told["closes"]) == (204, True)
    listed = client.get(f"/sessions/list/?deleted={told['deleted']}", headers=HTMX).content.decode()
    assert "“One” was deleted." in listed


def test_deleting_the_page_one_is_on_leads_to_another(client: Client, owner: User) -> None:
    made = session(owner)
    here = {**HTMX, "HX-Current-URL": f"http://testserver/sessions/{made.pk}/?run=1"}

    answer = client.post(f"/sessions/{made.pk}/delete/", headers=here)

    assert answer["HX-Redirect"].startswith("/?deleted=")


def test_a_session_that_is_shared_is_deleted_only_after_a_warning(client: Client, owner: User) -> None:
    made = session(owner)
    share = Share.objects.create(owner=owner, token_hash="h", session=made, snapshot=b"")
    Share.objects.create(owner=owner, token_hash="i", session=made, snapshot=b"", revoked=timezone.now())

    asked = client.post(f"/sessions/{made.pk}/delete/")

    assert "1 link that shows it closes for good" in asked.content.decode()
    assert titles(client) == ["One"]
    client.post(f"/sessions/{made.pk}/delete/", {"sure": "1"})
    assert titles(client, "?where=deleted") == ["One"]
    client.post("/sessions/restore/", {"session": str(made.pk)})
    share.refresh_from_db()
    assert share.revoked is not None, "a link that was closed stays closed"


def test_an_audience_closes_with_its_session(client: Client, owner: User) -> None:
    made = session(owner)
    preset = Preset.objects.create(owner=owner, name="p", endpoint="responses", body=b"{}")
    limits = {"run_limit": 9, "token_limit": 9, "expires": timezone.now() + timedelta(days=1)}
    audience = Audience.objects.create(owner=owner, token_hash="h", preset=preset, session=made, **limits)

    client.post(f"/sessions/{made.pk}/delete/", {"sure": "1"})

    audience.refresh_from_db()
    assert audience.closed is not None


def test_runs_that_are_under_way_are_stopped(client: Client, owner: User) -> None:
    made = session(owner, status="running")
    run = made.runs.get()
    Lease.objects.create(run=run, holder="another process", until=2**60)

    assert "1 run that is under way is stopped" in client.post(f"/sessions/{made.pk}/delete/").content.decode()
    client.post(f"/sessions/{made.pk}/delete/", {"sure": "1"})

    assert Lease.objects.get(run=run).stop_requested


def test_after_a_week_nothing_can_be_undone(client: Client, owner: User) -> None:
    gone, fresh = session(owner, "gone"), session(owner, "fresh")
    Session.objects.filter(pk=gone.pk).update(deleted=timezone.now() - KEPT - timedelta(minutes=1))
    Session.objects.filter(pk=fresh.pk).update(deleted=timezone.now())

    sweep()

    assert titles(client, "?where=deleted") == ["fresh"]
    assert not Run.objects.filter(session_id=gone.pk).exists()


def test_deleted_sessions_can_be_forgotten_at_once(client: Client, owner: User) -> None:
    made = session(owner)
    assert client.post(f"/sessions/{made.pk}/forget/").status_code == 404, "first it is deleted"
    client.post(f"/sessions/{made.pk}/delete/")

    client.post(f"/sessions/{made.pk}/forget/")

    assert not Session.objects.filter(pk=made.pk).exists()
    assert not matching(Session.objects.all(), "one").exists()


def test_a_deleted_session_is_not_there(client: Client, owner: User) -> None:
    made = session(owner)
    client.post(f"/sessions/{made.pk}/delete/")

    for path in ("", "manage/", "export.json"):
        assert client.get(f"/sessions/{made.pk}/{path}").status_code == 404
    for path in ("edit", "pin", "archive", "duplicate", "delete", "title", "preset"):
        assert client.post(f"/sessions/{made.pk}/{path}/").status_code == 404


# -- several at once


def test_several_are_archived_and_brought_back(client: Client, owner: User) -> None:
    chosen = [str(session(owner, name).pk) for name in ("a", "b")]
    session(owner, "c")

    client.post("/sessions/several/", {"do": "archive", "session": chosen})
    assert titles(client) == ["c"]
    client.post("/sessions/several/", {"do": "unarchive", "session": chosen})
    assert titles(client) == ["c", "b", "a"]


def test_several_are_deleted_together_and_undone_together(client: Client, owner: User) -> None:
    chosen = [str(session(owner, name).pk) for name in ("a", "b")]
    session(owner, "c")

    answer = client.post("/sessions/several/", {"do": "delete", "session": chosen})

    assert titles(client) == ["c"]
    moment = answer["Location"].partition("deleted=")[2].partition("#")[0]
    assert "2 sessions were deleted." in client.get(f"/sessions/list/?deleted={moment}", headers=HTMX).content.decode()
    client.post("/sessions/restore/", {"at": moment})
    assert titles(client) == ["c", "b", "a"]


def test_among_several_those_of_somebody_else_are_left_alone(client: Client, owner: User, foreign: Session) -> None:
    mine = session(owner)

    client.post("/sessions/several/", {"do": "delete", "session": [str(mine.pk), str(foreign.pk)]})

    foreign.refresh_from_db()
    assert foreign.deleted is None
    assert client.post("/sessions/several/", {"do": "delete", "session": str(foreign.pk)}).status_code == 404


@pytest.mark.parametrize("given", [{}, {"do": "delete"}, {"do": "own", "session": "1"}, {"do": "", "session": "x"}])
def test_nothing_chosen_or_nothing_known_to_do_is_refused(client: Client, owner: User, given: dict[str, str]) -> None:
    made = session(owner)
    given = {**given, **({"session": str(made.pk)} if given.get("session") == "1" else {})}

    assert client.post("/sessions/several/", given).status_code in (400, 404)


# -- somebody else's


GET = ("", "manage/", "export.json", "export.md")
POST = ("title", "edit", "pin", "archive", "duplicate", "delete", "forget", "preset")


@pytest.mark.parametrize("path", GET)
def test_another_persons_session_cannot_be_read(client: Client, owner: User, foreign: Session, path: str) -> None:
    assert client.get(f"/sessions/{foreign.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", POST)
def test_another_persons_session_cannot_be_changed(client: Client, owner: User, foreign: Session, path: str) -> None:
    before = Session.objects.filter(pk=foreign.pk).values().get()

    assert client.post(f"/sessions/{foreign.pk}/{path}/", {}).status_code == 404
    assert Session.objects.filter(pk=foreign.pk).values().get() == before


def test_what_another_person_deleted_cannot_be_brought_back_or_forgotten(
    client: Client, owner: User, foreign: Session
) -> None:
    foreign.deleted = timezone.now()
    foreign.save()

    assert client.post("/sessions/restore/", {"session": str(foreign.pk)}).status_code == 404
    assert client.post(f"/sessions/{foreign.pk}/forget/").status_code == 404
    assert titles(client, "?where=deleted") == []
    assert client.post("/sessions/restore/", {"session": str(uuid.uuid4())}).status_code == 404
