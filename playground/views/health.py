"""What machines ask: is it up, is it ready, how much of what, may I index this, and what the browser blocked."""

from __future__ import annotations

import hmac
import json
import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from playground import VERSION, lifecycle, metrics, readiness
from playground.logs import Seldom

REPORT_BYTES = 64 * 1024
REPORTS_A_MINUTE = 30

log = logging.getLogger(__name__)
_logged = Seldom(REPORTS_A_MINUTE)  # a page in a loop must not fill the disk


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is up and answers; nothing else is asked."""
    return JsonResponse({"status": "ok", "version": VERSION})


@login_not_required
@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """Whether new work may be sent here."""
    parts = await readiness.parts()
    is_ready = all(parts.values()) and not lifecycle.is_draining()
    document = {
        "status": "ready" if is_ready else "draining" if lifecycle.is_draining() else "not ready",
        "version": VERSION,
        "checks": {name: "ok" if fine else "failed" for name, fine in parts.items()},
    }
    return JsonResponse(document, status=200 if is_ready else 503)


@login_not_required
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For Prometheus, with the bearer token of the settings; without one there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse(metrics.page(), content_type=metrics.CONTENT_TYPE)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@csrf_exempt  # the browser itself sends these, without a token; they change nothing but a count
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Something on a page of ours was blocked. That is a mistake of ours or an attack, so it is counted and logged."""
    metrics.csp_reports.inc()
    if int(request.headers.get("Content-Length") or 0) <= REPORT_BYTES and _logged.allows():
        log.warning("the content security policy blocked something: %s", _summary(request.body))
    return HttpResponse(status=204)


def _summary(body: bytes) -> str:
    try:
        report = json.loads(body)["csp-report"]
        wanted = ("violated-directive", "blocked-uri", "document-uri", "source-file", "line-number")
        return ", ".join(f"{key} {str(report[key])[:200]!r}" for key in wanted if key in report)
    except (ValueError, TypeError, KeyError, RecursionError):
        return f"an unreadable report of {len(body)} bytes"
