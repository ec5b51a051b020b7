"""The gate around any application: what it lets through, what it puts on the answers, how it says no."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from prometheus_client import REGISTRY

from playground.gate import Gate
from playground.gate.policy import Policy
from playground.gate.wrapper import UnknownDoor
from tests.gate.asking import answer_ok, ask

LOCAL = Policy(hosts=frozenset({"127.0.0.1", "localhost"}))
SECURE = Policy(hosts=frozenset({"127.0.0.1"}), scheme="https")
EVIL = [(b"host", b"evil.example")]


def headers_of(sent: list[dict[str, Any]]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


async def test_every_answer_wears_our_headers() -> None:
    worn = headers_of(await ask(Gate(answer_ok, LOCAL)))

    assert b"frame-ancestors 'none'" in worn[b"content-security-policy"]
    assert b"unsafe" not in worn[b"content-security-policy"]
    assert worn[b"x-content-type-options"] == b"nosniff"
    assert worn[b"referrer-policy"] == b"no-referrer"
    assert worn[b"cross-origin-opener-policy"] == b"same-origin"
    assert worn[b"cache-control"] == b"no-store"
    assert b"strict-transport-security" not in worn


async def test_refusals_wear_them_too() -> None:
    sent = await ask(Gate(answer_ok, LOCAL), headers=EVIL)

    assert sent[0]["status"] == 400
    assert b"frame-ancestors 'none'" in headers_of(sent)[b"content-security-policy"]


async def test_over_tls_browsers_are_told_to_stay_there() -> None:
    worn = headers_of(await ask(Gate(answer_ok, SECURE), headers=[(b"host", b"127.0.0.1")]))

    assert worn[b"strict-transport-security"] == b"max-age=31536000"


async def test_no_door_can_open_itself_to_other_origins() -> None:
    async def careless(scope: Any, receive: Any, send: Any) -> None:
        headers = [
            (b"Access-Control-Allow-Origin", b"*"),
            (b"server", b"x"),
            (b"Cross-Origin-Opener-Policy", b"unsafe"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    sent = await ask(Gate(careless, LOCAL))

    assert not [name for name, _ in sent[0]["headers"] if name.startswith(b"access-control") or name == b"server"]
    assert headers_of(sent)[b"cross-origin-opener-policy"] == b"same-origin"


async def test_a_door_may_add_a_stricter_policy_beside_ours() -> None:
    async def strict(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"sandbox")]}
        )
        await send({"type": "http.response.body"})

    sent = await ask(Gate(strict, LOCAL))

    policies = [value for name, value in sent[0]["headers"] if name == b"content-security-policy"]
    assert len(policies) == 2
    assert b"sandbox" in policies


async def test_a_connection_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownDoor):
        await ask(Gate(answer_ok, LOCAL), type="mqtt")


async def test_the_door_behind_a_refusal_is_never_reached() -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("reached")

    assert (await ask(Gate(never, LOCAL), headers=EVIL))[0]["status"] == 400


async def test_an_error_in_a_door_is_a_500_with_our_headers() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("inside")

    sent = await ask(Gate(broken, LOCAL))

    assert sent[0]["status"] == 500
    assert b"inside" not in sent[1]["body"]
    assert b"content-security-policy" in headers_of(sent)


async def test_an_error_after_the_answer_began_stays_an_error() -> None:
    async def breaks_off(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError):
        await ask(Gate(breaks_off, LOCAL))


async def test_an_announced_body_over_the_limit_is_refused(settings: LazySettings) -> None:
    length = str(settings.MAX_BODY + 1).encode()

    sent = await ask(
        Gate(answer_ok, LOCAL), method="POST", headers=[(b"host", b"localhost"), (b"content-length", length)]
    )

    assert sent[0]["status"] == 413


async def test_people_get_a_page_and_programs_an_error_they_can_read() -> None:
    asking_page = [(b"host", b"localhost"), (b"accept", b"text/html"), (b"sec-fetch-site", b"cross-site")]

    page = await ask(Gate(answer_ok, LOCAL), headers=asking_page)
    error = await ask(Gate(answer_ok, LOCAL), path="/sandbox/v1/models", headers=asking_page)

    assert b"<h1>Another site asked for this</h1>" in page[1]["body"]
    assert json.loads(error[1]["body"])["error"]["code"] == "cross_site"


async def test_words_that_are_no_method_are_counted_together() -> None:
    """Each label is kept for as long as the server lives, and anybody may make up methods."""

    def methods() -> set[str]:
        counted = [sample for metric in REGISTRY.collect() for sample in metric.samples]
        return {each.labels["method"] for each in counted if each.name == "playground_http_answers_total"}

    for method in ("GET", "BREW", "get", "X" * 5000):
        await ask(Gate(answer_ok, LOCAL), method=method)

    assert {"GET", "other"} <= methods() <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


async def test_refusals_are_counted_by_reason() -> None:
    def count() -> float:
        return REGISTRY.get_sample_value("playground_gate_refused_total", {"reason": "host"}) or 0.0

    before = count()
    await ask(Gate(answer_ok, LOCAL), headers=EVIL)

    assert count() == before + 1


async def test_a_vouched_for_form_reaches_django_with_our_origin() -> None:
    seen: list[Any] = []

    async def look(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"])[b"origin"])
        await answer_ok(scope, receive, send)

    headers = [(b"host", b"127.0.0.1:8000"), (b"origin", b"null"), (b"sec-fetch-site", b"same-origin")]
    await ask(Gate(look, LOCAL), method="POST", headers=headers)

    assert seen == [b"http://127.0.0.1:8000"]


async def test_a_server_that_cannot_say_a_status_closes_the_socket() -> None:
    sent = await ask(Gate(answer_ok, LOCAL), type="websocket", path="/ws/", headers=[(b"host", b"localhost")])

    assert sent == [{"type": "websocket.close", "code": 4403}]


async def test_too_many_sockets_from_one_address_are_refused(settings: LazySettings) -> None:
    settings.SOCKETS_PER_ADDRESS = 1
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    inner: list[dict[str, Any]] = []

    async def opens_another(scope: Any, receive: Any, send: Any) -> None:
        inner.extend(await ask(gate, type="websocket", headers=headers))

    gate = Gate(opens_another, LOCAL)
    await ask(gate, type="websocket", headers=headers)

    assert inner == [{"type": "websocket.close", "code": 4429}]
    assert gate.sockets.all == 0
