"""Each figure that rules and dashboard name moves when the thing happens, and by as much as happened."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings
from redis import Redis
from rest_framework.test import APIClient

from accounts.mail import queue_mail
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail, RefusedSignIns, User
from accounts.tests.factories import UserFactory
from accounts.vocabulary import MailPurpose
from fincred import clock
from fincred.db.postgresql.base import DatabaseWrapper
from fincred.db.tests import test_replicas
from fincred.db.tests.postgresql import ThrowawayServer
from fincred.ops.figures import wal_figures
from fincred.ops.jobs import registered_jobs, run_if_due
from fincred.ops.probe import probe
from fincred.ops.tests.test_figures import metrics
from fincred.tests.live import ROOT, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform]

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "fincred.json"


def expressions() -> list[str]:
    """What Prometheus is asked, by the rules and by the dashboard."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [rule["expr"] for group in groups for rule in group["rules"]]
    return asked + [target["expr"] for panel in panels for target in panel["targets"]]


def named() -> set[str]:
    return {name for asked in expressions() for name in re.findall(r"fincred_\w+", asked)}


SNAPSHOT = {
    "incomes": [{"amount": 2000, "frequency": "monthly", "source_label": "Job"}],
    "expenses": {"total_amount": 900, "essential_amount": 900},
}


class Figures:
    """`with moved(name, labels) as by: ...; by() == 5`"""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    @contextmanager
    def moved(self, name: str, **labels: str) -> Iterator[Any]:
        before = self.value(name, **labels)
        yield lambda: self.value(name, **labels) - before

    def value(self, name: str, **labels: str) -> float:
        """0 for what doesn't exist yet."""
        self.seen.add(name)
        text = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
        return metrics().get(f"{name}{{{text}}}" if text else name, 0)


@pytest.fixture
def figures() -> Figures:
    return Figures()


