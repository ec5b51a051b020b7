"""A link to a run under way streams to every reader from one log, and goes when it is closed: attacks 24, 26, 65, 71
and 94, faults F5 and F60."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.linking import PUBLIC, finished_run, share, start_run
from tests.linking import connect as connection_to
from tests.runs import streams
from tests.runs.playing import Page
from tests.serving import Server, Servers
from tests.upstream import hostile
from tests.visiting import Visitor, become_owner, make_member, start_team

LONG = {"model": "sandbox-long", "input": "100000", "stream": True}
AGAIN = 4401
WAIT = 60.0


class Reader:
    """A browser's page on a live link: it acknowledges what it hears and puts it together."""

    def __init__(self, socket: ClientConnection, after: int = 0) -> None:
        self.socket = socket
        self.page = Page(reads=False)
        self.told = 0.0
        self.unsaid = 0
        socket.send(json.dumps({"after": after}))

    def hear(self) -> dict[str, Any]:
        text = str(self.socket.recv(timeout=WAIT))
        if '"beat"' not in text:
            self.page.hear(text)
        self.unsaid += len(text)
        if self.unsaid > 60_000 or time.monotonic() > self.told + 0.1:  # of each frame would be too many messages
            self.socket.send(json.dumps({"ack": len(self.page.heard)}))
            self.told, self.unsaid = time.monotonic(), 0
        return dict(json.loads(text))

    def until(self, ready: Any) -> None:
        while not ready(self.page):
            self.hear()

    def to_the_end(self) -> None:
        self.until(lambda page: page.end)

    @property
    def text(self) -> tuple[dict[str, str], dict[str, str]]:
        return self.page.blocks, self.page.tails


@contextlib.contextmanager
def joined(server: Server, path: str, cookies: str = "", **options: Any) -> Iterator[ClientConnection]:
    headers = {"Cookie": cookies} if cookies else {}
    options.setdefault("origin", Origin(server.base_url))
    with connect(
        server.websocket_url + path, additional_headers=headers, proxy=None, open_timeout=WAIT, **options
    ) as socket:
        yield socket


def closing_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=WAIT)
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server, None, **PUBLIC)


@pytest.fixture(scope="module")
def olga(team: Server) -> Visitor:
    return become_owner(team)


@pytest.fixture(scope="module")
def mara(olga: Visitor) -> Visitor:
    return make_member(olga, "mara")


@pytest.fixture
def going(olga: Visitor) -> Iterator[str]:
    """A run under way, for as long as a test needs it."""
    run, _ = start_run(olga, LONG)
    yield run
    olga.post(f"/runs/{run}/stop/")


def test_twenty_readers_end_with_the_same_page(team: Server, olga: Visitor, going: str) -> None:
    """F5: they come at different moments, some from the middle, and the upstream is asked once."""
    path = share(olga, going, scope="anyone")
    ended: list[Reader] = []

    def read(which: int) -> None:
        with joined(team, path + "live/") as socket:
            reader = Reader(socket)
            reader.until(lambda page: page.at > 5 * which % 40)
            reader.to_the_end()
            ended.append(reader)

    threads = [threading.Thread(target=read, args=(which,)) for which in range(20)]
    for thread in threads:
        thread.start()
    with joined(team, path + "live/") as socket:
        own = Reader(socket)
        own.until(lambda page: page.at > 60)
        olga.post(f"/runs/{going}/stop/")
        own.to_the_end()
    for thread in threads:
        thread.join(WAIT)

    assert len(ended) == 20
    assert own.page.end == "stopped"
    assert all(reader.text == own.text for reader in ended)
    assert {reader.page.at for reader in ended} == {own.page.at}
    assert all("button" not in reader.page.state for reader in ended)
    assert "sandbox-long" in Visitor(team).get(path).text


