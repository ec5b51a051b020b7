"""Going on from a run that has ended: the next turn, answers to its calls, the same again, or its request to change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.api import documents, turns
from playground.api.calls import APPROVE, DENY, Call
from playground.api.endpoints import ENDPOINTS
from playground.forms.changes import left_behind
from playground.forms.written import Written
from playground.models import CannedOutput, Connection, Run
from playground.runs.limits import NotStarted
from playground.runs.starting import NotYours
from playground.search import clean
from playground.views.request import find_session, keep_files, pane_of, save_draft, unsent
from playground.views.run_pane import pane_context
from playground.views.run_thread import Thread, document_of, exchange_of
from playground.views.runs import not_started, start
from playground.views.sessions import told

#: How many answers are offered again for one tool.
CANNED: Final = 12


@dataclass
class Answer:
    """A call of the model with what a person wrote for it."""

    call: Call
    text: str = ""
    canned: list[CannedOutput] = field(default_factory=list)
    missing: bool = False

    @property
    def tool(self) -> str:
        """Whose call it is, as answers are kept for it. The model wrote the name: it may be no text at all."""
        return clean(self.call.name)[:128]


@dataclass
class Next:
    """What can follow a run: either its calls are answered, or something further is asked."""

    run: Run
    ways: list[turns.Way]
    answers: list[Answer]
    way: str = ""
    choices: tuple[int, ...] = ()  # where several answers came: those one can go on from
    choice: int = 0
    text: str = ""
    same: str = ""
    problem: str | Promise = ""
    forgot: bool = False  # a kept answer, just now: the list of them stays open

    @property
    def missing(self) -> int:
        return sum(1 for each in self.answers if not each.text)

    @property
    def texts(self) -> list[Answer]:
        """Those that are written, where others are a yes or a no."""
        return [each for each in self.answers if not each.call.is_approval]

    @property
    def decides(self) -> bool:
        """Whether all there is to say is a yes or a no: two buttons do."""
        return len(self.answers) == 1 and not self.texts


def next_of(run: Run, wanted: str = "") -> Next:
    """Where nothing came that one could go on from, there are no ways; the request can still be sent again."""
    request, response = document_of(run.request_body), document_of(run.response_body)
    if not (response.get("output") or response.get("choices")):
        return Next(run, [], [])
    ways = turns.ways(run.endpoint, request, response)
    if run.outcome not in ("completed", "incomplete"):  # what was cut off, no server has kept
        ways = [way for way in ways if way not in (turns.PREVIOUS, turns.CONVERSATION)]
    choices = turns.choices(response)
    choice = int(wanted) if wanted.isdecimal() and len(wanted) < 4 and int(wanted) in choices else 0
    answers = [Answer(call) for call in turns.pending_calls(run.endpoint, response, choice)]
    kept = CannedOutput.objects.for_user(run.owner).filter(tool__in=[each.tool for each in answers])
    for output in kept.order_by("-used"):
        for each in answers:
            if each.tool == output.tool and len(each.canned) < CANNED:
                each.canned.append(output)
    several = tuple(choices) if len(choices) > 1 else ()
    return Next(run, ways, answers, way=ways[0].slug, choices=several, choice=choice)


def next_html(request: HttpRequest, run: Run) -> str:
    """The foot of the run pane."""
    return render_to_string("run/_next.html", {"next": next_of(run), "run": run}, request) if run.is_settled else ""


@require_http_methods(["GET", "HEAD", "POST"])
def run_next(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = _find(request, run_id)
    if not run.is_settled:  # its last words are still being written down
        return render(request, "run/_next_place.html", {"run": run, "soon": True}, status=409 if request.POST else 200)
    forgets = "forget" in request.POST
    if forgets:
        _forget(request)
    following = next_of(run, request.POST.get("choice", request.GET.get("choice", "")))
    following.forgot = forgets
    if request.method == "POST" and not forgets:
        return _send(request, run, following)
    if request.headers.get("HX-Request"):
        _read(request, following)
        return render(request, "run/_next.html", {"next": following, "run": run})
    return redirect(f"{_address(run)}#run")


def _send(request: HttpRequest, run: Run, following: Next) -> HttpResponse:
    _read(request, following)
    _fill(request, following)
    if following.problem:
        context = {"next": following, "run": run}
        if request.headers.get("HX-Request"):
            return render(request, "run/_next.html", context, status=422)
        return render(request, "run/next.html", context, status=422)
    last, earlier = exchange_of(run, following.choice), Thread(run).exchanges
    if following.answers:
        body = turns.with_outputs(following.way, last, [each.text for each in following.answers], earlier)
        _keep_outputs(request, following)
    else:
        body = turns.next_turn(following.way, last, following.text, earlier)
    return carry_on(request, run, documents.write(body), continues=True)


def _read(request: HttpRequest, following: Next) -> None:
    """What was typed; it stays where it is when something is missing, or when the form is drawn anew."""
    following.way = request.POST.get("way", following.way)
    following.text = request.POST.get("text", "").replace("\r\n", "\n")
    following.same = request.POST.get("same", "").replace("\r\n", "\n")
    for position, each in enumerate(following.answers):
        each.text = request.POST.get(f"output:{position}", "").replace("\r\n", "\n")


def _fill(request: HttpRequest, following: Next) -> None:
    """The answers that were chosen rather than typed, and what there is to say about all of it."""
    for position, each in enumerate(following.answers):
        if each.call.is_approval:  # nothing but a press of its own button allows a call
            each.text = each.text if each.text in (APPROVE, DENY) else ""
        else:
            each.text = each.text or request.POST.get(f"canned:{position}", "") or following.same
        each.missing = not each.text
    if following.way not in [way.slug for way in following.ways]:
        following.problem = _("This way of going on is not open here.")
    elif any(each.missing for each in following.answers):
        following.problem = _("Every call needs an answer before the model can go on.")
    elif not following.answers and not following.text.strip():
        following.problem = _("There is nothing to send yet.")


def _keep_outputs(request: HttpRequest, following: Next) -> None:
    """Answers that are to be offered again, the newest ones of each tool."""
    if "keep" not in request.POST:
        return
    for each in following.texts:
        CannedOutput.objects.update_or_create(
            owner=following.run.owner, tool=each.tool, output=clean(each.text), defaults={"used": timezone.now()}
        )


def _forget(request: HttpRequest) -> None:
    """One answer is not offered again. Nothing is said of one that is gone already, or that is somebody else's."""
    number = request.POST["forget"]
    if number.isascii() and number.isdigit() and len(number) < 19:
        CannedOutput.objects.for_user(request.user).filter(pk=int(number)).delete()


