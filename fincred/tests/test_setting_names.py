from __future__ import annotations

import pytest

from fincred.setting_names import meant, mistyped

pytestmark = [pytest.mark.unit, pytest.mark.platform]

SERVERS = ("DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "EMAIL_URL")
SETTINGS = (
    *SERVERS,
    *("ENV", "PORT", "DB_POOL_MIN", "DATABASE_PASSWORD", "EMAIL_VERIFICATION", "DATABASE_URL_FILE"),
    *("SECRET_KEY", "SECRET_KEY_FILE", "JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS", "ALLOWED_HOSTS", "APP_URL"),
    *("SECRET_KEY_PREVIOUS", "EXPO_URL"),
    *("CORS_ORIGINS", "CSRF_TRUSTED_ORIGINS", "TRUSTED_PROXIES", "LOG_LEVEL", "LOG_FORMAT", "METRICS_TOKEN"),
    *("WEB_CONCURRENCY", "DEFAULT_FROM_EMAIL", "MAX_ACTIVE_GOALS", "CLIENT_HEAD_SECONDS"),
)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("DATABASE", "DATABASE_URL"),
        ("DB", "DATABASE_URL"),
        ("DB_URL", "DATABASE_URL"),
        ("db_url", "DATABASE_URL"),
        ("DB_HOST", "DATABASE_URL"),
        ("DB_PASSWORD", "DATABASE_URL"),
        ("DATABASE_NAME", "DATABASE_URL"),
        ("DATABASE_DEFAULT_URL", "DATABASE_URL"),
        ("DATABASE_REPLICA", "DATABASE_REPLICA_URL"),
        ("DATABASE_REPLICA_HOST", "DATABASE_REPLICA_URL"),
        ("DATABASE_POOL_MIN", "DB_POOL_MIN"),
        ("SECRET", "SECRET_KEY"),
        ("DJANGO_SECRET_KEY", "SECRET_KEY"),
        ("FINCRED_DATABASE_URL", "DATABASE_URL"),
        ("FINCRED_PORT", "PORT"),
        ("JWT", "JWT_SECRET_KEY"),
        ("JWT_KEY", "JWT_SECRET_KEY"),
        ("JWT_SECRET", "JWT_SECRET_KEY"),
        ("REDIS", "REDIS_URL"),
        ("REDIS_HOST", "REDIS_URL"),
        ("EMAIL", "EMAIL_URL"),
        ("MAIL_SERVER_URL", "EMAIL_URL"),
        ("SMTP_URL", "EMAIL_URL"),
        ("EMAIL_HOST_PASSWORD", "EMAIL_URL"),
        ("CORS", "CORS_ORIGINS"),
        ("CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"),
        ("CSRF_ORIGINS", "CSRF_TRUSTED_ORIGINS"),
        ("DJANGO_ALLOWED_HOSTS", "ALLOWED_HOSTS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("LOG", "LOG_LEVEL"),
        ("METRICS", "METRICS_TOKEN"),
        ("DB_REPLICA_URL", "DATABASE_REPLICA_URL"),
        ("DB_READ_REPLICA_URL", "DATABASE_REPLICA_URL"),
        ("DJANGO_SECRET_KEY_PREVIOUS", "SECRET_KEY_PREVIOUS"),
        ("FINCRED_SECRET_KEY_FILE", "SECRET_KEY_FILE"),
        ("DB_DSN", "DATABASE_URL"),
        ("DB_URI", "DATABASE_URL"),
        ("DB_PASS", "DATABASE_URL"),
        ("MAIL_SERVER", "EMAIL_URL"),
        ("DJANGO_ENVIRONMENT", "ENV"),
        ("POSTGRES_URL", "DATABASE_URL"),
        ("POSTGRESQL_URL", "DATABASE_URL"),
        ("ALLOWED_ORIGINS", "CORS_ORIGINS"),
        ("django_allowed_origins", "CORS_ORIGINS"),
    ],
)
def test_a_name_means_the_setting_whose_words_it_has(name: str, setting: str) -> None:
    assert meant(name, SETTINGS, SERVERS) == setting


@pytest.mark.parametrize(
    "name",
    [
        *("OTHER_PROGRAMS", "COMPOSE_PROJECT_NAME", "POSTGRES_PASSWORD", "POSTGRES_MEMORY", "PGDATA", "VERSION"),
        *("VIRTUAL_ENV", "NODE_ENV", "ENV_FILE", "PORT_BASE", "PRIMARY_PORT", "TZ", "APP_NAME", "APP_HOST"),
        *("AWS_SECRET_ACCESS_KEY", "STRIPE_SECRET_KEY", "NGINX_LOG_LEVEL", "GF_DATABASE_URL", "TEST_DATABASE_URL"),
        *("DJANGO_SETTINGS_MODULE", "DJANGO", "KEY", "URL", "DB_BACKUPS", "REDIS_MAXMEMORY", "_"),
        *("EXPO_PUBLIC_API_URL", "EXPO_PUBLIC_URL", "ENVIRONMENT_NAME"),
        *("APP", "WEB", "DEFAULT", "FINCRED_APP", "MAX", "CLIENT", "TRUSTED"),
        *("HOST", "ROOT", "DEV", "ANY", "PGPORT"),
    ],
)
def test_names_of_other_programs_mean_none(name: str) -> None:
    assert meant(name, SETTINGS, SERVERS) is None
    assert mistyped(name, SETTINGS) is None


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        *(
            ("alowed_host", "ALLOWED_HOSTS"),
            ("Env", "ENV"),
            ("MAIL_URL", "EMAIL_URL"),
            ("SERCET_KEY", "SECRET_KEY"),
        ),
        *(("EVN", "ENV"), ("ENVS", "ENV"), ("NV", "ENV"), ("PROT", "PORT"), ("PORTS", "PORT"), ("Prt", "PORT")),
    ],
)
def test_one_or_two_letters_are_a_typing_error(name: str, setting: str) -> None:
    assert mistyped(name, SETTINGS) == setting


def test_there_may_be_no_settings() -> None:
    assert (mistyped("NAME", ()), meant("NAME", (), ())) == (None, None)