def test_revoking_ends_every_open_page(team: Server, olga: Visitor, going: str) -> None:
    """Attack 94: the live page, and the one that only shows what is frozen."""
    done, _ = finished_run(olga)
    live, frozen = share(olga, going, scope="anyone"), share(olga, done, scope="anyone")

    with (
        joined(team, live + "live/") as first,
        joined(team, live + "open/") as second,
        joined(team, frozen + "open/") as third,
    ):
        Reader(first).until(lambda page: page.at > 3)
        second.send(json.dumps({"after": 0}))
        assert olga.post("/links/revoke/").status_code == 302

        assert [closing_code(socket) for socket in (first, second, third)] == [AGAIN] * 3
    with joined(team, live + "live/") as late:
        assert closing_code(late) == AGAIN
    assert Visitor(team).get(live + "state").status_code == 404


@pytest.mark.parametrize("layer", ["redis", "none"])
def test_revoking_in_another_process_ends_the_pages_of_this_one(
    start_server: Servers, postgres_url: str, request: pytest.FixtureRequest, layer: str
) -> None:
    """A hint through Redis makes it sooner; without one, this process looks by itself."""
    shared = {"PLAYGROUND_DATABASE_URL": postgres_url}
    if layer == "redis":
        shared["PLAYGROUND_CHANNEL_URL"] = request.getfixturevalue("redis_url")
    here, there = start_server(shared), start_server(shared)
    owner, other = Visitor(here), Visitor(there)
    run, _ = start_run(owner, LONG)
    path = share(owner, run)

    with joined(there, path + "live/") as live, joined(there, path + "open/") as page:
        Reader(live).until(lambda shown: shown.at > 3)
        owner.post("/links/revoke/")
        assert [closing_code(socket) for socket in (page, live)] == [AGAIN] * 2
    assert other.get(path).status_code == 404
    owner.post(f"/runs/{run}/stop/")


def test_expiry_ends_an_open_page(team: Server, olga: Visitor, going: str) -> None:
    path = share(olga, going, scope="anyone", life="hour")

    with joined(team, path + "open/") as socket:
        team.shell(
            "from django.utils import timezone; from playground.models import Share\n"
            "Share.objects.exclude(expires=None).update(expires=timezone.now())"
        )
        assert closing_code(socket) == AGAIN


def test_switching_the_maker_off_ends_an_open_page(team: Server, olga: Visitor) -> None:
    nina = make_member(olga, "nina")
    run, _ = start_run(nina, LONG)
    path = share(nina, run, scope="anyone")

    with joined(team, path + "live/") as socket:
        Reader(socket).until(lambda page: page.at > 3)
        accounts = olga.get("/accounts/").text
        account = accounts[: accounts.index("/deactivate/")].rpartition("/")[2]
        olga.post(f"/accounts/{account}/deactivate/")
        code = closing_code(socket)
    olga.post(f"/runs/{run}/stop/")
    assert code == AGAIN


def test_a_reader_can_say_nothing_but_where_it_is(team: Server, olga: Visitor, going: str) -> None:
    """Attack 71: refused message by message, and the reader goes on reading."""
    path = share(olga, going, scope="anyone")

    with joined(team, path + "live/") as socket:
        reader = Reader(socket)
        reader.until(lambda page: page.at > 3)
        for said in ({"stop": True}, {"run_id": going}, {"after": 1, "base_url": "http://x"}, ["ack"], "stop"):
            socket.send(json.dumps(said))
        refused = 0
        while refused < 5:
            refused += "error" in reader.hear()
        at = reader.page.at
        reader.until(lambda page: page.at > at + 5)
    assert '"live": true' in json.dumps(reader.page.heard[0])


def test_a_live_link_asks_for_what_its_page_asks_for(team: Server, olga: Visitor, mara: Visitor, going: str) -> None:
    """Attack 66: an address or an id is no authority, neither is having been here before."""
    inside = share(olga, going)
    guarded = share(olga, going, scope="anyone", passphrase="open sesame")

    for path in (inside, guarded, "/s/" + "x" * 43 + "/"):
        for door in ("live/", "open/"):
            with joined(team, path + door) as socket:
                assert closing_code(socket) == AGAIN, path + door
    with joined(team, inside + "live/", mara.cookies) as socket:
        Reader(socket).until(lambda page: page.at > 3)
    opened = Visitor(team).http.post(guarded + "passphrase/", data={"passphrase": "open sesame"})
    with joined(team, guarded + "live/", opened.headers["set-cookie"].partition(";")[0]) as socket:
        Reader(socket).until(lambda page: page.at > 3)


