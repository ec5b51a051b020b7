"""Configuration, from the environment only. An odd value stops the start with a sentence that names it.

Local mode (the default) has no log-in and one owner and is for loopback. Team mode has accounts and needs to know
its own address: Host, Origin, secure cookies and the links of shares follow from it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import secrets
from importlib.metadata import version
from pathlib import Path

from cryptography.fernet import Fernet

from playground import data_folder, databases
from playground.environment import BadSetting, Environment, local_zone
from playground.sandbox import settings as sandbox
from playground.secrets import Secret, remember

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# ---- mode and address

TEAM = (
    env.choice("PLAYGROUND_MODE", ("local", "team"), "`local`: no log-in, this machine only; `team`: accounts")
    == "team"
)
SITE = env.address("PLAYGROUND_URL", "the address people type, needed in team mode; https but for loopback")
EXTRA_HOSTS = env.words("PLAYGROUND_HOSTS", "further Host names that are let in, exact, separated by commas")
PROXIES = env.networks("PLAYGROUND_PROXIES", "proxies whose X-Forwarded-For and X-Forwarded-Proto count")
HOST = env.text("PLAYGROUND_HOST", "127.0.0.1", "the address to bind to; others than loopback only in team mode")
PORT = env.whole("PORT", 8000, "the port to bind to", least=0, most=65535)
CONTAINER = env.flag(
    "PLAYGROUND_CONTAINER", False, "in a container: local mode may bind to all addresses, if the start token is on"
)
START_TOKEN = env.flag("PLAYGROUND_START_TOKEN", False, "local mode opens only to the link printed at start")
DEBUG = env.flag("PLAYGROUND_DEBUG", False, "Django's error pages and fresh static files, for development")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
if TEAM:
    if SITE is None:
        raise BadSetting("Team mode needs PLAYGROUND_URL, the address people type: https://playground.example.org.")
    if SITE.scheme != "https" and SITE.hostname not in LOOPBACK:
        raise BadSetting("PLAYGROUND_URL must begin with https:// in team mode: passwords and sessions travel there.")
    if DEBUG:
        raise BadSetting("PLAYGROUND_DEBUG shows what must stay inside. It cannot be on in team mode.")
for name in EXTRA_HOSTS:
    if "*" in name or name.startswith(".") or "/" in name:
        raise BadSetting(f"PLAYGROUND_HOSTS holds {name!r}. Write whole names, without wildcards.")

SECURE = SITE is not None and SITE.scheme == "https"
#: What the Host header may say. A name without a port stands for any port: a container's is mapped elsewhere.
HOSTS = [
    *([SITE.netloc.lower()] if SITE and TEAM else ["127.0.0.1", "localhost", "[::1]"]),
    *map(str.lower, EXTRA_HOSTS),
]
ALLOWED_HOSTS = [host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host for host in HOSTS]

# ---- where things are kept

DATA = data_folder.prepare(
    env.path("PLAYGROUND_DATA", BASE_DIR / "var", "database, uploads and generated secrets", shown="var")
)
UPLOADS = DATA / "uploads"
DATABASE_URL = env.text(
    "PLAYGROUND_DATABASE_URL",
    "sqlite:///playground.sqlite3",
    "`sqlite:///file` (in the data folder) or `postgresql://user:password@host:port/name`",
)
SYNCHRONOUS = env.choice(
    "PLAYGROUND_SQLITE_SYNCHRONOUS",
    ("NORMAL", "FULL"),
    "`NORMAL`: a power cut may lose the last moments; `FULL`: it may not, and writing is slower",
)
DATABASES = {"default": databases.database("PLAYGROUND_DATABASE_URL", DATABASE_URL, DATA, SYNCHRONOUS)}
CHANNEL_URL = env.text(
    "PLAYGROUND_CHANNEL_URL", "memory://", "`redis://host:port/0` when several processes serve the same database"
)
CHANNEL_LAYERS = {"default": databases.channel_layer("PLAYGROUND_CHANNEL_URL", CHANNEL_URL)}
CACHES = {"default": databases.cache(CHANNEL_URL)}

# ---- secrets

KNOWN_SECRETS = ("django-insecure", "secret", "changeme", "change-me", "password", "playground", "made-at-first-start")


def strong(name: str, value: str) -> str:
    if len(value) < 50 or len(set(value)) < 10 or value.lower().startswith(KNOWN_SECRETS):
        raise BadSetting(
            f"{name} is too short or known to others. Leave it out to have one made, or give 50 random characters."
        )
    return value


SECRET_KEY = strong(
    "PLAYGROUND_SECRET_KEY",
    env.text("PLAYGROUND_SECRET_KEY", "", "signs cookies; at least 50 characters", shown="made in the data folder")
    or data_folder.generated(DATA, "secret_key", lambda: secrets.token_urlsafe(48)),
)
ENCRYPTION_KEYS = (
    env.words(
        "PLAYGROUND_ENCRYPTION_KEYS",
        "Fernet keys that encrypt stored API keys, newest first; else one in the data folder",
    )
    or data_folder.generated(DATA, "encryption_keys", lambda: Fernet.generate_key().decode()).split()
)
for key in ENCRYPTION_KEYS:
    try:
        Fernet(key)
    except ValueError:
        raise BadSetting("PLAYGROUND_ENCRYPTION_KEYS holds something that is not a Fernet key.") from None

#: Keys that lie in the environment anyway are offered to the one owner of local mode, and to nobody else.
OFFERED = {
    name: Secret("" if TEAM else env.text(name, "", meaning))
    for name, meaning in (
        ("OPENAI_BASE_URL", "offered with the next as a first connection, in local mode only"),
        ("OPENAI_API_KEY", "offered as the key of a first connection, in local mode only"),
        ("COMETAPI_KEY", "offered as the key of a connection to CometAPI, in local mode only"),
    )
}

for value in (SECRET_KEY, *ENCRYPTION_KEYS):
    remember(value)  # so that no log shows it

# ---- limits

MAX_BODY = 25 * 1024 * 1024
MAX_IMPORT = 51 * 1024 * 1024  # a file of sessions may have 50 MB; the form around it needs a little
SOCKETS_PER_USER = env.whole(
    "PLAYGROUND_SOCKETS_PER_USER", 20 if TEAM else 200, "open websockets of one account (20 in team mode)", least=1
)
SOCKETS_PER_ADDRESS = env.whole(
    "PLAYGROUND_SOCKETS_PER_ADDRESS", 50 if TEAM else 200, "open websockets from one address (50 in team mode)", least=1
)
SOCKETS = env.whole("PLAYGROUND_SOCKETS", 2000, "open websockets of one process", least=1)
RUNS_AT_ONCE = env.whole("PLAYGROUND_RUNS", 100, "runs that may go on at once, on the whole installation", least=1)
RUNS_AT_ONCE_PER_USER = env.whole("PLAYGROUND_RUNS_PER_USER", 8, "runs of one account that may go on at once", least=1)
RUNS_A_MINUTE_PER_USER = env.whole(
    "PLAYGROUND_RUNS_A_MINUTE", 60, "runs that one account may start within a minute", least=1
)
DRAIN_SECONDS = env.whole("PLAYGROUND_DRAIN_SECONDS", 30, "how long running work may go on after SIGTERM", most=3600)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# ---- what is open

SANDBOX_OPEN = env.flag(
    "PLAYGROUND_SANDBOX_OPEN", not TEAM, "serve the sandbox at /sandbox/v1 to other programs (off in team mode)"
)
#: The sandbox reads these itself; here they are checked before the start, and told to the README.
SANDBOX = {
    "pace": "tokens a second; 0 is as fast as possible",
    "first_wait": "seconds before the first token",
    "ping_every": "seconds of silence before a `: ping` comment; 0 is never",
    "json_wait": "seconds that a reply which is not streamed may take at most",
    "unknown_fields": "`strict`: refused as OpenAI does; `lenient`: ignored",
    "profile": "whose refusals are imitated: `none`, `openai`, `claude`, `gemini`",
    "shape": "`openai`, or `comet` for replies as CometAPI documents them",
    "stream_errors": "errors inside a stream: `nested` or `flat`",
    "max_body": "bytes of one request",
    "keep_count": "how many replies and conversations are stored",
    "keep_bytes": "bytes of all stored replies together",
    "keep_seconds": "how long stored replies are kept",
    "resume_seconds": "how long the events of a background reply can be streamed again",
}
try:
    sandbox.from_environment({name: value for name, value in env.values.items() if value})
except ValueError as problem:
    raise BadSetting(str(problem)) from None
for field in dataclasses.fields(sandbox.Settings):
    env.text(sandbox.PREFIX + field.name.upper(), str(field.default), SANDBOX.get(field.name, "for the sandbox"))
PUBLIC_LINKS = env.flag(
    "PLAYGROUND_PUBLIC_LINKS", False, "members of a team may make links that open without an account"
)
METRICS_TOKEN = env.text(
    "PLAYGROUND_METRICS_TOKEN", "", "the bearer token that opens /metrics to Prometheus; empty: there is no /metrics"
)
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise BadSetting("PLAYGROUND_METRICS_TOKEN is too short. Give at least 16 characters.")
remember(METRICS_TOKEN)
UPSTREAMS = env.words("PLAYGROUND_UPSTREAMS", "private addresses that team mode may call, each as exact host:port")

# ---- Django

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_ace",
    "django_htmx",
    "playground",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "playground.accounts.middleware.TeamMember" if TEAM else "playground.accounts.middleware.LocalOwner",
    "django_htmx.middleware.HtmxMiddleware",
    "playground.accounts.middleware.LoginRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "playground.views.zones.readers_zone",
    "playground.views.errors.form_addresses",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "playground.views.context.playground",
            ]
        },
    }
]
AUTH_USER_MODEL = "playground.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CSRF_FAILURE_VIEW = "playground.views.errors.csrf_failure"

# ---- cookies: a cookie ignores ports, so each playground on a machine has names of its own

INSTANCE = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8]
COOKIE_PREFIX = "__Host-playground_" if SECURE else f"playground_{INSTANCE}_"
SESSION_COOKIE_NAME = COOKIE_PREFIX + "session"
CSRF_COOKIE_NAME = COOKIE_PREFIX + "csrf"
START_COOKIE_NAME = COOKIE_PREFIX + "start"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_IDLE = 24 * 3600

# ---- over TLS; the gate puts the headers on every answer, these tell Django the same

SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: Subdomains and preload lists are for the owner of the domain to decide, not for one program on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# ---- accounts

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# ---- languages and time

FORMAT_MODULE_PATH = ["playground.formats"]
LANGUAGES = [("en", "English"), ("ja", "日本語"), ("it", "Italiano"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "playground" / "locale"]
USE_TZ = True
TIME_ZONE = env.text(
    "PLAYGROUND_TIME_ZONE", local_zone(), "the zone of times, until a browser names its own", shown="this machine's"
)

# ---- static files: the address changes with the contents, so a browser may keep them for good


def static_stamp() -> str:
    """A short hash of every static file, ours by content and the packages' by version."""
    stamp = hashlib.sha256("".join(version(package) for package in ("django-htmx", "django-ace")).encode())
    for path in sorted((BASE_DIR / "static").rglob("*")):
        if path.is_file() and "built" not in path.parts:  # built files follow from the others
            stamp.update(path.name.encode() + path.read_bytes())
    return stamp.hexdigest()[:12]


STATIC_ROUTE = "/static/"
STATIC_STAMP = "dev" if DEBUG else static_stamp()
STATIC_URL = f"{STATIC_ROUTE}{STATIC_STAMP}/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# ---- logs

LOG_LEVEL = env.choice("PLAYGROUND_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"), "how much is logged")
ACCESS_LOG = env.flag("PLAYGROUND_ACCESS_LOG", False, "one line for each request; share tokens are cut short")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "playground.logs.Discreet"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "filters": ["discreet"], "formatter": "line"},
        "counted": {"class": "playground.metrics.CountErrors", "level": "ERROR"},
    },
    "root": {"handlers": ["terminal", "counted"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL, "handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a page that is not there is no event; the access log has it
        "django.server": {"handlers": [], "propagate": True},
        # These print addresses with their secrets at INFO.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
    },
}

if TIME_ZONE != "UTC":
    import zoneinfo

    if TIME_ZONE not in zoneinfo.available_timezones():
        raise BadSetting(f"PLAYGROUND_TIME_ZONE is {TIME_ZONE!r}, which is not a name such as Europe/Rome.")
