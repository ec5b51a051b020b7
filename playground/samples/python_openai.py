"""A request as a call of the openai Python package."""

from __future__ import annotations

from playground.api.endpoints import ENDPOINTS
from playground.samples.literals import call, python, quoted, read_exactly
from playground.samples.request import KEY, Request

METHOD = {"responses": "client.responses.create", "chat": "client.chat.completions.create"}
READ = {
    ("responses", False): "print({result}.output_text)\n",
    ("chat", False): "print({result}.choices[0].message.content)\n",
    ("responses", True): (
        "for event in {result}:\n"
        '    if event.type == "response.output_text.delta":\n'
        '        print(event.delta, end="", flush=True)\n'
    ),
    ("chat", True): (
        "for chunk in {result}:\n"
        "    for choice in chunk.choices:\n"
        '        print(choice.delta.content or "", end="", flush=True)\n'
    ),
}


def write(request: Request) -> str:
    result = "stream" if request.streams else "response"
    return (
        "import os\n\nfrom openai import OpenAI\n\n"
        f"client = OpenAI(\n{call(_client(request))})\n\n"
        f"{result} = {METHOD[request.endpoint]}(\n{call(arguments(request))})\n"
        + READ[request.endpoint, request.streams].format(result=result)
    )


def arguments(request: Request) -> dict[str, str]:
    """What the package names goes in by name, everything else through `extra_body`."""
    body = read_exactly(request.body)
    names = ENDPOINTS[request.endpoint].by_name
    named = {name: python(value, 4) for name, value in body.items() if name in names}
    extra = {name: value for name, value in body.items() if name not in names}
    return {**named, "extra_body": python(extra, 4)} if extra else named


def _client(request: Request) -> dict[str, str]:
    client = {"api_key": f'os.environ["{KEY}"]', "base_url": quoted(request.base_url)}
    if request.header_names:
        inside = "".join(
            f'        {quoted(name)}: os.environ["{variable}"],\n' for name, variable in request.variables().items()
        )
        client["default_headers"] = f"{{\n{inside}    }}"
    return client