def test_a_link_to_one_run_is_no_way_to_another(team: Server, olga: Visitor, mara: Visitor, going: str) -> None:
    """Attack 65: the run's own socket stays its owner's, and a link to a run that has ended follows none."""
    frozen = share(olga, finished_run(olga)[0], scope="anyone")

    with joined(team, frozen + "live/") as socket:
        assert closing_code(socket) == AGAIN


@pytest.mark.parametrize("path", ["", "room/"])
def test_the_sockets_of_a_run_are_its_owners(team: Server, olga: Visitor, mara: Visitor, going: str, path: str) -> None:
    """Attacks 64 and 65: for its owner, another member, a stranger, and an account that was switched off."""
    address = f"/ws/runs/{going}/{path}"
    gone = make_member(olga, f"gone{len(path)}")
    member = max(int(each) for each in re.findall(r"/accounts/(\d+)/deactivate/", olga.get("/accounts/").text))
    assert olga.post(f"/accounts/{member}/deactivate/").status_code == 302

    with joined(team, address, olga.cookies) as socket:
        Reader(socket).until(lambda page: page.at > 3)
    with joined(team, address, mara.cookies) as socket:
        assert closing_code(socket) == 4404
    for cookies in ("", gone.cookies):
        with pytest.raises(InvalidStatus) as refused, joined(team, address, cookies):
            pass
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_other_sites_cannot_read_along(team: Server, olga: Visitor, going: str, origin: str | None) -> None:
    path = share(olga, going, scope="anyone")

    with pytest.raises(InvalidStatus) as refused, joined(team, path + "live/", origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_without_websockets_a_live_page_asks(team: Server, olga: Visitor, going: str) -> None:
    path = share(olga, going, scope="anyone")
    stranger, page = Visitor(team), Page(reads=False)

    while page.at < 20:
        for frame in stranger.get(f"{path}state?after={page.at}").json()["frames"]:
            page.hear(frame)

    assert page.html
    assert "button" not in page.state
    assert stranger.get(f"{path}state?after=x").json() == {"frames": []}


async def name_dropping(connection: hostile.Connection) -> None:
    """An upstream that says its own address, a piece at a time, and then goes on thinking."""
    said = ["It runs at ", "127.0.", "0.1", f":{connection.server.port}", " and nowhere else"]
    connection.writer.write(hostile.OK_STREAM + streams.opening() + streams.deltas(said))
    await connection.writer.drain()
    await connection.server.free.wait()


def test_a_host_that_the_model_itself_says_is_hidden_while_it_streams(start_server: Servers) -> None:
    """On the page, on the live line, where the page asks, in the raw text; events, in which it is spread, are gone."""
    owner = Visitor(start_server({}))
    with hostile.in_thread(name_dropping) as upstream:
        host = f"127.0.0.1:{upstream.port}"
        ask = {"model": "m", "input": "Where do you run?", "stream": True}
        run, _ = start_run(owner, ask, **{"~connection": connection_to(owner, upstream.base_url)})
        path = share(owner, run)
        with joined(owner.server, path + "live/", owner.cookies) as socket:
            reader = Reader(socket)
            reader.until(lambda page: "nowhere else" in str((page.blocks, page.tails)))
        whole = owner.get(path).text
        page = whole[whole.index("data-run=") : whole.index("</section>")]  # a fork names one's own connections
        shown = [page, str(reader.page.heard), str(owner.get(f"{path}state?after=0").json())]
        shown.append(owner.get(f"{path}1/source/?place=0/text/0").text)
        events = [owner.get(f"{path}1/{part}").status_code for part in ("events/", "events/6/")]
        rows = owner.get(f"{path}1/rows/").text
        upstream.free_now()

    for each in shown:
        assert "It runs at ••• and nowhere else" in each
        assert host not in each
    assert "0.1" not in rows
    assert events == [404, 404]
    assert 'data-tab="output"' in page
    assert 'data-tab="events"' not in page
