"""Which addresses may be reached: every spelling of the ones that never may, and both modes."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from playground import lifecycle
from playground.upstream.addresses import BaseURL, Policy, own_address, parse
from playground.upstream.door import policy
from playground.upstream.problems import RefusedAddress
from tests.upstream import hostile
from tests.upstream.doors import Names, make_door, target

LOCAL = Policy()
TEAM = Policy(team=True, listed=frozenset({"192.168.1.5:8000", "vllm.lab:8000"}))
METADATA = "169.254.169.254"


def refused(policy: Policy, base_url: str, *addresses: str) -> str:
    """The reason why this address is refused, or nothing."""
    try:
        base = parse(base_url)
        policy.check_url(base)
        for address in addresses or (base.host,):
            policy.check_address(base, ipaddress.ip_address(address))
    except RefusedAddress as problem:
        return str(problem.facts["reason"])
    return ""


@pytest.mark.parametrize("policy", [LOCAL, TEAM], ids=["local", "team"])
@pytest.mark.parametrize(
    "host",
    [
        METADATA,
        "169.254.170.2",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[64:ff9b:1:a9fe:a9:fe00::]",
        "[2002:a9fe:a9fe::1]",
        "[::a9fe:a9fe]",
        "[2001:0:4136:e378:8000:63bf:5601:5601]",  # Teredo: the client's address, inverted
        "[2001:0:a9fe:a9fe:8000:63bf:3fff:fdd2]",  # Teredo: the server's
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "255.255.255.255",
        "0.1.2.3",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ],
)
def test_metadata_and_link_local_are_refused_in_every_spelling(policy: Policy, host: str) -> None:
    """Attacks 1 to 3."""
    assert refused(policy, f"https://{host}/v1", *(["8.8.8.8"] if host[0] in "mM" else ())) == "never"


@pytest.mark.parametrize("policy", [LOCAL, TEAM], ids=["local", "team"])
@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_the_unspecified_address_is_refused_and_the_right_one_told(policy: Policy, host: str) -> None:
    """Attack 6."""
    assert refused(policy, f"https://{host}:11434/") == "unspecified"

    problem = RefusedAddress(reason="unspecified", host=host)

    assert "127.0.0.1" in problem.sentence


@pytest.mark.parametrize(
    "number", ["2130706433", "0x7f000001", "017700000001", "127.1", "127.0.0.1", "①②⑦.0.0.1", "127。0。0。1"]
)
async def test_loopback_in_any_spelling_is_judged_by_what_it_resolves_to(number: str) -> None:
    """Attacks 4 and 5."""
    door = make_door(TEAM)
    with pytest.raises(RefusedAddress) as caught:
        await door.check(f"https://{number}:9")
    assert caught.value.facts["reason"] == "private"

    await make_door(LOCAL).check(f"http://{number}:9")


@pytest.mark.parametrize(
    "number", ["2852039166", "0xa9fea9fe", "169.16689662", "169。254。169。254", "①⑥⑨.254.169.254"]
)
@pytest.mark.parametrize("policy", [LOCAL, TEAM], ids=["local", "team"])
async def test_metadata_in_any_spelling_is_refused(policy: Policy, number: str) -> None:
    """Attacks 4 and 5."""
    with pytest.raises(RefusedAddress) as caught:
        await make_door(policy).check(f"https://{number}/v1")
    assert caught.value.facts["reason"] == "never"


@pytest.mark.parametrize("answers", [["10.0.0.5"], ["93.184.216.34", "10.0.0.5"], ["2606:2800:220:1::1", "fd12::1"]])
async def test_in_team_mode_every_address_of_a_name_has_to_be_public(answers: list[str]) -> None:
    """Attacks 7 and 8."""
    names = {"api.example.com": [answers]}

    with pytest.raises(RefusedAddress):
        await make_door(TEAM, names).check("https://api.example.com/v1")
    await make_door(LOCAL, names).check("https://api.example.com/v1")


async def test_a_name_that_changes_its_address_is_judged_by_the_one_that_is_connected_to() -> None:
    """Attack 9."""
    async with hostile.serve(hostile.hang()) as server:
        names = Names({"rebind.example": [["93.184.216.34"], ["127.0.0.1"]]})
        door = make_door(Policy(team=True), names)
        base_url = f"https://rebind.example:{server.port}/v1"

        await door.check(base_url)
        with pytest.raises(RefusedAddress):
            async with door.open(target(base_url), "GET", "/models", None, False):
                pass

        assert server.connections == 0
        assert names.asked == ["rebind.example"] * 2  # once to save, once to connect: no third reading in between


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:11434/v1", "http://192.168.1.5:8000", "http://[fd12::1]:8080/v1"]
)
def test_local_mode_reaches_this_machine_and_the_private_network(base_url: str) -> None:
    """Attack 14."""
    assert refused(LOCAL, base_url) == ""
    assert refused(Policy(team=True), base_url) == "plain"
    assert refused(Policy(team=True), base_url.replace("http:", "https:")) == "private"


def test_team_mode_reaches_what_the_operator_listed_and_nothing_beside_it() -> None:
    """Attack 15."""
    assert refused(TEAM, "http://192.168.1.5:8000/v1") == ""
    assert refused(TEAM, "http://vllm.lab:8000/v1", "10.1.2.3") == ""
    assert refused(TEAM, "https://192.168.1.5:22") == "private"
    assert refused(TEAM, "https://192.168.1.6:8000") == "private"
    assert refused(TEAM, "http://vllm.lab:8000/v1", METADATA) == "never"
    assert "PLAYGROUND_UPSTREAMS" in RefusedAddress(reason="private", host="h", place="h:1").sentence


def test_team_mode_calls_public_servers_by_https_only() -> None:
    assert refused(TEAM, "https://api.openai.com/v1", "104.18.7.192") == ""
    assert refused(TEAM, "http://api.openai.com/v1", "104.18.7.192") == "plain"
    assert refused(TEAM, "https://[64:ff9b::808:808]/v1") == ""  # a public address by NAT64


def test_this_playground_is_not_its_own_upstream() -> None:
    """Attack 16."""
    lan = next((info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)), "127.0.0.1")
    policy = Policy(own_ports=frozenset({8000}), own_hosts=frozenset({"play.example.org:443"}))

    for address in ("127.0.0.1", "127.9.9.9", "::1", lan):
        assert refused(policy, "http://anything:8000/sandbox/v1", str(address)) == "ourselves"
    for host in ("play.example.org", "PLAY.example.org.:443"):
        assert refused(policy, f"https://{host}/sandbox/v1", "93.184.216.34") == "ourselves"
    assert refused(policy, "http://127.0.0.1:8001/v1") == ""
    assert refused(policy, "http://93.184.216.34:8000/v1") == ""
    assert not own_address(ipaddress.ip_address("93.184.216.34"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("unix:///run/docker.sock", "scheme"),
        ("gopher://127.0.0.1/", "scheme"),
        ("ftp://127.0.0.1/", "scheme"),
        ("data:text/plain,x", "scheme"),
        ("api.openai.com/v1", "scheme"),
        ("", "scheme"),
        ("http://user:pass@host/", "userinfo"),
        ("http://user@host/", "userinfo"),
        ("http://good\\@169.254.169.254/", "shape"),
        ("http:///x", "shape"),
        ("http:127.0.0.1", "shape"),
        ("http://127.0.0.1\t/", "shape"),
        ("http://127.0.0.1\n/", "shape"),
        ("http://127.0.0.1/\r\nX: y", "shape"),
        (" http://127.0.0.1/", "scheme"),
        ("http://host:0/", "shape"),
        ("http://host:65536/", "shape"),
        ("http://host:x/", "shape"),
        ("http://host/#part", "shape"),
        ("http://ho st/", "shape"),
        ("http://host/p\u00e4th", "shape"),
        ("http://[::1/", "shape"),
        ("http://[fe80::1%25eth0]/", "shape"),
        ("http://[::zz]/", "shape"),
        ("http://-bad.example/", "shape"),
        ("http://a..b/", "shape"),
        ("https://example.com/" + "x" * 2048, "shape"),
    ],
)
def test_what_is_no_base_url_is_refused_with_its_reason(text: str, reason: str) -> None:
    """Attacks 11 to 13."""
    with pytest.raises(RefusedAddress) as caught:
        parse(text)

    assert caught.value.facts == {"reason": reason}
    assert caught.value.sentence


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://api.openai.com/v1", BaseURL("https", "api.openai.com", 443, "/v1")),
        ("HTTPS://API.OpenAI.com:443/v1/", BaseURL("https", "api.openai.com", 443, "/v1/")),
        ("http://my_vllm:8000", BaseURL("http", "my_vllm", 8000)),
        ("http://[::1]:8080/v4", BaseURL("http", "::1", 8080, "/v4")),
        ("http://[0:0::0:1]", BaseURL("http", "::1", 80)),
        ("https://b\u00fccher.example/v1", BaseURL("https", "xn--bcher-kva.example", 443, "/v1")),
        ("https://x.example/openai?api-version=2", BaseURL("https", "x.example", 443, "/openai", "api-version=2")),
    ],
)
def test_a_base_url_is_read_once_into_what_is_connected_to(text: str, base: BaseURL) -> None:
    """Attack 11: the host that is judged is the host that is connected to."""
    assert parse(text) == base
    # The client on top would read the same host, were it asked.
    assert httpx.URL(text).raw_host.decode().strip("[]") in (base.host, "0:0::0:1")


def test_an_endpoint_is_joined_as_given() -> None:
    assert parse("https://a.example/v1").join("/responses") == "https://a.example/v1/responses"
    assert parse("https://a.example/v1/").join("/responses") == "https://a.example/v1/responses"
    assert parse("https://a.example").join("/responses") == "https://a.example/responses"
    assert parse("https://a.example/v4?v=1").join("/responses", "stream=true") == (
        "https://a.example/v4/responses?v=1&stream=true"
    )
    assert parse("http://[::1]:80/v1").join("/models") == "http://[::1]/v1/models"


def test_the_policy_is_what_the_settings_say_now(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TEAM, settings.UPSTREAMS, settings.PORT = True, ["vLLM.lab:8000"], 8123
    settings.SITE = urlsplit("https://play.example.org")
    monkeypatch.setattr(lifecycle, "listening", set())
    assert policy() == Policy(
        True, frozenset({"vllm.lab:8000"}), frozenset({8123}), frozenset({"play.example.org:443"})
    )

    # Where the server really listens counts more than where it was meant to: 8123 may be somebody's vLLM.
    monkeypatch.setattr(lifecycle, "listening", {("127.0.0.1", 9000)})
    assert policy().own_ports == {9000}