@pytest.mark.django_db
class TestMoves:
    """Every one of `named()` is here, which the last class holds."""

    def test_fincred_http_requests_total_and_fincred_http_request_seconds_bucket(self, figures: Figures) -> None:
        live = {"method": "GET", "route": "/api/v0/health/live"}
        with (
            figures.moved("fincred_http_requests_total", status="200", **live) as requests,
            figures.moved("fincred_http_request_seconds_bucket", le="+Inf", **live) as measured,
        ):
            for _ in range(3):
                Client().get("/api/v0/health/live")
        assert (requests(), measured()) == (3, 3)

    def test_fincred_outbox_mails_and_fincred_outbox_oldest_seconds(self, figures: Figures) -> None:
        hour_ago = clock.now() - timedelta(hours=1)
        with figures.moved("fincred_outbox_mails", state="due") as due:
            for _ in range(5):
                queue_mail(user=UserFactory.create(), purpose=MailPurpose.RESET_PASSWORD, now=hour_ago)
        assert due() == 5
        assert 3600 <= figures.value("fincred_outbox_oldest_seconds") < 3700
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS)
        assert figures.value("fincred_outbox_mails", state="dead") == 5
        assert figures.value("fincred_outbox_mails", state="due") == 0

    def test_fincred_job_last_success_timestamp_seconds_and_fincred_job_last_seconds_and_fincred_job_done_total(
        self, figures: Figures, saver: User
    ) -> None:
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        began = clock.now().timestamp()
        with figures.moved("fincred_job_done_total", job="mail") as done:
            for job in registered_jobs():
                run_if_due(job, clock=clock.now)
        assert done() == 1
        assert figures.value("fincred_job_last_success_timestamp_seconds", job="mail") >= began
        assert figures.value("fincred_job_last_success_timestamp_seconds", job="purge_expired") >= began
        assert figures.value("fincred_job_last_seconds", job="mail") > 0

    def test_fincred_job_next_run_timestamp_seconds(self, figures: Figures) -> None:
        [mail] = [job for job in registered_jobs() if job.name == "mail"]
        began = clock.now()
        assert run_if_due(mail, clock=clock.now)
        expected = (began + mail.every).timestamp()
        assert figures.value("fincred_job_next_run_timestamp_seconds", job="mail") >= expected

    def test_fincred_job_failures(self, figures: Figures, saver: User, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "no.such.Backend"
        [mail] = [job for job in registered_jobs() if job.name == "mail"]
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        with figures.moved("fincred_job_failures", job="mail") as failures:
            run_if_due(mail, clock=clock.now)
        assert failures() == 1

    def test_fincred_rate_limits_hit_total(
        self, figures: Figures, as_saver: APIClient, settings: Settings, time_machine: Any
    ) -> None:
        settings.RATE_LIMIT_ENABLED = True
        time_machine.move_to(clock.now(), tick=False)
        with figures.moved("fincred_rate_limits_hit_total", limit="sign-in-account") as hit:
            for _ in range(11):
                answer = as_saver.post("/api/v0/auth/login", {"email": "nobody@example.com", "password": "x" * 12})
        assert answer.status_code == 429
        assert hit() == 1

    @pytest.mark.parametrize(
        ("path", "name", "form"),
        [("/api/v0/auth/login", "email", "json"), ("/admin/login/", "username", "multipart")],
        ids=["API", "back office"],
    )
    @pytest.mark.parametrize(
        ("reason", "state"),
        [("credentials", {}), ("inactive", {"is_active": False}), ("unverified", {"is_verified": False})],
    )
    def test_fincred_sign_ins_refused_total(
        self,
        figures: Figures,
        api: APIClient,
        agent: User,
        *,
        path: str,
        name: str,
        form: str,
        reason: str,
        state: dict[str, bool],
    ) -> None:
        agent.set_password("correct horse battery")
        agent.save()
        User.objects.filter(pk=agent.pk).update(**state)
        password = "correct horse battery" if state else "wrong horse battery"
        with figures.moved("fincred_sign_ins_refused_total", reason=reason) as refused:
            api.post(path, {name: agent.email, "password": password}, format=form)
        assert refused() == 1

    def test_fincred_sign_ins_refused_total_of_people_without_a_role(self, figures: Figures, agent: User) -> None:
        """Or passwords could be tried out there without a trace."""
        agent.set_password("correct horse battery")
        agent.is_staff = False
        agent.save()
        form = {"username": agent.email, "password": "correct horse battery"}
        with figures.moved("fincred_sign_ins_refused_total", reason="no_role") as refused:
            Client().post("/admin/login/", form)
        assert refused() == 1
        assert RefusedSignIns.objects.get().refused == 1

    def test_fincred_check_ins_total_and_fincred_plan_versions_total(
        self, figures: Figures, as_saver: APIClient, django_capture_on_commit_callbacks: Any
    ) -> None:
        goal = {
            "type": "fire_starter",
            "name": "Trip",
            "target_amount": 1000,
            "target_date": "2090-01-01",
            "priority": "High",
        }
        goal_id = as_saver.post("/api/v0/goals", goal).json()["id"]
        as_saver.put("/api/v0/snapshot", SNAPSHOT)
        with (
            figures.moved("fincred_check_ins_total") as check_ins,
            figures.moved("fincred_plan_versions_total") as versions,
        ):
            with django_capture_on_commit_callbacks(execute=True):
                planned = as_saver.post("/api/v0/planning/plan")
                for amount in (1, 2):
                    as_saver.post(f"/api/v0/goals/{goal_id}/check-ins", {"current_amount": amount})
                as_saver.post(f"/api/v0/goals/{goal_id}/check-ins", {"current_amount": "much"})
            assert planned.status_code in (200, 201), planned.content
            assert (check_ins(), versions()) == (2, 1)
            # What isn't committed isn't counted.
            as_saver.post(f"/api/v0/goals/{goal_id}/check-ins", {"current_amount": 3})
            assert check_ins() == 2

    def test_fincred_database_readable_and_fincred_database_writable_and_fincred_database_primary_answers(
        self, figures: Figures
    ) -> None:
        def seen() -> list[float]:
            probe.forget()
            names = ("readable", "writable", "primary_answers")
            return [figures.value(f"fincred_database_{name}") for name in names]

        def take_none(execute: Any, sql: str, *rest: Any) -> Any:
            if "ops_databasestate" in sql and sql.strip().startswith("INSERT"):
                raise OperationalError
            return execute(sql, *rest)

        def away(*_: object) -> None:
            raise OperationalError

        assert seen() == [1, 1, 1]
        with connection.execute_wrapper(take_none):
            assert seen() == [1, 0, 1]
        with connection.execute_wrapper(away):
            assert seen() == [0, 0, 0]
        probe.forget()

    @pytest.mark.redis
    def test_fincred_cache_answers(self, figures: Figures, redis: Redis, settings: Settings) -> None:
        from fincred.redis_server import redis_server

        probe.forget()
        assert figures.value("fincred_cache_answers") == 1
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        redis_server.cache_clear()
        probe.forget()
        assert figures.value("fincred_cache_answers") == 0
        probe.forget()


@pytest.mark.postgresql
@pytest.mark.django_db
class TestPool:
    @pytest.fixture
    def pool(self) -> Iterator[Callable[[], DatabaseWrapper]]:
        """Makes connections that share a pool of one."""
        options = connection.settings_dict["OPTIONS"]
        small = options | {"pool": options["pool"] | {"min_size": 1, "max_size": 1, "timeout": 2}}
        made: list[DatabaseWrapper] = []

        def make() -> DatabaseWrapper:
            made.append(DatabaseWrapper(connection.settings_dict | {"OPTIONS": small}, alias="small"))
            return made[-1]

        yield make
        for each in made:
            each.close()
        made[0].close_pool()

    def test_fincred_database_pool_used_and_fincred_database_pool_waiting_and_fincred_database_pool_timeouts_total(
        self, pool: Callable[[], DatabaseWrapper]
    ) -> None:
        def figure(name: str) -> float:
            return REGISTRY.get_sample_value(name, {"database": "small"}) or 0

        first, second = pool(), pool()
        first.ensure_connection()
        first.ensure_connection()
        assert figure("fincred_database_pool_used") == 1
        refused: list[BaseException] = []

        def wait_in_vain() -> None:
            try:
                second.ensure_connection()
            except OperationalError as error:
                refused.append(error)

        waiting = threading.Thread(target=wait_in_vain)
        waiting.start()
        wait_until(lambda: figure("fincred_database_pool_waiting") == 1)
        waiting.join()
        assert len(refused) == 1
        assert figure("fincred_database_pool_waiting") == 0
        assert figure("fincred_database_pool_timeouts_total") == 1
        first.close()
        first.close()
        assert figure("fincred_database_pool_used") == 0
        second.inc_thread_sharing()
        second.ensure_connection()
        assert figure("fincred_database_pool_used") == 1


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db
class TestArchive:
    @pytest.fixture
    def server(self, postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
        """It archives by deploy/postgresql/archive.sh into a folder that isn't there yet."""
        with ThrowawayServer(postgresql_binaries) as server:
            script = server.folder / "archive.sh"
            shutil.copy(ROOT / "deploy/postgresql/archive.sh", script)
            command = f"WAL_ARCHIVE={server.folder}/archive {script} %p %f"
            with psycopg.connect(server.url, autocommit=True) as link:
                link.execute("ALTER SYSTEM SET archive_mode = on")
                link.execute(f"ALTER SYSTEM SET archive_command = '{command}'".encode())
            yield server

    def test_fincred_wal_last_archived_timestamp_seconds(self, server: ThrowawayServer) -> None:
        where = {"HOST": "127.0.0.1", "PORT": server.port, "NAME": "postgres", "USER": "postgres", "PASSWORD": ""}
        options = {"pool": False}
        with closing(DatabaseWrapper(connection.settings_dict | where | {"OPTIONS": options}, "own")) as database:

            def told() -> list[float]:
                return [sample.value for figure in wal_figures(database) for sample in figure.samples]

            assert told() == [], "nothing is archived, and nothing is asked for"
            database.close()
            server.stop()
            server.start()
            assert told() == [0]
            began = clock.now().timestamp()
            with database.cursor() as cursor:
                cursor.execute("CREATE TABLE written ()")
                cursor.execute("SELECT pg_switch_wal()")
            wait_until(lambda: told() > [began - 1])
            assert list((server.folder / "archive").iterdir())


class TestNamed:
    def test_every_figure_of_rules_and_dashboard_has_a_test_above(self) -> None:
        tests = " ".join(
            name for each in (TestMoves, TestPool, TestArchive, test_replicas.TestReads) for name in vars(each)
        )
        assert len(named()) > 15
        assert [name for name in named() if name not in tests] == []

    def test_every_figure_that_is_counted_is_looked_at(self) -> None:
        source = (ROOT / "fincred" / "counters.py").read_text()
        assert set(re.findall(r'"(fincred_\w+)"', source)) <= named()

    def test_what_may_never_happen_is_counted_from_the_start(self) -> None:
        """Of a series that begins at 1, Prometheus sees no increase."""
        for name, labels in (
            ("fincred_database_pool_timeouts_total", {"database": "default"}),
            ("fincred_database_pool_timeouts_total", {"database": "replica"}),
            ("fincred_rate_limits_hit_total", {"limit": "reads"}),
            ("fincred_replica_reads_total", {"outcome": "failed"}),
            ("fincred_sign_ins_refused_total", {"reason": "inactive"}),
        ):
            assert REGISTRY.get_sample_value(name, labels) is not None, name
