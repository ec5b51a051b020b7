"""Uploaded files: what they are, where they are kept, what of them may be kept; attack cases 106, 110, 111, 112."""

import base64
import io
import json
import struct
import uuid
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from playground.accounts.owner import local_owner
from playground.api.endpoints import CHAT, RESPONSES
from playground.forms.attachments import MAX_TOTAL, expand, shorten, token
from playground.forms.prepared import prepare_written
from playground.models import Attachment, User
from playground.uploads import Refused, files_of, keeper, sniff, store
from playground.uploads.keeping import MAX_FILE, clean_name, path_of
from tests.forms.drawing import written


def png(width: int = 1, height: int = 1) -> bytes:
    """A PNG of this size by its header; what follows is no picture."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + b"rest"


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 5000) + b"\xff" * 4998
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\0\0\0"
    return b"\xff\xd8" + exif + frame + b"\xff\xda"


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def user(db: None, settings: Any, tmp_path: Path) -> User:
    settings.UPLOADS = tmp_path / "uploads"
    return local_owner()


@pytest.mark.parametrize(
    ("head", "kind", "size"),
    [
        (png(3, 4), "image/png", (3, 4)),
        (jpeg(1200, 1600), "image/jpeg", (1200, 1600)),
        (b"GIF89a" + struct.pack("<HH", 5, 6), "image/gif", (5, 6)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x09\0\0\x13\0\0", "image/webp", (10, 20)),
        (b"\x89PNG\r\n\x1a\n", "image/png", (None, None)),
        (b"\xff\xd8\xff\xe1\xff\xff", "image/jpeg", (None, None)),
        (b"%PDF-1.7\n", "application/pdf", (None, None)),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", (None, None)),
        (b"ID3\x04", "audio/mpeg", (None, None)),
        (b"\xff\xfb\x90\x00", "audio/mpeg", (None, None)),
        (b"PK\x03\x04....[Content_Types].xml....word/document.xml", WORD, (None, None)),
        (b"<!-- hello --><SVG xmlns='x'>", "image/svg+xml", (None, None)),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg>", "image/svg+xml", (None, None)),
        (b"<!DOCTYPE html><html>", "text/html", (None, None)),
        ("naïve".encode(), "text/plain", (None, None)),
        (b"\0\1\2", "application/octet-stream", (None, None)),
        (b"", "text/plain", (None, None)),
    ],
)  # fmt: skip
def test_the_type_is_what_the_bytes_say(head: bytes, kind: str, size: tuple[int | None, int | None]) -> None:
    media = sniff(head)

    assert (media.type, (media.width, media.height)) == (kind, size)


def test_the_same_bytes_are_kept_once_whatever_they_are_called(user: User) -> None:
    first = store(user, "a.png", SimpleUploadedFile("a.png", png()))
    second = store(user, "b.html", SimpleUploadedFile("b.html", png(), content_type="text/html"))

    assert first == second
    assert Attachment.objects.count() == 1
    assert (first.media_type, first.width, first.height, first.size) == ("image/png", 1, 1, len(png()))
    assert path_of(first.pk).read_bytes() == png()
    assert path_of(first.pk).stat().st_mode & 0o777 == 0o600


def test_an_image_is_measured_by_its_header_and_never_decoded(user: User) -> None:
    with pytest.raises(Refused, match="30000 × 30000"):
        store(user, "bomb.png", SimpleUploadedFile("bomb.png", png(30_000, 30_000)))

    assert not Attachment.objects.exists()


def test_one_file_and_one_person_have_limits(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    big = SimpleUploadedFile("big", b"x")
    big.size = MAX_FILE + 1
    with pytest.raises(Refused, match="20 MB"):
        store(user, "big", big)

    monkeypatch.setattr("playground.uploads.keeping.MAX_USER", 10)
    with pytest.raises(Refused, match="together"):
        store(user, "a", SimpleUploadedFile("a", b"12345678901"))


def test_what_the_first_bytes_are_decides_and_nothing_is_unpacked(user: User) -> None:
    """Attack 106: a document that would unfold to gigabytes, and files that are two things at once."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("word/document.xml", bytes(50 * 2**20))
    files = {
        packed.getvalue(): WORD,
        b"GIF89a/*" + struct.pack("<HH", 1, 1) + b"*/=1;alert(1)//<script>alert(1)</script>": "image/gif",
        b"%PDF-1.7 <html><script>alert(1)</script>": "application/pdf",
        b"<html><script>alert(1)</script>%PDF-1.7": "text/html",
    }
    for data, kind in files.items():
        kept = store(user, "a.docx", SimpleUploadedFile("a.docx", data))

        assert (kept.media_type, kept.size, path_of(kept.pk).read_bytes()) == (kind, len(data), data)
    assert len(packed.getvalue()) < 100_000


def test_nothing_is_taken_when_the_disk_is_nearly_full(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.data_folder.MIN_FREE", 2**60)

    with pytest.raises(Refused, match="nearly full"):
        store(user, "a", SimpleUploadedFile("a", b"x"))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\x.png", "x.png"),
        ("a\0b\r\nSet-Cookie: x", "abSet-Cookie: x"),
        ("\u202egnp.exe", "gnp.exe"),
        ("x" * 5000, "x" * 255),
        ("", "file"),
        ("שלום.pdf", "שלום.pdf"),
    ],
)
def test_a_name_is_data_and_never_a_path(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def asked(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"model": "m", "input": [{"role": "user", "content": parts}]}


def test_a_token_becomes_the_data_url_in_what_is_sent(user: User) -> None:
    kept = store(user, "a.png", SimpleUploadedFile("a.png", png()))
    body = asked([{"type": "input_image", "image_url": token(kept.pk)}])

    prepared = prepare_written(written(RESPONSES, body), files=files_of(user))

    url = "data:image/png;base64," + base64.b64encode(png()).decode()
    assert json.loads(prepared.sent or b"")["input"][0]["content"][0]["image_url"] == url
    assert prepared.size == len(prepared.sent or b"")
    assert url not in (prepared.document or b"").decode()


def test_bare_base64_for_sound(user: User) -> None:
    wave = b"RIFF\0\0\0\0WAVEfmt "
    kept = store(user, "a.wav", SimpleUploadedFile("a.wav", wave))
    part = {"type": "input_audio", "input_audio": {"data": token(kept.pk, bare=True), "format": "wav"}}
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}

    prepared = prepare_written(written(CHAT, body), files=files_of(user))

    sent = json.loads(prepared.sent or b"")["messages"][0]["content"][0]["input_audio"]["data"]
    assert base64.b64decode(sent) == wave


