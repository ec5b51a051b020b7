"""What docs/connections.md says of limits and refusals is what the code does."""

from playground.models import Connection
from playground.upstream import headers, masking, wire
from playground.upstream.sse import MIB, Limits
from tests.environment import ROOT

GUIDE = " ".join((ROOT / "docs" / "connections.md").read_text("utf-8").split())


def test_the_guide_has_the_limits_of_a_reply() -> None:
    limits = Limits()

    for words in (
        f"a line of {limits.line // MIB} MiB",
        f"an event of {limits.event // MIB} MiB",
        f"no stream of {limits.body // MIB} MiB",
        f"{limits.total // MIB} MiB or {limits.events:,} events in all",
        f"{wire.MAX_HEADERS} headers of {wire.MAX_HEAD // 1024} KiB",
    ):
        assert words in GUIDE


def test_the_guide_has_the_times_a_connection_begins_with() -> None:
    new = Connection()

    for words in (
        f"connect ({new.connect_timeout} s)",
        f"silence ({new.idle_timeout} s)",
        f"all ({new.total_timeout} s)",
    ):
        assert words in GUIDE


def test_the_guide_names_headers_that_are_refused() -> None:
    for name in ("Host", "Content-Length", "Transfer-Encoding", "Connection", "Cookie", "Proxy-Anything"):
        assert headers.refused_name(name)
        assert name.partition("Anything")[0] in GUIDE
    assert not headers.refused_name("Authorization")
    assert masking.SHORTEST == 12
    assert "fewer than twelve characters" in GUIDE
