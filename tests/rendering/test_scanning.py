"""Links as codes for cameras."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

import segno

from playground.rendering import scannable, scannable_file

ADDRESS = "https://playground.example/a/" + "x" * 43


def test_each_dark_square_of_the_code_is_drawn() -> None:
    drawing = re.findall(r"<svg.*</svg>", scannable(ADDRESS, "A link"))[0]
    path = ElementTree.fromstring(drawing)[0].attrib["d"]

    dark: set[tuple[float, float]] = set()
    x = y = 0.0
    for command, numbers in re.findall(r"([MmhH])([-.\d ]+)", path):
        values = [float(each) for each in numbers.split()]
        if command == "h":
            dark |= {(x + step, y) for step in range(int(values[0]))}
            x += values[0]
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            x, y = values
    squares = segno.make_qr(ADDRESS, error="m").matrix_iter(border=4)
    assert dark == {(x, y + 0.5) for y, row in enumerate(squares) for x, square in enumerate(row) if square}


def test_its_name_is_only_a_name() -> None:
    assert 'aria-label="&quot;&gt;&lt;b&gt;"' in scannable(ADDRESS, '"><b>')


def test_the_picture_is_large_enough_for_a_slide() -> None:
    kind, _, data = scannable_file(ADDRESS).partition(",")
    picture = base64.b64decode(data)

    assert kind == "data:image/png;base64"
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) >= 600
