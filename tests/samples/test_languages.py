"""Every sample says exactly the request, whatever is in it, and nothing else runs when it is pasted."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.endpoints import ENDPOINTS
from playground.samples.curl import LONGEST_ARGUMENT
from playground.samples.languages import LANGUAGES
from playground.samples.pasted import read_pasted
from playground.samples.request import KEY, Request
from tests.forms.bodies import body_of
from tests.samples.nasty import NASTY_BASES, NASTY_NAMES, STRINGS, bodies, encode, random_strings

PATHS = {"responses": "/responses", "chat": "/chat/completions"}


BASE = "http://127.0.0.1:8000/sandbox/v1"


def request(
    body: dict[str, Any], endpoint: str = "responses", header_names: tuple[str, ...] = (), base: str = BASE
) -> Request:
    return Request(endpoint, base, base + PATHS[endpoint], encode(body), header_names)


def every_request() -> list[Request]:
    texts = random_strings(1000, seed=61)
    pairs = [{"model": model, "input": text} for model, text in zip(texts[::2], texts[1::2], strict=True)]
    chats = [{"model": "m", "messages": [{"role": "user", "content": text}]} for text in [*STRINGS, *texts[:100]]]
    asked = {"model": "m", "input": "x"}
    elsewhere = [request(asked, base=base, header_names=NASTY_NAMES) for base in NASTY_BASES]
    whole = [*elsewhere, *(request(body) for body in bodies() + pairs), *(request(body, "chat") for body in chats)]
    return [*whole, *(request({**each.document, "stream": True}, each.endpoint) for each in whole[::3])]


REQUESTS = every_request()
VARIABLES = request({}, header_names=NASTY_NAMES).variables().values()
LONG = request({"model": "m", "input": "x' \n END_OF_BODY \n" * (LONGEST_ARGUMENT // 10)})

#: In this shell curl and http only say what they were given: the words, and what came in through standard input.
SHELL = """\
said() { printf '%s\\0' "$@"; }
curl() { said "$@"; case "$*" in *@-*) cat;; esac; printf '\\0=\\0'; }
http() { said "$@"; case "$*" in *--ignore-stdin*) ;; *) cat;; esac; printf '\\0=\\0'; }
"""


def said_in_bash(samples: list[str], folder: Path) -> list[list[str]]:
    script = folder / "samples.sh"
    script.write_text(SHELL + "\n".join(samples))
    subprocess.run(["bash", "-n", script], check=True)
    done = subprocess.run(
        ["bash", script],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**dict.fromkeys(VARIABLES, "a secret"), KEY: "from the environment", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
    )
    assert done.stderr == b""
    return [call.split("\0") for call in done.stdout.decode().split("\0=\0")[:-1]]


@pytest.mark.parametrize("language", ["curl", "httpie"])
def test_a_real_shell_is_given_exactly_the_request_and_runs_nothing_else(language: str, tmp_path: Path) -> None:
    requests = [*REQUESTS, LONG]

    calls = said_in_bash([LANGUAGES[language].write(each) for each in requests], tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["samples.sh"]
    assert len(calls) == len(requests)
    for each, words in zip(requests, calls, strict=True):
        assert each.url in words
        assert any("from the environment" in word for word in words)
        assert {f"{name}:{'' if language == 'httpie' else ' '}a secret" for name in each.header_names} <= set(words)
        body = next(word for word in words if word.lstrip().startswith("{"))
        assert json.loads(body) == each.document


def test_the_openai_call_has_exactly_the_request_as_its_arguments() -> None:
    for each in REQUESTS:
        tree = ast.parse(LANGUAGES["python-openai"].write(each))
        call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith(".create"))
        arguments = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
        extra = arguments.pop("extra_body", {})

        assert {**arguments, **extra} == each.document
        assert ast.unparse(call.func) in ("client.responses.create", "client.chat.completions.create")


def test_the_httpx_sample_has_exactly_the_request_as_its_body() -> None:
    for each in REQUESTS:
        tree = ast.parse(LANGUAGES["python-httpx"].write(each))
        given = {
            n.targets[0].id: n.value
            for n in tree.body
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
        }

        assert ast.literal_eval(given["body"]) == each.document
        assert ast.literal_eval(given["url"]) == each.url
        assert isinstance(given["headers"], ast.Dict)
        names = [ast.literal_eval(name) for name in given["headers"].keys if name]
        assert names == ["Authorization", *each.header_names]


#: Plays the part of node: `OpenAI` and `fetch` only say what they were given.
NODE = """async (samples) => {
  const AsyncFunction = (async () => {}).constructor;
  const said = [];
  for (const sample of samples) {
    let body;
    const reply = { output_text: "", choices: [{ message: {} }], async *[Symbol.asyncIterator]() {} };
    const create = async (given) => { body = JSON.stringify(given); return reply; };
    class OpenAI { responses = { create }; chat = { completions: { create } }; }
    const fetch = async (url, options) => {
      body = options.body;
      return { ok: true, json: async () => ({}), body: [] };
    };
    const process = { env: { OPENAI_API_KEY: "k" }, stdout: { write() {} } };
    const console = { log() {} };
    const code = sample.replace('import OpenAI from "openai";', "");
    await new AsyncFunction("OpenAI", "fetch", "process", "console", code)(OpenAI, fetch, process, console);
    said.push(body);
  }
  return said;
}"""


@pytest.mark.parametrize("language", ["javascript-openai", "javascript-fetch"])
def test_a_real_javascript_engine_reads_exactly_the_request(language: str, new_page: Any) -> None:
    said = new_page(base_url="http://127.0.0.1").evaluate(NODE, [LANGUAGES[language].write(each) for each in REQUESTS])

    for each, body in zip(REQUESTS, said, strict=True):
        # The package takes a value, so a number beyond JavaScript's own is rounded there and only there.
        rounds = language == "javascript-openai"
        assert json.loads(body) == (_as_doubles(each.document) if rounds else each.document)


def _as_doubles(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_doubles(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_doubles(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_sample_says_is_read_back_as_the_same_request(language: str) -> None:
    for each in [*REQUESTS[:300], LONG]:
        found = read_pasted(LANGUAGES[language].write(each))

        assert (found.endpoint, found.body, found.base_url) == (each.endpoint, each.document, each.base_url)
        assert not found.key_dropped


@settings(max_examples=60)
@given(st.data(), st.sampled_from(list(ENDPOINTS)))
def test_any_body_is_read_back_from_its_samples(data: st.DataObject, endpoint: str) -> None:
    asked = request(data.draw(body_of(ENDPOINTS[endpoint])), endpoint)
    for language in LANGUAGES.values():
        found = read_pasted(language.write(asked))

        assert (found.endpoint, found.body) == (endpoint, asked.document), language.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_sample_is_invisible_or_turns_the_line_around(language: str) -> None:
    for each in REQUESTS:
        unseen = [c for c in LANGUAGES[language].write(each) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]

        assert set(unseen) <= {"\n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sample_holds_environment_variables_where_secrets_belong(language: str) -> None:
    sample = LANGUAGES[language].write(request({"model": "m", "input": "x"}, header_names=("X-Team-Key",)))

    assert KEY in sample
    assert re.search(r"X-Team-Key\W+(\$|os\.environ|process\.env)", sample)
    assert "X_TEAM_KEY" in sample
