"""Django's settings, from the environment or `.env`. docs/operations.md has the table of variables."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django_stubs_ext

from fincred import __version__
from fincred.api.openapi_settings import spectacular_settings
from fincred.db.postgresql.pipeline import TIMEOUTS, Connection
from fincred.env_file import ENV_FILE, read_env_file
from fincred.environment import ENVIRONMENTS, LOG_LEVELS, Environment
from fincred.own_addresses import development_hosts, development_origins

django_stubs_ext.monkeypatch()  # lets annotations such as ModelAdmin[Goal] stand at run time

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

env = Environment(os.environ, read_env_file(ENV_FILE))

ENV = env.choice("ENV", "development", ENVIRONMENTS)
env.refuse_instead_of("ENV", ENVIRONMENTS, "development", "ENVIRONMENT", "DJANGO_ENV", "APP_ENV")
SERVICE_NAME = "fincred"
API_VERSION = __version__
DEVELOPMENT = ENV == "development"
PRODUCTION = ENV == "production"
DEBUG = env.boolean("DEBUG", False)
# gunicorn.conf.py reads these two by itself; here they are checked.
PORT = env.integer("PORT", 8000, most=65535)
WEB_CONCURRENCY = env.integer("WEB_CONCURRENCY", 2, most=999)

# --- Secrets
SECRET_KEY = env.key("SECRET_KEY", required=not DEVELOPMENT, keep_in=VAR)
JWT_SECRET_KEY = env.key("JWT_SECRET_KEY", required=not DEVELOPMENT, keep_in=VAR)
# While keys are exchanged: what they have signed is valid, and they sign nothing.
SECRET_KEY_PREVIOUS = env.optional_key("SECRET_KEY_PREVIOUS")
JWT_SECRET_KEY_PREVIOUS = env.optional_key("JWT_SECRET_KEY_PREVIOUS")
SECRET_KEY_FALLBACKS = [SECRET_KEY_PREVIOUS] if SECRET_KEY_PREVIOUS else []
METRICS_TOKEN = env.token("METRICS_TOKEN")
BACKUP_KEY = env.optional_key("BACKUP_KEY")
ERASURE_LOG = env.file("ERASURE_LOG", VAR / "erasures.log")

# --- Who may call
_HERE = development_hosts() if DEVELOPMENT else [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", _HERE)
_APPS = development_origins() if DEVELOPMENT else []
CORS_ALLOWED_ORIGINS = env.origins("CORS_ORIGINS", _APPS, secure=PRODUCTION)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", [], secure=PRODUCTION)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
CORS_ALLOW_HEADERS = (
    "accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "Content-Disposition", "ETag", "Idempotent-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy",
    "Retry-After", "WWW-Authenticate", "X-Process-Time", "X-Request-ID", "X-Total-Count",
)  # fmt: skip
CORS_URLS_REGEX = r"^/api/"

# --- How long clients may take, and how long this process serves on when it is to stop
CLIENT_HEAD_SECONDS = env.integer("CLIENT_HEAD_SECONDS", 5, most=60)
CLIENT_BODY_SECONDS = env.integer("CLIENT_BODY_SECONDS", 60, most=600)
CLIENT_BODY_BYTES_PER_SECOND = env.integer("CLIENT_BODY_BYTES_PER_SECOND", 1024)
CLIENT_SEND_SECONDS = env.integer("CLIENT_SEND_SECONDS", 10, most=600)
DRAIN_SECONDS = env.integer("DRAIN_SECONDS", 5, least=0, most=20)

# --- Rules
EMAIL_VERIFICATION = env.choice("EMAIL_VERIFICATION", "on", ("on", "off")) == "on"
MAX_ACTIVE_GOALS = env.integer("MAX_ACTIVE_GOALS", 5, most=100)
ACCESS_TOKEN_MINUTES = env.integer("ACCESS_TOKEN_MINUTES", 30, most=1440)
REFRESH_TOKEN_DAYS = env.integer("REFRESH_TOKEN_DAYS", 14, most=365)
RATE_LIMIT_ENABLED = env.boolean("RATE_LIMIT_ENABLED", True)
RATE_LIMIT_READS_PER_MINUTE = env.integer("RATE_LIMIT_READS_PER_MINUTE", 300)
RATE_LIMIT_WRITES_PER_MINUTE = env.integer("RATE_LIMIT_WRITES_PER_MINUTE", 60)
RATE_LIMIT_COST_PER_MINUTE = env.integer("RATE_LIMIT_COST_PER_MINUTE", 60)
MAX_BODY_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# --- Data
DB_POOL_MIN = env.integer("DB_POOL_MIN", 5, most=1000)
DB_POOL_MAX = env.integer("DB_POOL_MAX", 15, most=1000)
DB_POOL_TIMEOUT = env.integer("DB_POOL_TIMEOUT", 2, most=60)
# The password of primary and replica, where their URLs have none: one home, and the URLs need not be secret.
_password = env.password("DATABASE_PASSWORD")
DATABASE_POOLER = env.choice("DATABASE_POOLER", "none", ("none", "transaction"))
if DB_POOL_MIN > DB_POOL_MAX:
    env.fault("DB_POOL_MIN", "must not be more than DB_POOL_MAX")


def _tuned(database: dict[str, Any], alias: str = "default") -> dict[str, Any]:
    """What each engine needs to be safe under parallel requests, and never to wait for ever."""
    if database["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE takes the write lock at the start, so two writers queue instead of deadlocking.
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": pragmas}
        name = database["NAME"]
        return database | {"NAME": name if name == ":memory:" else ROOT / name, "OPTIONS": options}
    # Attempts to reconnect slow down as they fail; giving up early lets the next request try afresh.
    pool = {
        "min_size": DB_POOL_MIN, "max_size": DB_POOL_MAX, "timeout": DB_POOL_TIMEOUT, "reconnect_timeout": 2,
        "connection_class": Connection, "name": alias,
    }  # fmt: skip
    # The longest wait for an answer, above the 10 s after which PostgreSQL itself ends a statement; and idle
    # connections find out by themselves that the network is gone.
    waits = {"connect_timeout": 3, "tcp_user_timeout": 12_000, "keepalives_idle": 30, "keepalives_interval": 10}
    # Values travel beside the statement. psycopg itself prepares nothing (Django's default).
    options = {**waits, **database.get("OPTIONS", {}), "pool": pool, "server_side_binding": True}
    if DATABASE_POOLER == "none":
        limits = " ".join(f"-c {name}={value}" for name, value in TIMEOUTS.items())
        # What is prepared is planned once. PostgreSQL assumes that a LIMIT given as a parameter returns a tenth of
        # the rows; where that plan looks expensive it would plan again each time, which costs more than the rows.
        options["options"] = f"{limits} -c plan_cache_mode=force_generic_plan"
    password = {"PASSWORD": database.get("PASSWORD") or _password}
    engine = {"ENGINE": "fincred.db.postgresql", "OPTIONS": options} | password
    return database | engine | {"DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLER == "transaction"}


DATABASES = {"default": _tuned(env.database("DATABASE_URL", "sqlite:///db.sqlite3") or {})}
POSTGRESQL = DATABASES["default"]["ENGINE"].endswith("postgresql")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY = env.boolean("CELERY", False)
if CELERY and not REDIS_URL:
    env.fault("CELERY", "needs REDIS_URL, which is its broker")

_replica = env.database("DATABASE_REPLICA_URL", None, "django.db.backends.postgresql")
if _replica:
    if not POSTGRESQL:
        env.fault("DATABASE_REPLICA_URL", "needs a DATABASE_URL that is PostgreSQL as well")
    if not REDIS_URL:
        env.fault("DATABASE_REPLICA_URL", "needs REDIS_URL, where all processes record each person's last write")
    DATABASES["replica"] = _tuned(_replica, "replica") | {"TEST": {"MIRROR": "default"}}
    # The primary serves as well, so no request waits long for a replica.
    DATABASES["replica"]["OPTIONS"]["pool"]["timeout"] = 1
    DATABASES["replica"]["OPTIONS"]["tcp_user_timeout"] = 2000
    DATABASE_ROUTERS = ["fincred.db.replicas.ReplicaRouter"]

# --- Mail
APP_URL = env.url("APP_URL", "http://127.0.0.1:8000", ("https",) if PRODUCTION else ("http", "https"))
DEFAULT_FROM_EMAIL = env.address("DEFAULT_FROM_EMAIL", "FinCred <no-reply@fincred.invalid>")
# Where pushes go: Expo's documented HTTP API.
EXPO_URL = env.url("EXPO_URL", "https://exp.host/--/api/v2/push", ("http", "https"))

_mail = env.email("EMAIL_URL", f"filemail://{quote(str(VAR / 'mail'))}")
MAIL_INTO_FILES = "accounts.mail.files.EmailBackend"
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_BACKEND = MAIL_INTO_FILES if EMAIL_FILE_PATH else _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
# Mail into files or memory is delivered when its transaction commits; SMTP waits for `manage.py work`.
DELIVER_MAIL_ON_COMMIT = not EMAIL_BACKEND.endswith("smtp.EmailBackend")

# --- Django
INSTALLED_APPS = [
    "fincred.apps.BackOfficeConfig",
    "fincred.ops",  # before auth, whose `createsuperuser` it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "goals",
    "planning",
    "tracking",
    "fincred.companion",
    "fincred.back_office",
]
MIDDLEWARE = [
    "fincred.ops.middleware.RequestContextMiddleware",
    "fincred.ops.middleware.TrustedProxyMiddleware",
    "fincred.ops.middleware.CorsMiddleware",
    "fincred.ops.middleware.BodyLimitMiddleware",
    "fincred.ops.host_check.CommonMiddleware",
    "fincred.ops.restored.RestoredMiddleware",
    *(["fincred.db.replicas.ReplicaMiddleware"] if _replica else []),
    "fincred.ops.middleware.BrowserMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "fincred.urls"
DEFAULT_EXCEPTION_REPORTER = "fincred.api.exception_handler.Report"
WSGI_APPLICATION = "fincred.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "fincred" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# Served from the packages' own folders, so `collectstatic` isn't needed.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.ThrottledBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
_PASSWORD_RULES: list[dict[str, Any]] = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "accounts.password_validation.NormalFormValidator", "OPTIONS": {"rules": _PASSWORD_RULES}},
]
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "AUDIENCE": "fincred-api",
    "ISSUER": "fincred",
    "USER_ID_CLAIM": "sub",
}

# --- English and UTC; each person's day comes from their profile's time zone.
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "fincred.formats"

# --- The API
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["fincred.api.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.rate_limits.throttles.PerPerson"],
    "DEFAULT_PARSER_CLASSES": ["fincred.api.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "fincred.api.negotiation.JSONNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["fincred.api.renderers.ExactJSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "fincred.api.openapi.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "fincred.api.exception_handler.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.MultiPartRenderer",
    ],
}
SPECTACULAR_SETTINGS = spectacular_settings(introduction=ROOT / "docs" / "openapi-intro.md", version=API_VERSION)
CSRF_FAILURE_VIEW = "accounts.back_office.refusals.csrf_failure"

# --- Safe transport. TLS ends at the proxy. An API that redirected http to https would hide clients that send
# tokens unencrypted, so SECURE_SSL_REDIRECT stays off and its check (W008) is silenced.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = ["security.W008"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
# Of the back office.
LOGIN_REDIRECT_URL = "admin:index"
if REDIS_URL:
    SESSION_ENGINE = "accounts.back_office.session_store"
SESSION_COOKIE_AGE = env.integer("BACK_OFFICE_SESSION_HOURS", 12, most=24) * 60 * 60
SECOND_FACTOR = env.choice("SECOND_FACTOR", "on" if PRODUCTION else "off", ("on", "off")) == "on"

# --- Logs
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", LOG_LEVELS)
LOG_FORMAT = env.choice("LOG_FORMAT", "console" if DEVELOPMENT else "json", ("console", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {"()": "fincred.ops.logs.ConsoleFormatter"},
        "json": {"()": "fincred.ops.logs.JSONFormatter"},
    },
    "filters": {
        "answered": {"()": "fincred.ops.logs.AnsweredFilter"},
        "news": {"()": "fincred.ops.logs.NewsFilter"},
        "outage": {"()": "fincred.db.postgresql.outages.OutageFilter"},
        "route": {"()": "fincred.ops.logs.RouteFilter"},
        "state": {"()": "fincred.ops.logs.DatabaseStateFilter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Without Django's own handlers, of which one repeats lines with DEBUG. Below INFO it tells values in SQL.
        "django": {"handlers": [], "level": "INFO"},
        # RequestContextMiddleware logs each request, without its query string.
        "django.server": {"handlers": ["none"], "propagate": False},
        "django.request": {"level": "ERROR", "filters": ["news", "answered", "route", "state"]},
        # Faults of clients: scanners call any host. The line of the request shows the 400 or 413.
        "django.security": {"handlers": ["none"], "propagate": False},
        "psycopg.pool": {"filters": ["outage"]},
    },
}

# --- What production refuses
if PRODUCTION:
    if DEBUG:
        env.fault("DEBUG", "must be off in production")
    if not POSTGRESQL:
        env.fault("DATABASE_URL", "must be PostgreSQL in production")
    if not REDIS_URL:
        env.fault("REDIS_URL", "is required in production: a cache and counters in each process do not add up")
    if not EMAIL_VERIFICATION:
        env.fault("EMAIL_VERIFICATION", "must be on in production")
    if not SECOND_FACTOR:
        env.fault("SECOND_FACTOR", "must be on in production")
    if not EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        env.fault("EMAIL_URL", "must be a mail server in production: mail that is written to files reaches no one")
    if not METRICS_TOKEN:
        env.fault("METRICS_TOKEN", "is required in production")
    if not ALLOWED_HOSTS or any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS):
        env.fault("ALLOWED_HOSTS", "must list the hosts in production, without wildcards")
    if SECRET_KEY == JWT_SECRET_KEY:
        env.fault("JWT_SECRET_KEY", "must differ from SECRET_KEY")
    if JWT_SECRET_KEY_PREVIOUS and JWT_SECRET_KEY_PREVIOUS in {SECRET_KEY, SECRET_KEY_PREVIOUS}:
        env.fault("JWT_SECRET_KEY_PREVIOUS", "must differ from SECRET_KEY and SECRET_KEY_PREVIOUS")
    if SECRET_KEY_PREVIOUS and SECRET_KEY_PREVIOUS == JWT_SECRET_KEY:
        env.fault("SECRET_KEY_PREVIOUS", "must differ from JWT_SECRET_KEY")
env.report()
