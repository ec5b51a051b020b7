"""The image, with no engine to build it: what the Dockerfile names exists, and what it starts works here."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest
import yaml

from tests import services
from tests.environment import ROOT, without_ours
from tests.visiting import fetch


class Dockerfile:
    """Its instructions in order, as (name, rest), with continued lines joined."""

    def __init__(self, text: str) -> None:
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        joined = "\n".join(lines).replace("\\\n", " ")
        self.instructions = [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]

    def all(self, name: str) -> list[str]:
        return [rest for found, rest in self.instructions if found == name]

    def last_stage(self) -> list[tuple[str, ...]]:
        start = max(place for place, (name, _) in enumerate(self.instructions) if name == "FROM")
        return self.instructions[start:]

    def environment(self) -> dict[str, str]:
        return dict(word.split("=", 1) for rest in self.all("ENV") for word in shlex.split(rest))

    def command(self, name: str) -> list[str]:
        """The program and arguments of an exec-form instruction, with this machine's Python for the image's."""
        words = json.loads(self.all(name)[0].partition("[")[1] + self.all(name)[0].partition("[")[2])
        assert words[0] == ".venv/bin/python"
        return [sys.executable, *words[1:]]


@pytest.fixture(scope="module")
def dockerfile() -> Dockerfile:
    return Dockerfile((ROOT / "Dockerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, dict[str, object]]]:
    loaded: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


def let_in(path: str) -> bool:
    """Does .dockerignore leave this in what the build sees? The last pattern that matches decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").split():
        pattern = line.removeprefix("!")
        if fnmatch(path, pattern) or path == pattern or path.startswith(f"{pattern}/"):
            kept = line.startswith("!")
    return kept


def test_it_copies_only_what_exists_and_is_let_into_the_build(dockerfile: Dockerfile) -> None:
    from_here = [rest.split()[:-1] for rest in dockerfile.all("COPY") if not rest.startswith("--from")]

    for source in (source for sources in from_here for source in sources):
        assert (ROOT / source).exists(), source
        assert let_in(source), source


@pytest.mark.parametrize(
    "private", [".git", ".venv", "var", "tests", ".env", "playground/locale/it/LC_MESSAGES/django.mo"]
)
def test_nothing_private_or_stale_gets_into_the_build(private: str) -> None:
    assert not let_in(private)


def test_it_installs_the_same_lock_as_the_run_script(dockerfile: Dockerfile) -> None:
    install = next(rest for rest in dockerfile.all("RUN") if "pip" in rest)

    assert "--require-hashes -r requirements.txt" in install
    assert '"run": "requirements.txt"' in (ROOT / "run").read_text("utf-8")


def test_system_commands_are_the_ones_we_know(dockerfile: Dockerfile) -> None:
    """They are only read here: making users is for the image's build, not for the machine of the tests."""
    programs = {part.split()[0] for rest in dockerfile.all("RUN") for part in re.split(r"&&|;", rest)}

    assert programs == {"python", ".venv/bin/python", "PLAYGROUND_DATA=/tmp/build", "useradd", "install"}


def test_it_has_two_stages_and_runs_as_a_user_of_its_own(dockerfile: Dockerfile) -> None:
    names = [name for name, _ in dockerfile.last_stage()]
    made = next(rest for rest in dockerfile.all("RUN") if "useradd" in rest)

    assert len(dockerfile.all("FROM")) == 2
    assert dockerfile.all("USER") == ["playground"]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert re.search(r"useradd .*--uid [1-9]\d+ .*playground", made)
    assert f"--mode 0700 {dockerfile.environment()['PLAYGROUND_DATA']}" in made
    assert dockerfile.all("VOLUME") == [dockerfile.environment()["PLAYGROUND_DATA"]]


def test_every_python_it_supports_is_the_one_it_brings(dockerfile: Dockerfile) -> None:
    versions = {re.findall(r"python:(\d+)\.(\d+)-slim", rest)[0] for rest in dockerfile.all("FROM")}

    assert len(versions) == 1
    assert tuple(map(int, versions.pop())) >= (3, 11)


