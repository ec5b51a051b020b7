"""A request as a call of the openai JavaScript package."""

from __future__ import annotations

from playground.samples.literals import javascript, quoted, read_exactly
from playground.samples.request import KEY, Request

METHOD = {"responses": "client.responses.create", "chat": "client.chat.completions.create"}
READ = {
    ("responses", False): "console.log({result}.output_text);\n",
    ("chat", False): "console.log({result}.choices[0].message.content);\n",
    ("responses", True): (
        "for await (const event of {result}) {{\n"
        '  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);\n'
        "}}\n"
    ),
    ("chat", True): (
        "for await (const chunk of {result}) {{\n"
        '  for (const choice of chunk.choices) process.stdout.write(choice.delta.content ?? "");\n'
        "}}\n"
    ),
}


def write(request: Request) -> str:
    result = "stream" if request.streams else "response"
    headers = "".join(f"    {quoted(name)}: process.env.{each},\n" for name, each in request.variables().items())
    return (
        'import OpenAI from "openai";\n\n'
        f"const client = new OpenAI({{\n  apiKey: process.env.{KEY},\n  baseURL: {quoted(request.base_url)},\n"
        + (f"  defaultHeaders: {{\n{headers}  }},\n" if headers else "")
        + f"}});\n\nconst {result} = await {METHOD[request.endpoint]}({javascript(read_exactly(request.body))});\n"
        + READ[request.endpoint, request.streams].format(result=result)
    )
