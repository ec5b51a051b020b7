"""Files that go into a request: taken in, shown to their owner, never run or rendered by us."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from playground.forms.attachments import IMAGES, token, written_out
from playground.models import Attachment
from playground.uploads import Refused, Upload, files_of, store
from playground.views.pane import file_words


@require_POST
def uploads(request: HttpRequest) -> HttpResponse:
    """Keep one file and say by which token a body names it."""
    incoming = request.FILES.get("file")
    if not isinstance(incoming, UploadedFile):
        return render(request, "request/_refused_file.html", {"sentence": ""}, status=422)
    try:
        kept = store(request.user, incoming.name or "", incoming)
    except Refused as refused:
        return render(request, "request/_refused_file.html", {"sentence": refused.sentence}, status=422)
    name = token(kept.pk, bare=request.POST.get("bare") == "1")
    answer = HttpResponse(file_words(name, files_of(request.user)))
    answer["X-Token"] = name
    return answer


@require_safe
def attachment(request: HttpRequest, attachment_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The file itself, for its owner alone. It never opens as a page of ours, whatever is in it."""
    found = get_object_or_404(Attachment.objects.for_user(request.user), pk=attachment_id)
    upload = Upload(found)
    try:
        data = upload.read()
    except FileNotFoundError:
        raise Http404 from None
    if "whole" in request.GET:
        answer = HttpResponse(written_out(upload, bare=request.GET["whole"] == "base64"), content_type="text/plain")
    else:
        answer = HttpResponse(data, content_type=found.media_type)
        place = "inline" if found.media_type in IMAGES else "attachment"
        answer["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(found.name, safe='')}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer
