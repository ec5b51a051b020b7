"""`./run`, as a person meets it: one sentence when something is wrong, and a page from nothing but a clone."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import locks, services
from tests.environment import ROOT, without_ours
from tests.visiting import fetch


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the script with the interpreter of these tests, in clean surroundings."""
    clean = {**without_ours(dict(os.environ)), **environment}
    return subprocess.run([sys.executable, "run", *arguments], cwd=cwd, env=clean, capture_output=True, text=True)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that was said; fails if there was more, or none, or the exit code says all is well."""
    assert done.returncode not in (0, None), done.stdout + done.stderr
    said = (done.stdout + done.stderr).strip().splitlines()
    assert len(said) == 1, said
    assert "Traceback" not in said[0]
    return said[0]


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        sentence = refusal(run("--port", str(port), "--data", str(tmp_path)))

    assert sentence == f"Port {port} is taken by another program: choose another with --port."


@pytest.mark.parametrize("odd", ["nine", "65536", "-1", "8000.5"])
def test_an_odd_port_in_the_environment_is_one_sentence(odd: str, tmp_path: Path) -> None:
    sentence = refusal(run(PORT=odd, PLAYGROUND_DATA=str(tmp_path)))

    assert repr(odd) in sentence


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    sentence = refusal(run("--data", str(in_the_way / "data")))

    assert str(in_the_way / "data") in sentence
    assert "--data" in sentence


def test_a_host_that_is_not_ours_is_one_sentence(tmp_path: Path) -> None:
    sentence = refusal(run("--host", "203.0.113.1", "--port", str(services.free_port()), "--data", str(tmp_path)))

    assert "203.0.113.1" in sentence


PRETEND_OLD = (
    "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = ['run']; runpy.run_path('run', run_name='__main__')"
)


def under_old_python(path: str) -> subprocess.CompletedProcess[str]:
    """The script under a Python that says it is 3.9, with only these programs to be found."""
    command = [sys.executable, "-c", PRETEND_OLD]
    return subprocess.run(command, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True)


def test_a_python_that_is_too_old_is_one_sentence(tmp_path: Path) -> None:
    sentence = refusal(under_old_python(str(tmp_path)))

    assert "Python 3.11 or newer; this is Python 3.9" in sentence


def test_an_old_python_hands_over_to_a_newer_one_that_really_runs(tmp_path: Path) -> None:
    """A shim on PATH with nothing behind it is passed over."""
    shim, real = tmp_path / "python3.20", tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    real.write_text(f'#!/bin/sh\ncase "$1" in -c) exec {sys.executable} "$@";; *) echo "handed over to $1";; esac\n')
    for program in (shim, real):
        program.chmod(0o755)

    done = under_old_python(str(tmp_path))

    assert done.stdout == f"handed over to {ROOT / 'run'}\n", done.stderr


def test_an_old_python_can_read_the_script() -> None:
    """Python 3.6 must get as far as the sentence that says it is too old."""
    import ast

    ast.parse((ROOT / "run").read_text("utf-8"), feature_version=(3, 6))


def copy_of_the_script(folder: Path) -> Path:
    """The script and its locks in a folder of their own, so that nothing here is set up or torn down."""
    folder.mkdir()
    for name in ("run", "requirements.txt", "requirements-test.txt", "requirements-check.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_no_network_at_first_set_up_is_one_sentence(tmp_path: Path) -> None:
    house = copy_of_the_script(tmp_path / "house")
    nowhere = f"http://127.0.0.1:{services.free_port()}/"
    cut_off = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": nowhere,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        "PATH": "/usr/bin:/bin",
        "UV_OFFLINE": "1",
    }

    done = run("--port", str(services.free_port()), cwd=house, **cut_off)

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "The packages could not be downloaded: the first set-up needs a network, and this machine has none."
    )
    assert "Traceback" not in done.stderr


def test_a_browser_that_is_not_there_is_one_sentence() -> None:
    sentence = refusal(run("test", CHROME="/nowhere/chromium"))

    assert sentence == "CHROME names /nowhere/chromium, which is not a program."


FIND_BROWSER = """
import runpy
script = runpy.run_path("run")
try:
    print(script["find_browser"]())
