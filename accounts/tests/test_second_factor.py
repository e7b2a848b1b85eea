"""The second factor of staff: enrolled by an operator's code, asked for before anything else."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from accounts.back_office.tests.acting import act_in_back_office
from accounts.models import AuditEntry, BackupCode, OneTimeToken, RefusedSignIns, SecondFactor, User
from accounts.rate_limits import second_factor_blocked_until
from accounts.rate_limits.policies import SECOND_FACTOR_BY_DAY
from accounts.second_factor import backup_code, setup_key, setup_link, setup_picture
from accounts.services import open_session, set_role
from accounts.tests.authenticator import code_at
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock

KEY = b"12345678901234567890"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAGES = ("/admin/", "/admin/accounts/user/", "/admin/password_change/", "/admin/find/?q=a", "/admin/jsi18n/")

NO_PAGES = (
    "/admin/jsi18n/",
    "/admin/accounts/user/csv/",
    "/admin/api/v0/goals",
    "/admin/static/x.css",
    "/admin/r/1/2/",
)


def signed_in_with_password(email: str = "agent@example.com") -> Client:
    client = Client()
    answer = client.post("/admin/login/", {"username": email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def key_on(page: str) -> str:
    [key] = re.findall("<code>([A-Z2-7 ]+)</code>", page)
    return str(key)


def enrolled(agent: User, client: Client) -> tuple[bytes, list[str]]:
    """Over the pages, as staff do it; the key and the backup codes."""
    code = services.reset_second_factor(user=agent, now=clock.now())
    client.post("/admin/login/", {"username": agent.email, "password": PASSWORD})
    page = client.post("/admin/second-factor/enrol/", {"code": code}).content.decode()
    key = bytes(SecondFactor.objects.get(user=agent).key)
    assert setup_key(key) in page
    assert setup_picture(setup_link(key, agent.email)) in page
    answer = code_at(key, clock.now())
    page = client.post("/admin/second-factor/enrol/", {"code": code, "answer": answer}).content.decode()
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", page)
    assert len(codes) == 10
    return key, codes


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestDoor:
    def test_is_open_without_a_factor_where_none_is_required(self, agent: User) -> None:
        client = signed_in_with_password()
        assert [client.get(path).status_code for path in PAGES] == [200, 200, 200, 302, 200]

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_leads_to_enrolment_before_anything_else(self, agent: User, settings: Any, method: str) -> None:
        settings.SECOND_FACTOR = True
        client = signed_in_with_password()
        for path in PAGES:
            answer = getattr(client, method)(path)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/second-factor/enrol/"), path
        assert client.get("/admin/second-factor/").headers["Location"] == "/admin/second-factor/enrol/"
        assert client.post("/admin/logout/").status_code == 200

    def test_does_no_action_before_it_is_proved(self, agent: User, settings: Any, saver: User) -> None:
        settings.SECOND_FACTOR = True
        act_in_back_office(signed_in_with_password(), "/admin/accounts/user/", "disable", saver)
        assert User.objects.get(pk=saver.pk).is_active

    def test_tells_of_each_wrong_answer(self, agent: User, caplog: pytest.LogCaptureFixture) -> None:
        """The one who gives it knows the password."""
        enrolled(agent, Client())
        client = signed_in_with_password()
        for answer in ("000000", "not-a-code"):
            client.post("/admin/second-factor/", {"answer": answer})
        refused = AuditEntry.objects.filter(action="second_factor.refused", person_id=agent.pk)
        assert refused.count() == RefusedSignIns.objects.get().refused == 2
        assert [record.message for record in caplog.records].count("Second factor refused") == 2

    def test_asks_whoever_has_enrolled_at_each_sign_in(self, agent: User, noon: datetime) -> None:
        with time_machine.travel(noon, tick=False) as travelling:
            client = Client()
            key, codes = enrolled(agent, client)
            assert client.get("/admin/").status_code == 200
            travelling.shift(60)
            client = signed_in_with_password()
            for path in PAGES:
                assert client.get(path).headers["Location"] == "/admin/second-factor/", path
            assert client.get("/admin/second-factor/enrol/").headers["Location"] == "/admin/second-factor/"
            assert "is wrong" in client.post("/admin/second-factor/", {"answer": "000000"}).content.decode()
            assert client.get("/admin/").status_code == 302
            before = client.session.session_key
            code = code_at(key, clock.now())
            assert client.post("/admin/second-factor/", {"answer": code}).headers["Location"] == "/admin/"
            assert client.session.session_key != before
            assert client.get("/admin/").status_code == 200
            other = signed_in_with_password()
            assert "used before" in other.post("/admin/second-factor/", {"answer": code}).content.decode()
            assert other.post("/admin/second-factor/", {"answer": codes[0].upper()}).status_code == 302
            assert AuditEntry.objects.filter(action="backup_code.used").count() == 1
            deep = "/admin/accounts/user/?q=sam"
            again = signed_in_with_password()
            assert again.get(deep).status_code == 302
            for no_page in NO_PAGES:
                assert again.get(no_page).headers["Location"] == "/admin/second-factor/", no_page
            again.post("/admin/accounts/user/", {"action": "disable"})
            assert again.post("/admin/second-factor/", {"answer": codes[1]}).headers["Location"] == deep
            again = signed_in_with_password()
            assert "used before" in again.post("/admin/second-factor/", {"answer": codes[0]}).content.decode()


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestTrail:
    def entered(self, agent: User) -> list[str]:
        entries = AuditEntry.objects.filter(person_id=agent.pk, action__startswith="back_office.")
        return list(entries.order_by("sequence").values_list("action", flat=True))

    def test_says_entered_when_both_factors_are_proved(self, agent: User, noon: datetime, settings: Any) -> None:
        settings.SECOND_FACTOR = True
        with time_machine.travel(noon, tick=False) as travelling:
            key, _ = enrolled(agent, Client())
            both = ["back_office.password_accepted", "back_office.entered"]
            assert self.entered(agent) == both
            travelling.shift(60)
            client = signed_in_with_password()
            client.post("/admin/second-factor/", {"answer": "000000"})
            assert self.entered(agent) == [*both, "back_office.password_accepted"]
            client.post("/admin/second-factor/", {"answer": code_at(key, clock.now())})
            assert self.entered(agent) == [*both, *both]

    def test_says_it_once_to_who_enrols_though_none_is_required(self, agent: User) -> None:
        enrolled(agent, Client())
        assert self.entered(agent) == ["back_office.entered"]


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestEnrolment:
    def test_takes_the_code_of_the_command_once_and_within_an_hour(self, agent: User, noon: datetime) -> None:
        client = signed_in_with_password()
        for code in ("", "x", "\0"):
            assert "is wrong" in client.post("/admin/second-factor/enrol/", {"code": code}).content.decode()
        code = services.reset_second_factor(user=agent, now=noon - timedelta(hours=1, seconds=1))
        client = signed_in_with_password()
        assert "older than an hour" in client.post("/admin/second-factor/enrol/", {"code": code}).content.decode()
        with pytest.raises(Exception, match="invalid"):
            services.finish_enrolment(
                user=agent,
                code=services.reset_second_factor(user=agent, now=noon),
                answer="1",
                begun=None,
                now=noon,
            )

    def test_tells_of_each_wrong_code_and_answer(
        self, agent: User, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The one who gives it knows the password."""
        path = "/admin/second-factor/enrol/"
        old = services.reset_second_factor(user=agent, now=noon - timedelta(hours=2))
        others = set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=noon)
        wrong = ("x", old, services.reset_second_factor(user=others, now=noon))
        code = services.reset_second_factor(user=agent, now=noon)
        client = signed_in_with_password()
        for each in wrong:
            client.post(path, {"code": each})
        client.post(path, {"code": "x", "answer": "000000"})
        client.post(path, {"code": code})
        client.post(path, {"code": code, "answer": "000000"})
        refused = AuditEntry.objects.filter(action="second_factor.refused", person_id=agent.pk)
        assert refused.count() == RefusedSignIns.objects.get().refused == 5
        assert [record.message for record in caplog.records].count("Second factor refused") == 5

    def test_takes_nobody_elses_code(self, agent: User, noon: datetime) -> None:
        other = set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=noon)
        code = services.reset_second_factor(user=other, now=noon)
        page = signed_in_with_password().post("/admin/second-factor/enrol/", {"code": code}).content.decode()
        assert "is wrong" in page
        assert not SecondFactor.objects.exists()

    def test_shows_the_same_key_after_a_wrong_answer_and_a_reload(self, agent: User, noon: datetime) -> None:
        path, code = "/admin/second-factor/enrol/", services.reset_second_factor(user=agent, now=noon)
        client = signed_in_with_password()
        first = key_on(client.post(path, {"code": code}).content.decode())
        page = client.post(path, {"code": code, "answer": "000000"}).content.decode()
        assert "Try again" in page
        assert key_on(page) == key_on(client.post(path, {"code": code}).content.decode()) == first
        assert not services.has_second_factor(agent)
        key = bytes(SecondFactor.objects.get(user=agent).key)
        client.post(path, {"code": code, "answer": code_at(key, clock.now())})
        assert services.has_second_factor(agent)

    def test_shows_no_other_session_its_key(self, agent: User, noon: datetime) -> None:
        """Another person with the password and the code must not know the key that is confirmed."""
        path, code = "/admin/second-factor/enrol/", services.reset_second_factor(user=agent, now=noon)
        client, other = signed_in_with_password(), signed_in_with_password()
        first = key_on(client.post(path, {"code": code}).content.decode())
        key = bytes(SecondFactor.objects.get(user=agent).key)
        assert "<code>" not in other.post(path, {"code": code, "answer": "000000"}).content.decode()
        assert key_on(other.post(path, {"code": code}).content.decode()) != first
        page = client.post(path, {"code": code, "answer": code_at(key, clock.now())}).content.decode()
        assert "Another session has begun with this code since" in page
        assert not services.has_second_factor(agent)

    def test_shows_no_key_once_its_code_is_too_old(self, agent: User, noon: datetime) -> None:
        with time_machine.travel(noon, tick=False) as travelling:
            path, code = "/admin/second-factor/enrol/", services.reset_second_factor(user=agent, now=noon)
            client = signed_in_with_password()
            client.post(path, {"code": code})
            travelling.shift(3601)
            for form in ({"code": code}, {"code": code, "answer": "000000"}):
                page = client.post(path, form).content.decode()
                assert "older than an hour" in page
                assert "<code>" not in page

    def test_keeps_no_code_as_it_is(self, agent: User, noon: datetime) -> None:
        _, codes = enrolled(agent, Client())
        stored = list(BackupCode.objects.values_list("code_hash", flat=True))
        assert len(stored) == 10
        assert not [code for code in codes if backup_code(code) in "".join(stored)]
        assert str(OneTimeToken.objects.latest("created_at").used_at)

    def test_is_not_proved_by_one_that_was_not_finished(self, agent: User, noon: datetime) -> None:
        code = services.reset_second_factor(user=agent, now=noon)
        key = bytes(services.begin_enrolment(user=agent, code=code, now=noon).key)
        assert not services.prove_second_factor(user=agent, answer=code_at(key, noon), now=noon)


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestReset:
    def test_by_the_command_ends_sessions_and_is_recorded(self, agent: User, noon: datetime) -> None:
        client = Client()
        enrolled(agent, client)
        open_session(user=agent, now=noon)
        out = StringIO()
        call_command("enrol_staff", agent.email, stdout=out)
        assert client.get("/admin/").status_code == 302
        assert agent.sessions.get().end_reason == "factor_reset"
        assert not services.has_second_factor(agent)
        assert not BackupCode.objects.exists()
        assert AuditEntry.objects.filter(action="second_factor.reset", person_id=agent.pk).count() == 2
        code = out.getvalue().split()[-1]
        assert services.begin_enrolment(user=agent, code=code, now=noon)

    @pytest.mark.parametrize("file", [os.devnull, "/dev/full"])
    def test_whose_code_nobody_would_see_changes_nothing(self, agent: User, noon: datetime, file: str) -> None:
        """A closed standard output is led to /dev/null."""
        enrolled(agent, Client())
        open_session(user=agent, now=noon)
        with suppress(OSError), Path(file).open("w") as out, pytest.raises((CommandError, OSError)):
            call_command("enrol_staff", agent.email, stdout=out)
        assert services.has_second_factor(agent)
        assert agent.sessions.get().ended_at is None

    @pytest.mark.parametrize("missing", ["is_verified", "is_active"])
    def test_of_staff_who_cannot_sign_in_changes_nothing(self, agent: User, noon: datetime, missing: str) -> None:
        enrolled(agent, Client())
        open_session(user=agent, now=noon)
        User.objects.filter(pk=agent.pk).update(**{missing: False})
        with pytest.raises(CommandError, match="can't sign in"):
            call_command("enrol_staff", agent.email)
        assert services.has_second_factor(agent)
        assert agent.sessions.get().ended_at is None

    def test_is_for_staff(self, saver: User) -> None:
        with pytest.raises(CommandError, match="isn't staff"):
            call_command("enrol_staff", saver.email)
        with pytest.raises(CommandError, match="No person"):
            call_command("enrol_staff", "nobody@example.com")


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestLimits:
    def test_stop_who_guesses_with_a_page(self, agent: User, noon: datetime, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        client = Client()
        key, _ = enrolled(agent, client)
        client = signed_in_with_password()
        answers = [client.post("/admin/second-factor/", {"answer": "000000"}) for _ in range(10)]
        refused = answers[-1]
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert "Try again in 60 seconds" in refused.content.decode()
        assert "<html" in refused.content.decode()
        enrolling = client.post("/admin/second-factor/enrol/", {"code": "x"})
        assert enrolling.status_code == 302
        assert client.post("/admin/second-factor/", {"answer": code_at(key, clock.now())}).status_code == 429

    def test_stop_who_goes_on_until_the_day_is_over(self, agent: User, noon: datetime, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        with time_machine.travel(noon, tick=False) as travelling:
            key, _ = enrolled(agent, Client())
            client = signed_in_with_password()
            guesses = 0
            while client.post("/admin/second-factor/", {"answer": "000000"}).status_code == 200:
                guesses += 1
                travelling.shift(20)
            assert guesses == SECOND_FACTOR_BY_DAY.quota - 2  # the enrolment took two of them
            assert second_factor_blocked_until(agent.pk, now=clock.now()) == datetime(2026, 3, 11, tzinfo=UTC)
            travelling.move_to(datetime(2026, 3, 11, tzinfo=UTC))
            assert second_factor_blocked_until(agent.pk, now=clock.now()) is None
            assert client.post("/admin/second-factor/", {"answer": code_at(key, clock.now())}).status_code == 302

    def test_stop_who_guesses_a_code_of_enrolment(self, agent: User, noon: datetime, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        client = signed_in_with_password()
        answers = [client.post("/admin/second-factor/enrol/", {"code": "x"}) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestFreshSignIn:
    def test_is_needed_to_export_and_erase(self, saver: User, noon: datetime) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        with time_machine.travel(noon, tick=False) as travelling:
            client = signed_in_with_password(boss.email)
            travelling.shift(3601)
            for action in ("export", "erase"):
                page = act_in_back_office(client, "/admin/accounts/user/", action, saver).content.decode()
                assert "less than an hour old" in page
            assert User.objects.filter(pk=saver.pk).exists()
            client = signed_in_with_password(boss.email)
            travelling.shift(3600)
            act_in_back_office(client, "/admin/accounts/user/", "erase", saver)
            assert not User.objects.filter(pk=saver.pk).exists()

    def test_is_asked_for_on_the_page_before_the_click(self, saver: User, noon: datetime) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        places = {
            f"/admin/accounts/user/{saver.pk}/change/": "These need your password again",
            "/admin/accounts/user/": "Your sign-in is older than an hour",
        }
        with time_machine.travel(noon, tick=False) as travelling:
            client = signed_in_with_password(boss.email)
            for path, words in places.items():
                assert words not in client.get(path).content.decode()
            assert "(log out and in again first)" not in client.get("/admin/accounts/user/").content.decode()
            travelling.shift(3601)
            for path, words in places.items():
                assert words in client.get(path).content.decode(), path
            page = client.get("/admin/accounts/user/").content.decode()
        assert page.count("(log out and in again first)</option>") == 2, "to export and to erase"

    def test_is_none_with_a_wrong_password(self, saver: User, noon: datetime) -> None:
        """A session in other hands doesn't tell the password."""
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        with time_machine.travel(noon, tick=False) as travelling:
            client = signed_in_with_password(boss.email)
            travelling.shift(3601)
            client.post("/admin/login/", {"username": boss.email, "password": "no"})
            act_in_back_office(client, "/admin/accounts/user/", "erase", saver)
        assert User.objects.filter(pk=saver.pk).exists()
        assert AuditEntry.objects.filter(action="back_office.entered").count() == 1

    def test_of_a_session_from_before_is_long_ago(self, saver: User) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("boss@example.com"))
        act_in_back_office(client, "/admin/accounts/user/", "erase", saver)
        assert User.objects.filter(pk=saver.pk).exists()
