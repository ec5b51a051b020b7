"""The surroundings every test starts in, made before Django reads its settings.

Loaded with `-p tests.environment`: nobody's own settings reach a test, and no test writes into anybody's `var/`.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

OURS = ("PLAYGROUND_", "DJANGO_", "OPENAI_")
ODD_ONES = ("PORT", "HOST", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def without_ours(environment: dict[str, str]) -> dict[str, str]:
    """The environment as on a machine where nothing of the playground was ever set."""
    return {name: value for name, value in environment.items() if not name.startswith(OURS) and name not in ODD_ONES}


def make_data_folder() -> Path:
    """A folder of this process's own, gone when the process ends.

    Forked children run the same atexit list, so only the process that made the folder may remove it.
    """
    folder = Path(tempfile.mkdtemp(prefix="playground-test-"))
    maker = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == maker else None)
    return folder


def enter() -> None:
    clean = without_ours(dict(os.environ))
    os.environ.clear()
    os.environ.update(clean)
    os.environ["PLAYGROUND_DATA"] = str(make_data_folder())
    keep_what_is_compiled()


def keep_what_is_compiled() -> None:
    """The tests start some two hundred processes of the same files: to compile those for each costs as much as they."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


enter()