@require_POST
def run_again(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The very same bytes once more."""
    run = _find(request, run_id)
    return carry_on(request, run, bytes(run.request_body))


@require_POST
def run_edit(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Put the run's request into the form, to change it and run from there. Nothing is sent."""
    run = _find(request, run_id)
    session = find_session(request, run.session_id)
    undo = unsent(request, session)
    save_draft(session, written_of(request, run.endpoint, bytes(run.request_body)), run.connection, undo)
    return redirect(f"{_address(run)}{'&undo' if undo else ''}#request")


def carry_on(
    request: HttpRequest,
    run: Run,
    body: bytes,
    written: Written | None = None,
    connection_id: uuid.UUID | None = None,
    *,
    continues: bool = False,
) -> HttpResponse:
    """A new run behind this one: its next turn if it `continues`, else another try at the same.

    The form follows, so that it says what was sent; `written` is that, if it is known.
    """
    session = find_session(request, run.session_id)
    written = written or written_of(request, run.endpoint, body)
    endpoint = written.endpoint.slug
    mine = Connection.objects.for_user(request.user)
    wanted = connection_id or run.connection_id
    connection = mine.filter(pk=wanted).first() if wanted else None
    if connection is None:
        gone = NotStarted(_("The connection of this run is gone. Choose another in the form."), 409)
        return not_carried_on(request, run, gone)
    try:
        run_id = uuid.UUID(request.POST.get("run", ""))
    except ValueError:
        run_id = uuid.uuid4()  # without a script nobody made one
    try:
        follows = run if continues else run.follows
        begun = start(run_id, session, connection, endpoint, body, parent=run, follows=follows)
    except NotYours:
        raise Http404 from None
    except NotStarted as reason:
        return not_carried_on(request, run, reason)
    undo = unsent(request, session)
    save_draft(session, written, connection, undo)
    if not request.headers.get("HX-Request"):
        return redirect(f"{_address(begun)}{'&undo' if undo else ''}#run")
    session = find_session(request, run.session_id)
    pane = pane_of(request, session)
    pane.undo = undo is not None
    pane.not_carried = left_behind(written)
    context = {**pane_context(request, begun), "swap": True, "session": session, "pane": pane}
    answer = render(request, "run/_carried_on.html", context)
    answer["HX-Push-Url"] = _address(begun)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#run", "innerHTML"
    return told(answer, session)


def not_carried_on(request: HttpRequest, run: Run, reason: NotStarted) -> HttpResponse:
    """Said where one goes on from the run, which stays, and so does all that was typed there."""
    if not request.headers.get("HX-Request"):
        return not_started(request, reason, run)
    answer = render(request, "run/_not_carried_on.html", {"sentence": reason.sentence}, status=422)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#next-said", "innerHTML"
    return answer


def written_of(request: HttpRequest, endpoint: str, body: bytes) -> Written:
    """The request of a run, as the form has it."""
    written = Written.from_draft(ENDPOINTS[endpoint], body, {})
    keep_files(request.user, written)
    return written


def _find(request: HttpRequest, run_id: uuid.UUID) -> Run:
    found: Run = get_object_or_404(Run.objects.for_user(request.user).select_related("connection"), pk=run_id)
    return found


def _address(run: Run) -> str:
    return f"{reverse('session', args=[run.session_id])}?run={run.pk}"
