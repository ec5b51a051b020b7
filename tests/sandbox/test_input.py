"""What is put before the models: texts, pictures, files and sounds in every documented form."""

import base64
import json
from typing import Any

import pytest

from .api import Api, refused

PNG = "data:image/png;base64," + base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (40).to_bytes(4) + (30).to_bytes(4) + b"\x08\x06\x00\x00\x00"
).decode()  # fmt: skip
TEXT = base64.b64encode(b"hello world").decode()


def told(api: Api, *parts: Any) -> str:
    """What a model says about parts of a message at /responses."""
    text: str = api.respond(
        [{"role": "user", "content": [{"type": "input_text", "text": "What is this?"}, *parts]}]
    ).text
    return text


def told_in_chat(api: Api, *parts: Any) -> str:
    return api.complete([{"role": "user", "content": [{"type": "text", "text": "What is this?"}, *parts]}]).text


def test_a_picture_is_answered_about_by_type_size_and_shape(api: Api) -> None:
    responses = told(api, {"type": "input_image", "image_url": PNG, "detail": "high"})
    chat = told_in_chat(api, {"type": "image_url", "image_url": {"url": PNG, "detail": "high"}})

    assert responses == chat
    for fact in ("image/png", "29 bytes", "40×30 pixels", "detail high"):
        assert fact in responses


def test_a_picture_by_url_is_not_fetched(api: Api) -> None:
    documented = "https://upload.wikimedia.org/wikipedia/commons/thumb/d/dd/boardwalk.jpg/2560px-boardwalk.jpg"

    said = told(api, {"type": "input_image", "image_url": documented})

    assert "image/jpeg" in said
    assert "not fetched" in said
    assert said == told_in_chat(api, {"type": "image_url", "image_url": {"url": documented}})


def test_files_come_in_three_ways(api: Api) -> None:
    assert "ltr.pdf" in told(api, {"type": "input_file", "file_url": "https://example.com/letters/ltr.pdf"})
    assert "not known here" in told(api, {"type": "input_file", "file_id": "file-1"})
    for data in (f"data:text/plain;base64,{TEXT}", TEXT):
        said = told(api, {"type": "input_file", "filename": "note.txt", "file_data": data})
        assert "text/plain" in said
        assert "11 bytes" in said
        assert said == told_in_chat(api, {"type": "file", "file": {"filename": "note.txt", "file_data": data}})
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    assert "application/pdf" in told(api, {"type": "input_file", "filename": "x.txt", "file_data": pdf})


def test_sounds_are_measured(api: Api) -> None:
    sound = {"type": "input_audio", "input_audio": {"data": TEXT, "format": "mp3"}}

    assert "audio/mp3" in told(api, sound)
    assert told(api, sound) == told_in_chat(api, sound)


def test_several_things_are_all_mentioned(api: Api) -> None:
    picture = {"type": "input_image", "image_url": PNG}

    said = told(api, picture, picture, {"type": "input_file", "file_id": "file-1"})

    assert "3 attachments" in said
    assert "3. A file" in said


def test_detail_changes_the_cost_of_a_picture(api: Api) -> None:
    def cost(**more: Any) -> int:
        content = [{"type": "input_image", "image_url": PNG, **more}]
        tokens: int = api.respond([{"role": "user", "content": content}]).json()["usage"]["input_tokens"]
        return tokens

    assert cost(detail="low") < cost(detail="high") == cost(detail="auto") == cost()


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image"},
        {"type": "input_image", "image_url": {"url": PNG}},
        {"type": "input_image", "image_url": "ftp://example.com/a.png"},
        {"type": "input_image", "image_url": "data:image/png,xyz"},
        {"type": "input_image", "image_url": "data:image/png;base64,!!!!"},
        {"type": "input_image", "image_url": f"data:text/plain;base64,{TEXT}"},
        {"type": "input_image", "image_url": PNG, "detail": "huge"},
        {"type": "input_file"},
        {"type": "input_file", "file_data": TEXT},
        {"type": "input_file", "filename": "x", "file_data": "????"},
        {"type": "input_audio", "input_audio": {"data": TEXT, "format": "ogg"}},
        {"type": "input_text"},
        {"type": "text", "text": "x"},
        {"type": None},
        {},
        "text",
    ],
)
def test_odd_parts_are_refused(api: Api, part: Any) -> None:
    refused(api.respond([{"role": "user", "content": [part]}]), "input[0]")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": PNG},
        {"type": "image_url", "image_url": {"url": "ftp://example.com/a.png"}},
        {"type": "input_text", "text": "x"},
        {"type": "file", "file": {"file_data": TEXT}},
        {"type": "input_audio"},
    ],
)
def test_odd_parts_are_refused_in_chat(api: Api, part: Any) -> None:
    refused(api.complete([{"role": "user", "content": [part]}]), "messages[0]")


def test_every_documented_role_is_heard(api: Api) -> None:
    items = [{"role": role, "content": f"I am {role}."} for role in ("system", "developer", "assistant", "user")]

    turns = json.loads(api.respond(items, model="sandbox-inspect").text)["turns"]

    assert [(turn["role"], turn["text"]) for turn in turns] == [(item["role"], item["content"]) for item in items]


def test_an_output_may_be_parts(api: Api) -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = [{"type": "input_text", "text": "twenty-one"}, {"type": "input_image", "image_url": PNG}]

    answer = api.respond([call, {"type": "function_call_output", "call_id": "call_1", "output": output}])

    assert "twenty-one" in answer.text


def test_any_script_is_echoed_whole(api: Api) -> None:
    for text in ("これは文です。", "هذا نص", "Ça va?", "👩‍👩‍👧 é", "한국어 문장"):
        assert api.respond(text, model="sandbox-echo").text == text
        assert api.complete(text, model="sandbox-echo").text == text