@pytest.fixture(scope="module")
def files_ready(dockerfile: Dockerfile, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The build step that makes files, run here."""
    step = next(rest for rest in dockerfile.all("RUN") if "manage.py prepare" in rest)
    arguments = re.findall(r"manage\.py (.*?) &&", step)[0].split()
    environment = {**without_ours(dict(os.environ)), "PLAYGROUND_DATA": str(tmp_path_factory.mktemp("build"))}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


@pytest.fixture(scope="module")
def container(dockerfile: Dockerfile, files_ready: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the container would run, with its own environment but a data folder and a port of ours."""
    folder = tmp_path_factory.mktemp("container")
    inside = {"PLAYGROUND_DATA": str(folder / "data"), "PORT": str(services.free_port())}
    environment = {**without_ours(dict(os.environ)), **dockerfile.environment(), **inside}
    (folder / "port").write_text(inside["PORT"])
    with (folder / "log").open("wb") as output:
        process = subprocess.Popen(
            dockerfile.command("ENTRYPOINT"), cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        services.wait_until(lambda: services.answers(int(inside["PORT"])), "the entry command", process)
        yield folder
    finally:
        services.end(process, seconds=45)


def visit(folder: Path, path: str, host: str = "127.0.0.1", **headers: str) -> httpx.Response:
    port = (folder / "port").read_text()
    return fetch("GET", f"http://{host}:{port}{path}", headers=headers)


def test_the_health_check_says_yes_while_it_serves(dockerfile: Dockerfile, container: Path) -> None:
    environment = {**os.environ, "PORT": (container / "port").read_text()}

    def is_well() -> bool:
        return subprocess.run(dockerfile.command("HEALTHCHECK"), cwd=ROOT, env=environment).returncode == 0

    services.wait_until(is_well, "a yes")  # asked again and again, as a container engine does


def test_the_health_check_says_no_where_nothing_serves(dockerfile: Dockerfile) -> None:
    environment = {**os.environ, "PORT": str(services.free_port())}

    done = subprocess.run(dockerfile.command("HEALTHCHECK"), cwd=ROOT, env=environment)

    assert done.returncode == 1


def test_it_listens_on_all_addresses_and_answers_only_to_loopback_names(container: Path) -> None:
    port = (container / "port").read_text()

    by_other_address = visit(container, "/healthz", host="127.0.0.2", Host=f"127.0.0.1:{port}")
    by_other_name = visit(container, "/", Host=f"playground.example:{port}")

    assert by_other_address.status_code == 200
    assert by_other_name.status_code == 400


def test_only_the_printed_link_opens_it(container: Path) -> None:
    stranger = visit(container, "/")
    printed = re.search(r"http://\S+", (container / "log").read_text())

    assert stranger.status_code == 403
    assert printed is not None
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=60) as browser:
        link = re.sub(r"//[^/]+", f"//127.0.0.1:{(container / 'port').read_text()}", printed[0])
        assert browser.get(link).status_code == 200


def test_compose_waits_for_healthy_services(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    services_ = compose["services"]

    assert set(services_) == {"playground", "postgres", "redis"}
    assert services_["playground"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    assert all("healthcheck" in services_[name] for name in ("postgres", "redis"))


def test_compose_publishes_on_loopback_only(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    published = {name: service.get("ports") for name, service in compose["services"].items()}

    assert published == {"playground": ["127.0.0.1:8000:8000"], "postgres": None, "redis": None}


def test_compose_uses_settings_that_exist(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    from playground.environment import REGISTRY

    named = compose["services"]["playground"]["environment"]

    assert isinstance(named, dict)
    assert set(named) <= set(REGISTRY)


def test_the_image_uses_settings_that_exist(dockerfile: Dockerfile) -> None:
    from playground.environment import REGISTRY

    assert set(dockerfile.environment()) - {"PYTHONUNBUFFERED"} <= set(REGISTRY)