except script["Refusal"] as refusal:
    print(refusal)
"""


def find_browser(path: Path) -> str:
    """What the script finds or says when only the programs in this folder are there."""
    command = [sys.executable, "-c", FIND_BROWSER]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(path)}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_machine_where_no_browser_can_be_had_is_one_sentence(tmp_path: Path) -> None:
    sentence = find_browser(tmp_path)

    assert sentence.startswith("The browser tests need Chromium: install it")
    assert "\n" not in sentence


@pytest.mark.parametrize("package", ["chromium-headless-shell", "chromium"])
def test_root_gets_a_browser_from_debian(package: str, tmp_path: Path) -> None:
    """The light one, or the other where a release does not have that. Only root may; anybody else is told to."""
    browser, apt = tmp_path / package, tmp_path / "apt-get"
    apt.write_text(
        "#!/bin/sh\n"
        f'case "$*" in "install "*" {package}") echo "#!/bin/sh" > {browser} && /bin/chmod +x {browser};; esac\n'
    )
    apt.chmod(0o755)

    found = find_browser(tmp_path)

    assert found == str(browser) if os.geteuid() == 0 else found.startswith("The browser tests need Chromium")


def test_the_locks_say_what_the_project_asks_for() -> None:
    assert locks.problems() == []


def test_a_lock_that_is_behind_is_noticed(tmp_path: Path) -> None:
    for name in ("pyproject.toml", *locks.GROUPS):
        shutil.copy(ROOT / name, tmp_path / name)
    project = tmp_path / "pyproject.toml"
    text = project.read_text("utf-8")
    project.write_text(text.replace('"httpx>=', '"not-locked-yet>=1",\n    "httpx>9', 1), "utf-8")

    said = locks.problems(tmp_path)

    assert "requirements.txt: not-locked-yet>=1 is asked for and not locked" in said
    assert any(re.match(r"requirements\.txt: httpx .* is not httpx", one) for one in said)


def test_a_lock_that_leaves_extras_out_is_noticed(tmp_path: Path) -> None:
    """pip would fetch the newest release for them, and refuse it for not being the locked one."""
    for name in ("pyproject.toml", *locks.GROUPS):
        text = (ROOT / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("twisted[tls]==", "twisted=="), "utf-8")

    said = locks.problems(tmp_path)

    assert "requirements.txt: daphne asks for twisted[tls], which the lock does not name" in said


@pytest.mark.parametrize(("checked", "tested", "verdict"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 5, 1)])
def test_ci_runs_checks_and_tests_whatever_the_first_says(
    checked: int, tested: int, verdict: int, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    stand_in = tmp_path / "run"
    stand_in.write_text(f'#!/bin/sh\necho "$@"\n[ "$1" = check ] && exit {checked}\nexit {tested}\n')
    stand_in.chmod(0o755)

    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    assert done.stdout == "check\ntest\n"
    assert done.returncode == verdict


@pytest.mark.parametrize("name", ["run", "test", "check", "bench"])
def test_make_is_an_alias(name: str) -> None:
    rules = (ROOT / "Makefile").read_text("utf-8")

    assert f"\n{name}:\n\t@./run{'' if name == 'run' else ' ' + name}\n" in rules


def test_a_fresh_clone_in_an_empty_folder_serves_the_first_page(tmp_path: Path) -> None:
    """Costs one installation. The clone is of what is committed."""
    clone, port = tmp_path / "clone", services.free_port()
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    environment = without_ours(dict(os.environ))
    log = tmp_path / "log"

    with log.open("wb") as output:
        command = [sys.executable, "run", "--port", str(port)]
        process = subprocess.Popen(command, cwd=clone, env=environment, stdout=output, stderr=output)
    try:
        services.wait_until(lambda: services.answers(port), "./run", process, seconds=240)
        page = fetch("GET", f"http://127.0.0.1:{port}/", follow_redirects=True)
    except services.Unavailable as problem:
        raise AssertionError(f"{problem}\n{log.read_text()}") from problem
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    assert page.status_code == 200, log.read_text()
    assert f"http://127.0.0.1:{port}" in log.read_text()
    assert "Traceback" not in log.read_text()
    assert (clone / "var").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (clone / "var").iterdir())
