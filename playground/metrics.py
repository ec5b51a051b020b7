"""Counters for Prometheus. Counting is always on and cheap; /metrics shows them when its setting is."""

import logging

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, disable_created_metrics, generate_latest

disable_created_metrics()  # type: ignore[no-untyped-call, unused-ignore]

refused = Counter("playground_gate_refused", "Connections the gate refused", ["reason"])
answers = Counter("playground_http_answers", "HTTP answers", ["method", "status"])
sockets = Gauge("playground_websockets", "Open websockets")
csp_reports = Counter("playground_csp_reports", "Reports of something the content security policy blocked")
errors = Counter("playground_errors", "Errors of ours that were logged", ["logger"])

CONTENT_TYPE = CONTENT_TYPE_LATEST
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def count_answer(method: str, status: int) -> None:
    """Each label is kept for ever, and a method may be any word of anybody outside."""
    answers.labels(method if method in _METHODS else "other", f"{status // 100}xx").inc()


def page() -> bytes:
    return generate_latest()


class CountErrors(logging.Handler):
    """Beside the terminal: an error that ends one run must not go by unseen among thousands of lines."""

    def emit(self, record: logging.LogRecord) -> None:
        errors.labels(record.name).inc()
