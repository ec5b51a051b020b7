"""What machines ask of a running server, and what they hear when a part of it is missing."""

import json
import logging

import httpx
import pytest
from django.conf import LazySettings
from django.test import Client
from prometheus_client import REGISTRY

from playground import VERSION, lifecycle, readiness
from playground.logs import Seldom
from playground.views import health
from tests.services import Redis, wait_until
from tests.serving import Server, Servers

TOKEN = "a-token-for-prometheus"


def test_a_fresh_server_is_up_and_ready(server: Server) -> None:
    client = server.client()

    assert client.get("/healthz").json() == {"status": "ok", "version": VERSION}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"database": "ok", "channels": "ok", "journal": "ok"}


def test_on_postgres_and_redis_too_and_it_notices_when_redis_goes(
    start_server: Servers, postgres_url: str, redis_service: Redis
) -> None:
    server = start_server({"PLAYGROUND_DATABASE_URL": postgres_url, "PLAYGROUND_CHANNEL_URL": redis_service.url})
    client = server.client()

    def channels() -> str:
        return str(client.get("/readyz").json()["checks"]["channels"])

    wait_until(lambda: channels() == "ok", "the channel layer")
    redis_service.stop()
    wait_until(lambda: channels() == "failed", "the loss of the channel layer to be seen")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    redis_service.start()
    wait_until(lambda: channels() == "ok", "the channel layer to come back")


async def test_a_part_that_fails_or_hangs_is_named_and_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks() -> None:
        raise OSError("postgresql://user:password@host")

    async def hangs() -> None:
        import asyncio

        await asyncio.Event().wait()

    monkeypatch.setattr(readiness, "PATIENCE", 0.01)
    monkeypatch.setattr(readiness, "_last", (0.0, {}))
    monkeypatch.setattr(lifecycle, "checks", dict.fromkeys(("database", "journal"), breaks) | {"channels": hangs})

    assert await readiness.parts() == {"database": False, "channels": False, "journal": False}


async def test_a_draining_server_takes_no_new_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine() -> dict[str, bool]:
        return {"database": True}

    monkeypatch.setattr(readiness, "parts", fine)
    monkeypatch.setattr(lifecycle, "_is_draining", True)

    from django.test import AsyncClient

    answer = await AsyncClient(headers={"host": "localhost"}).get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "draining"


def test_metrics_open_with_the_token_only(start_server: Servers) -> None:
    server = start_server({"PLAYGROUND_METRICS_TOKEN": TOKEN})
    client = server.client()

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    shown = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert shown.status_code == 200
    assert "playground_http_answers_total" in shown.text
    assert "playground_websockets 0.0" in shown.text


def test_without_a_token_there_are_no_metrics(server: Server) -> None:
    assert server.client().get("/metrics", headers={"Authorization": "Bearer"}).status_code == 404


def test_nothing_here_is_for_search_engines(server: Server) -> None:
    robots = server.client().get("/robots.txt")

    assert robots.text == "User-agent: *\nDisallow: /\n"
    assert robots.headers["x-robots-tag"] == "noindex"


def reports() -> float:
    return REGISTRY.get_sample_value("playground_csp_reports_total") or 0.0


def report(body: bytes) -> int:
    return Client(headers={"host": "localhost"}).post("/csp-report", body, "application/csp-report").status_code


def test_what_the_browser_blocked_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    before = reports()
    told = {"csp-report": {"violated-directive": "script-src", "blocked-uri": "inline", "document-uri": "http://a/"}}

    with caplog.at_level(logging.WARNING):
        assert report(json.dumps(told).encode()) == 204

    assert reports() == before + 1
    assert "violated-directive 'script-src', blocked-uri 'inline'" in caplog.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 50_000, b'{"csp-report": 1}', b"\xff"])
def test_an_unreadable_report_is_only_counted(body: bytes) -> None:
    before = reports()

    assert report(body) == 204
    assert reports() == before + 1


def test_a_flood_of_reports_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setattr(health, "_logged", Seldom(health.REPORTS_A_MINUTE))
    monkeypatch.setattr("time.time", lambda: 6000.0)

    with caplog.at_level(logging.WARNING, "playground.views.health"):
        for _ in range(health.REPORTS_A_MINUTE + 10):
            report(b"{}")

    assert len(caplog.records) == health.REPORTS_A_MINUTE


def test_health_answers_without_a_database(start_server: Servers, postgres_url: str) -> None:
    """Up is up: no question is asked of anything that can be down."""
    server = start_server({"PLAYGROUND_DATABASE_URL": postgres_url})
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        import psycopg

        assert client.get("/readyz").status_code == 200
        with psycopg.connect(postgres_url.rpartition("/")[0] + "/postgres", autocommit=True) as other:
            name = postgres_url.rpartition("/")[2]
            other.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload,arg-type,unused-ignore]

        assert client.get("/healthz").status_code == 200
        wait_until(lambda: client.get("/readyz").status_code == 503, "the loss of the database to be seen")
        assert client.get("/readyz").json()["checks"]["database"] == "failed"