def test_a_token_counts_only_as_a_whole_text(user: User) -> None:
    kept = store(user, "a.png", SimpleUploadedFile("a.png", png()))
    name = token(kept.pk)
    body = {"model": f"see {name}", "input": f'"{name}"', "metadata": {name: "key"}}

    prepared = prepare_written(written(RESPONSES, body), files=files_of(user))

    assert json.loads(prepared.sent or b"") == body


def test_a_file_of_a_kind_that_the_part_does_not_take_is_named_and_may_be_sent(user: User) -> None:
    kept = store(user, "a.png", SimpleUploadedFile("a.png", b"%PDF-1.7"))
    body = asked([{"type": "input_image", "image_url": token(kept.pk)}])

    (problem,) = prepare_written(written(RESPONSES, body), files=files_of(user)).refused

    assert (problem.at, problem.finding.code, problem.wall) == (
        "input.0.content.0.image_url",
        "wrong_kind_of_file",
        False,
    )
    assert "application/pdf" in problem.finding.message


def test_somebody_elses_file_is_no_file(user: User) -> None:
    other = User.objects.create(username="other")
    kept = store(other, "a.png", SimpleUploadedFile("a.png", png()))
    body = asked([{"type": "input_image", "image_url": token(kept.pk)}])

    prepared = prepare_written(written(RESPONSES, body), files=files_of(user))

    assert [each.finding.code for each in prepared.refused] == ["no_such_file"]
    assert json.loads(prepared.sent or b"") == body


def test_a_request_over_the_limit_is_named_before_it_is_sent(user: User) -> None:
    kept = store(user, "a.png", SimpleUploadedFile("a.png", png()))
    Attachment.objects.filter(pk=kept.pk).update(size=MAX_TOTAL // 2 + 1)
    part = {"type": "input_image", "image_url": token(kept.pk)}

    prepared = prepare_written(written(RESPONSES, asked([part, part])), files=files_of(user))

    assert [(each.finding.code, each.wall) for each in prepared.refused] == [("files_too_large", True)]
    assert prepared.sent is None


def test_a_long_data_url_is_stored_once_and_comes_back_letter_by_letter(user: User) -> None:
    data = png() + bytes(5000)
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    document = json.dumps({"a": [url, url], "b": url.replace("image/png", "image/jpeg"), "c": url[:500]}).encode()
    short = shorten(json.loads(document), keeper(user))

    assert short["a"][0] == short["a"][1] == token(Attachment.objects.get().pk)
    assert short["b"].startswith("data:image/jpeg")  # the bytes are no JPEG: what is not exact is left alone
    assert expand(json.dumps(short).encode(), files_of(user)) == document


def upload(client: Client, name: str, data: bytes, **fields: str) -> Any:
    return client.post("/uploads/", {"file": SimpleUploadedFile(name, data), **fields})


@pytest.fixture
def mine(client: Client, user: User) -> Client:
    return client


def test_an_upload_answers_with_its_token_and_a_few_words(mine: Client) -> None:
    answer = upload(mine, "<b>.png", png(7, 8))

    kept = Attachment.objects.get()
    assert answer["X-Token"] == token(kept.pk)
    assert "7 × 8" in answer.content.decode()
    assert "<b>" not in answer.content.decode()


def test_a_refused_upload_says_why(mine: Client) -> None:
    answer = upload(mine, "bomb.png", png(30_000, 30_000))

    assert answer.status_code == 422
    assert "megapixels" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (png(), "inline"),
        (b"<svg onload=alert(1)>", "attachment"),
        (b"<html><script>", "attachment"),
        (b"%PDF-", "attachment"),
    ],
)
def test_a_file_is_served_so_that_it_never_runs(mine: Client, data: bytes, place: str) -> None:
    upload(mine, 'x"\r\nSet-Cookie: a=b.png', data)
    kept = Attachment.objects.get()

    answer = mine.get(f"/uploads/{kept.pk}/")

    assert answer.content == data
    assert answer["Content-Disposition"].startswith(f"{place}; filename*=UTF-8''")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Set-Cookie" not in answer.headers


def test_the_whole_data_url_on_demand(mine: Client) -> None:
    upload(mine, "a.png", png())

    answer = mine.get(f"/uploads/{Attachment.objects.get().pk}/?whole=url")

    assert answer.content.decode() == "data:image/png;base64," + base64.b64encode(png()).decode()
    assert answer["Content-Type"].startswith("text/plain")


def test_somebody_elses_file_is_not_found(mine: Client, user: User) -> None:
    """Attack 112."""
    other = User.objects.create(username="other")
    kept = store(other, "a.png", SimpleUploadedFile("a.png", png()))

    assert mine.get(f"/uploads/{kept.pk}/").status_code == 404
    assert mine.get(f"/uploads/{uuid.uuid4()}/").status_code == 404
