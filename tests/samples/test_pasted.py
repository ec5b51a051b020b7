"""Pasted commands, calls and bodies become requests; nothing of them runs, no key stays, what is lost is named."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.samples.imported import NotReadable
from playground.samples.links import LONGEST, TooLong, fragment
from playground.samples.pasted import read_pasted

BODY = {"model": "gpt-5.4", "input": "It's here."}
URL = "https://api.example.com/v1/responses"


def test_a_curl_command_of_the_documents_is_read() -> None:
    found = read_pasted(
        f"""curl {URL} \\
          -H "Content-Type: application/json" \\
          -H "Authorization: Bearer $OPENAI_API_KEY" \\
          -H 'OpenAI-Project: p' \\
          -d '{{"model": "gpt-5.4", "input": "It'"'"'s here."}}'"""
    )

    assert (found.endpoint, found.body, found.base_url) == ("responses", BODY, "https://api.example.com/v1")
    assert found.left_out == ["OpenAI-Project"]
    assert not found.key_dropped


@pytest.mark.parametrize(
    "text",
    [
        'curl https://me:hunter2secret@api.example.com/v1/responses -d \'{"model":"m","input":"x"}\'',
        'curl https://hunter2secret@api.example.com/v1/responses -d \'{"model":"m","input":"x"}\'',
        '{"model": "m", "input": "x", "api_key": "hunter2secret"}',
        '{"model": "m", "input": "x", "apiKey": "hunter2secret"}',
        '{"model": "m", "input": "x", "extra": "sk-proj-hunter2secret"}',
        "client.responses.create(model='m', input='x', extra_body={'api-key': 'hunter2secret'})",
    ],
)
def test_a_key_in_a_place_where_no_key_is_sent_is_dropped_as_well(text: str) -> None:
    found = read_pasted(text)

    assert found.key_dropped
    assert "hunter2secret" not in str([found.body, found.base_url, found.left_out])
    assert found.body == {"model": "m", "input": "x"}


def test_what_only_sounds_like_a_key_is_kept() -> None:
    body = {"model": "m", "input": "x", "prompt_cache_key": "sk-1234567890abcd", "max_new_tokens": 5, "stop_token": "."}

    assert read_pasted(json.dumps(body)).body == body


@pytest.mark.parametrize(
    "command",
    [
        f"curl --json '{json.dumps({'model': 'm', 'input': 'x'})}' {URL}",
        f'curl -s -X POST --url {URL} --data-raw $\'{{"model":"m","input":"\\u0078"}}\'',
        f'$ curl {URL} -d@- <<\'EOF\'\n{{"model": "m", "input": "x"}}\nEOF\n',
        f'curl {URL} --data-binary "{{\\"model\\":\\"m\\",\\"input\\":\\"x\\"}}" | jq .',
        f'curl {URL} -d \'{{"model":"m",\' -d \'"input":"x"}}\''.replace(",' -d '", ","),
        f'http POST {URL} Content-Type:application/json --raw \'{{"model":"m","input":"x"}}\'',
        '{"model": "m", "input": "x"}',
        "client.responses.create(model='m', input='x')",
        "r = await client.responses.create(**{'model': 'm'}, extra_body={'input': 'x'})",
        "body = {'model': 'm', 'input': 'x'}\nimport requests\nrequests.post('https://h/v1/responses', json=body)",
        "httpx.post('https://h/v1/responses', content=json.dumps(dict(model='m', input='x')))",
        "const r = await client.responses.create({ model: 'm', input: `x`, });",
        'const input = "x"; await openai.responses.create({model: "m", input /* short */, temperature: undefined})',
        'fetch("https://h/v1/responses", {method: "POST", body: JSON.stringify({model: "m", ["input"]: "\\x78"})})',
    ],
)
def test_every_usual_way_of_writing_a_request_is_read(command: str) -> None:
    found = read_pasted(command)

    assert (found.endpoint, found.body) == ("responses", {"model": "m", "input": "x"})


@pytest.mark.parametrize(
    "text",
    [
        f"curl {URL} -H 'Authorization: Bearer sk-live-1234567890abcdef' -d '{{}}'",
        f"curl {URL} -u me:sk-live-1234567890abcdef -d '{{}}'",
        f"curl {URL} -H 'api-key: 1234567890' -d '{{}}'",
        "OpenAI(api_key='sk-live-1234567890abcdef').responses.create(model='m')",
        "new OpenAI({apiKey: 'sk-live-1234567890abcdef'}).responses.create({model: 'm'})",
        "fetch('https://h/v1/responses', {headers: {Authorization: 'Bearer sk-live-1234567890'}, body: '{}'})",
        "requests.post('https://h/v1/responses', headers={'Authorization': f'Bearer {key}', 'x-key': 'k1'}, json={})",
        "KEY = 'sk-live-1234567890abcdef'\nclient.responses.create(model='m')",
    ],
)
def test_a_key_is_dropped_and_that_is_said(text: str) -> None:
    found = read_pasted(text)

    assert found.key_dropped
    assert "sk-live" not in repr(found)


def test_what_cannot_be_taken_over_is_named() -> None:
    python = read_pasted("client.responses.create(model=MODEL, input=f'{x}', temperature=1, timeout=3)")
    javascript = read_pasted("client.chat.completions.create({model, messages: [{content: load()}], n: 2})")
    curl = read_pasted(f"curl {URL} --proxy http://p:1 -k -d '{{}}'")

    assert (python.body, python.left_out) == ({"temperature": 1}, ["model", "input", "timeout"])
    assert (javascript.body, javascript.left_out) == ({"n": 2}, ["model", "messages"])
    assert curl.left_out == ["--proxy", "-k"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing to read"),
        (f"curl {URL} -d @-", "standard input"),
        (f"curl {URL} -d @/etc/passwd", "/etc/passwd"),
        (f"curl {URL} -d '{{", "never closed"),
        (f"curl {URL} -d '{{\"a\":}}'", "not JSON"),
        (f"curl {URL} -F file=@x", "form"),
        (f"curl -X GET {URL} -d '{{}}'", "POST"),
        (f"curl {URL}", "no body"),
        ('{"a": ', "begins like JSON"),
        ("[1]", "not a JSON object"),
        ("import os\nos.system('touch /tmp/no')", "no call"),
        ("const x = `never", "no call"),
        ("hello there", "Python"),
        ("https://h/new#abc", "damaged"),
        ("https://h/s/token-1/?run=2#run", "another playground"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(NotReadable) as refused:
        read_pasted(text)

    assert reason in str(refused.value.reason)


def test_nothing_pasted_is_executed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    for text in (
        f"client.responses.create(model=open({str(victim)!r}, 'w').name)",
        f"curl {URL} -d \"$(touch {victim})\" -d '{{}}'",
        f"client.responses.create({{model: require('fs').writeFileSync('{victim}', '')}})",
    ):
        with suppress(NotReadable):
            read_pasted(text)

    assert not victim.exists()


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for pasted in (text, f"curl {text}", f"fetch({text}", f"x.responses.create({text})", f"const a = {{{text}"):
        with suppress(NotReadable):
            read_pasted(pasted)


def test_deep_nesting_is_refused_not_fatal() -> None:
    for text in ("[" * 100_000, "x.responses.create(" + "[" * 5000, "fetch(" + "[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(NotReadable):
            read_pasted(text)


def test_a_request_link_brings_the_request_back() -> None:
    body = {"model": "m", "input": "日本語 \ud800", "x": None, "b": {"z": 1, "a": [1.5]}}

    found = read_pasted("http://127.0.0.1:8000/new#" + fragment("chat", body))

    assert (found.endpoint, found.body) == ("chat", body)
    assert list(found.body) == list(body)


def test_a_request_too_long_for_a_link_says_so() -> None:
    with pytest.raises(TooLong) as refused:
        fragment("responses", {"input": "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(LONGEST))})

    assert refused.value.length > LONGEST


def test_a_link_that_unfolds_to_a_flood_is_refused() -> None:
    flood = fragment("responses", {"input": "a" * 5_300_000})

    with pytest.raises(NotReadable):
        read_pasted("/new#" + flood)
