"""Fixtures every room tests with. Names and promises:

    server           module    the app as people run it (`manage.py serve`) on a fresh file SQLite database, local mode.
                               server.base_url, .websocket_url, .port, .data (its data folder), .output() (its log),
                               .client() (httpx.Client), .shell("program"), .stop(), .kill(), .process
    start_server     module    factory for more: start_server(env={"PLAYGROUND_…": "…"}, args=["…"], data=path, port=n).
                               A `data` folder that exists is used as it is: a restart on the same rows.
                               anew=True: by a new interpreter, for what it would show of itself (tests/nursery.py).
    postgres         session   a real PostgreSQL; postgres.database() gives the URL of a fresh, empty database
    postgres_url     function  the URL of a fresh, empty database on it
    redis_service    session   a real Redis: .url, .stop(), .start()
    redis_url        session   its URL
    browser          module    Chromium, driven by Playwright's sync API. Tests in such a module are not async.
    page             function  a fresh page in a fresh context with base_url = server.base_url; any console error or
                               warning, uncaught exception, CSP report or request to another host fails the test at
                               its end. page.goto("/") works.
    new_page         function  factory for more, each in its own context: new_page(viewport={…}, locale="ar",
                               color_scheme="dark", base_url=…); the same watcher
    console          function  the watcher: console.expect(r"status of 404") lets a provoked complaint pass
    assert_accessible function assert_accessible(page, context=None): axe finds nothing serious or critical;
                               both=True: also in the dark

Database tests use pytest-django's `db` / `transactional_db` on a SQLite *file* of the test's own process: several
connections and threads see the same rows, as in use. No test sleeps, skips itself, or asserts how long something took.
"""

import gc
import importlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import browsing, nursery, services, serving

# How long an example takes says more about the machine than about the code. Each run tries other ones.
settings.register_profile("playground", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("playground")
# A bound against hanging: a busy machine takes its time.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What sets the playground up from nothing takes longest of all, and would be waited for alone at the end."""
    items.sort(key=lambda item: item.path.name != "test_run.py")


def pytest_collection_finish() -> None:
    """The tests themselves are objects enough that looking through them for garbage again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the test database in a file: an in-memory one cannot be seen from other threads and processes."""
    from django.conf import settings

    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> None:
    nursery.hash_quickly()


@pytest.fixture(scope="session", autouse=True)
def rows_made_by_migrations() -> Iterator[None]:
    """A test with real transactions ends by emptying every table; those after it need the sandbox's row as it was."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    sandbox = importlib.import_module("playground.migrations.0002_sandbox")

    def put_back(**_: Any) -> None:
        sandbox.make(apps, None)

    post_migrate.connect(put_back, sender=apps.get_app_config("playground"))
    yield
    post_migrate.disconnect(put_back, sender=apps.get_app_config("playground"))


@pytest.fixture(scope="session")
def migrated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty, migrated database, which each server starts from a copy of."""
    folder = tmp_path_factory.mktemp("migrated") / "data"
    serving.manage(serving.surroundings(folder), "migrate", "--verbosity", "0")
    return folder


@pytest.fixture(scope="module")
def start_server(migrated_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving.Servers]:
    folder = tmp_path_factory.mktemp("servers")
    with serving.servers(migrated_data, folder, anew=False) as start:
        yield start
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def server(start_server: serving.Servers) -> serving.Server:
    return start_server()


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.Postgres]:
    with services.postgres() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: services.Postgres) -> str:
    return postgres.database()


@pytest.fixture(scope="session")
def redis_service() -> Iterator[services.Redis]:
    with services.redis() as running:
        yield running


@pytest.fixture(scope="session")
def redis_url(redis_service: services.Redis) -> str:
    return redis_service.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as launched:
        yield launched


@pytest.fixture
def console() -> Iterator[browsing.Watcher]:
    watcher = browsing.Watcher()
    yield watcher
    assert not watcher.unexpected(), "The browser complained:\n" + "\n".join(watcher.unexpected())


@pytest.fixture
def new_page(
    browser: Browser, console: browsing.Watcher, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        if "base_url" not in options:
            options["base_url"] = request.getfixturevalue("server").base_url
        context = browser.new_context(**options)
        contexts.append(context)
        console.watch(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    def check(page: Page, context: str | None = None, both: bool = False) -> None:
        found = browsing.serious(page, context, both)
        assert not found, "axe found:\n" + "\n".join(found)

    return check
