"""Every hostile string in every kind of item that an answer has, in a real browser; the tests put each into three."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.environment import ROOT

KINDS = os.environ.get("KINDS_PER_STRING", "10")


def main() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_hostile_upstream.py"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"KINDS_PER_STRING": KINDS}, check=True)
