"""A request as plain httpx, the wire in sight."""

from __future__ import annotations

from playground.samples.literals import python, quoted, read_exactly
from playground.samples.request import KEY, Request

WHOLE = """\
response = httpx.post(url, headers=headers, json=body, timeout=600)
response.raise_for_status()
print(response.json())
"""
STREAM = """\
with httpx.stream("POST", url, headers=headers, json=body, timeout=600) as response:
    response.raise_for_status()
    for line in response.iter_lines():
        if line.startswith("data:"):
            print(line.removeprefix("data:").strip())
"""


def write(request: Request) -> str:
    headers = {"Authorization": f"f\"Bearer {{os.environ['{KEY}']}}\""}
    headers |= {name: f'os.environ["{variable}"]' for name, variable in request.variables().items()}
    lines = "".join(f"    {quoted(name)}: {value},\n" for name, value in headers.items())
    return (
        "import os\n\nimport httpx\n\n"
        f"url = {quoted(request.url)}\n"
        f"headers = {{\n{lines}}}\n"
        f"body = {python(read_exactly(request.body))}\n\n"
    ) + (STREAM if request.streams else WHOLE)
