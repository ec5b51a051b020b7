"""What one request leaves in memory serves the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAPS = """
import ctypes, os, sys, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "playground.settings"
import django
django.setup()
from playground.serving.starting import share_one_heap
share_one_heap()
held, together = [], threading.Barrier(5)
def work():
    together.wait(20)
    held.append([bytes(1000) for _ in range(1000)])
    together.wait(20)
threads = [threading.Thread(target=work) for _ in range(5)]
[thread.start() for thread in threads]
[thread.join(30) for thread in threads]
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit(print(1))  # only glibc has this habit
libc.fopen.restype = ctypes.c_void_p
out = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fclose(ctypes.c_void_p(out))
print(open(sys.argv[1]).read().count("<heap "))
"""


def test_threads_share_one_heap(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HEAPS, str(tmp_path / "heaps")]
    assert int(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout) == 1
