"""One mailbox is one account, however its address is written; people from before that keep their accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import idna
import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY, authenticate
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.errors import EmailAlreadyExistsError, InvalidCredentialsError, NoMailboxAtAddressError
from accounts.jobs import JOBS
from accounts.mail import send_due_mail
from accounts.mailboxes import LocalPartTooLongError, NoMailboxError, mailbox_of, mailbox_or_none, spelling
from accounts.models import OutgoingMail, RateCounter, SearchTerm, User
from accounts.search import write_terms
from accounts.services import (
    erase_person,
    find_person,
    login,
    person_at,
    register,
    request_reset,
    resend_verification,
)
from accounts.tests.factories import PASSWORD, UserFactory
from fincred import clock
from fincred.context import Caller, set_caller
from goals.tests.factories import GoalFactory

COMPOSED, DECOMPOSED, ASCII = "x@münchen.de", "x@mu\u0308nchen.de", "x@xn--mnchen-3ya.de"
SPELLINGS = [COMPOSED, DECOMPOSED, ASCII, "X@MÜNCHEN.DE", "x@XN--MNCHEN-3YA.de"]
NO_DOMAINS = ["x@☕.de", "x@foo_ü.de", "x@xn--a.de", "x@-ü.de", "x@" + "ü" * 64 + ".de", "x@[127.0.0.1]"]


@pytest.mark.unit
@pytest.mark.accounts
class TestMailbox:
    @pytest.mark.parametrize("address", [*SPELLINGS, "x@münchen。de", "x@münchen.de。", f"{ASCII}."], ids=ascii)
    def test_all_spellings_have_one(self, address: str) -> None:
        assert mailbox_of(address) == ASCII

    @pytest.mark.parametrize(
        ("one", "other"), [("x@straße.de", "x@strasse.de"), ("x@münchen.de", "x@munchen.de"), ("a@b.de", "b@b.de")]
    )
    def test_other_domains_and_people_have_others(self, one: str, other: str) -> None:
        assert mailbox_of(one) != mailbox_of(other)

    @pytest.mark.parametrize("address", ["x@ab--cd.com", "x@localhost", "X@example.COM"])
    def test_a_domain_in_ascii_is_as_it_is(self, address: str) -> None:
        assert mailbox_of(address) == address.lower()

    @pytest.mark.parametrize(
        "address", [*NO_DOMAINS, "x@" + "ü" * 9999, "a" * 250 + "@ü.de"], ids=lambda address: ascii(address)[:20]
    )
    def test_what_is_no_domain_or_too_long_has_none(self, address: str) -> None:
        with pytest.raises(NoMailboxError):
            mailbox_of(address)
        with pytest.raises(NoMailboxError):
            spelling(address)

    def test_an_address_is_shown_composed_and_in_lower_case(self) -> None:
        assert spelling(DECOMPOSED) == spelling("X@MÜNCHEN.de") == COMPOSED
        assert spelling(ASCII.upper()) == ASCII

    @pytest.mark.parametrize("address", ["x@münchen.de.", "x@münchen.de。", "x@example.com。", "x@example.com."])
    def test_no_new_address_ends_with_the_root_of_all_domains(self, address: str) -> None:
        assert mailbox_of(address) in {ASCII, "x@example.com"}
        with pytest.raises(NoMailboxError):
            spelling(address)

    @pytest.mark.parametrize("domain", ["ΣΑΣ.gr", "\u13a0\u13a1.example", "İ.example", "faß.de"])
    def test_what_is_stored_is_the_mailbox_that_was_meant(self, domain: str) -> None:
        assert mailbox_of(f"x@{domain}") == f"x@{idna.encode(domain, uts46=True).decode()}"
        assert mailbox_of(spelling(f"x@{domain}")) == mailbox_of(f"x@{domain}")

    @given(st.text(min_size=1, max_size=20))
    def test_storing_never_changes_the_mailbox(self, label: str) -> None:
        address = f"x@{label}.example"
        if (mailbox := mailbox_or_none(address)) is not None:
            assert mailbox_of(spelling(address)) == mailbox
            assert mailbox.rpartition("@")[2].isascii()
            assert spelling(address) == spelling(address).lower()


pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory.create(email=COMPOSED)


def older(*addresses: str) -> list[User]:
    """People as versions without mailboxes stored them, in this order of their ids, after the migration."""
    people = [UserFactory.create() for _ in addresses]
    people.sort(key=lambda person: person.pk)
    for person, address in zip(people, addresses, strict=True):
        User.objects.filter(pk=person.pk).update(email=address, mailbox=None)
    migrate()
    for person in people:
        person.refresh_from_db()
        write_terms(person, person.full_name)
    return people


def migrate() -> None:
    fill = import_module("accounts.migrations.0007_fill_mailboxes").fill
    fill(apps, SimpleNamespace(connection=connection))


class TestNewAccounts:
    @pytest.mark.parametrize("address", SPELLINGS, ids=ascii)
    def test_none_takes_another_spelling_of_a_mailbox(self, owner: User, noon: datetime, address: str) -> None:
        with pytest.raises(EmailAlreadyExistsError):
            register(email=address, password=PASSWORD, full_name=None, now=noon)
        assert User.objects.count() == 1

    def test_the_database_refuses_a_second_spelling(self, owner: User) -> None:
        with pytest.raises(IntegrityError, match="mailbox"), transaction.atomic():
            UserFactory.create(email=ASCII)

    def test_the_address_is_answered_as_its_owner_wrote_it(self, api: APIClient, db: None) -> None:
        answer = api.post("/api/v0/auth/register", {"email": DECOMPOSED, "password": PASSWORD})
        assert (answer.status_code, answer.json()["email"]) == (201, COMPOSED)
        assert User.objects.get().mailbox == ASCII

    @pytest.mark.parametrize("address", NO_DOMAINS, ids=ascii)
    def test_a_domain_that_cannot_be_is_a_field_error(self, api: APIClient, db: None, address: str) -> None:
        answer = api.post("/api/v0/auth/register", {"email": address, "password": PASSWORD})
        [error] = answer.json()["details"]["errors"]
        assert (answer.status_code, error["field"]) == (400, "email")
        assert not User.objects.exists()

    def test_it_is_said_that_the_domain_is_wrong(self, noon: datetime, db: None) -> None:
        with pytest.raises(NoMailboxAtAddressError):
            register(email="x@☕.de", password=PASSWORD, full_name=None, now=noon)

    @pytest.mark.parametrize(("address", "said"), [(ASCII, "taken"), (DECOMPOSED, "taken"), ("x@☕.de", "domain")])
    def test_createsuperuser_asks_the_same(
        self, owner: User, address: str, said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        with pytest.raises(CommandError, match=said):
            call_command("createsuperuser", "--no-input", email=address, stdout=StringIO())


LONGEST, TOO_LONG = f"{'a' * 64}@example.com", f"{'a' * 65}@example.com"


class TestLocalPart:
    """Before the @ are at most 64 octets (RFC 5321, 4.5.3.1.1): mail servers need take no more."""

    @pytest.mark.parametrize("address", [TOO_LONG, "ä" * 33 + "@example.com", "a" * 65 + "@münchen.de"], ids=ascii)
    def test_of_a_new_address_is_not_longer(self, address: str) -> None:
        with pytest.raises(LocalPartTooLongError):
            spelling(address)
        with pytest.raises(LocalPartTooLongError):
            User.objects.create_user(address)

    @pytest.mark.parametrize("address", [LONGEST, "ä" * 32 + "@example.com"], ids=ascii)
    def test_may_have_all_of_them(self, db: None, address: str) -> None:
        assert User.objects.create_user(address).email == address

    def test_is_a_field_error_where_somebody_registers(self, api: APIClient, db: None) -> None:
        answer = api.post("/api/v0/auth/register", {"email": TOO_LONG, "password": PASSWORD})
        [error] = answer.json()["details"]["errors"]
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
        assert (error["field"], error["code"]) == ("email", "max_length")
        assert not User.objects.exists()
        assert api.post("/api/v0/auth/register", {"email": LONGEST, "password": PASSWORD}).status_code == 201

    def test_is_refused_by_createsuperuser(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        with pytest.raises(CommandError, match="more than 64"):
            call_command("createsuperuser", "--no-input", email=TOO_LONG, stdout=StringIO())

    def test_of_an_older_account_stays(self, db: None, api: APIClient) -> None:
        [person] = older(TOO_LONG)
        assert person.mailbox == TOO_LONG
        assert find_person(TOO_LONG) == person
        credentials = {"email": TOO_LONG, "password": PASSWORD}
        assert api.post("/api/v0/auth/login", credentials).status_code == 200


@pytest.mark.parametrize("address", SPELLINGS, ids=ascii)
class TestEveryDoor:
    def test_json_and_form_sign_in(self, owner: User, api: APIClient, address: str) -> None:
        url = "/api/v0/auth/login"
        assert api.post(url, {"email": address, "password": PASSWORD}).status_code == 200
        form = {"username": address, "password": PASSWORD}
        assert Client().post(url, form).status_code == 200

    def test_the_back_office_signs_in(self, owner: User, address: str) -> None:
        assert authenticate(username=address, password=PASSWORD) == owner
        assert authenticate(username=address, password="wrong") is None

    def test_mail_is_asked_for(self, owner: User, noon: datetime, address: str) -> None:
        request_reset(email=address, now=noon)
        User.objects.update(is_verified=False)
        resend_verification(email=address, now=noon)
        assert OutgoingMail.objects.filter(user=owner).count() == 2

    def test_operators_and_support_find_the_person(self, owner: User, address: str) -> None:
        assert find_person(address) == owner
        boss = UserFactory.create(is_staff=True, is_superuser=True)
        client = Client()
        client.force_login(boss)
        there = {"accounts_user": [owner], "goals_goal": [GoalFactory.create(user=owner)]}
        for model in (*there, "planning_snapshot", "planning_planversion", "tracking_checkin", "tracking_pulse"):
            page = client.get(reverse(f"admin:{model}_changelist"), {"q": address})
            assert (model, list(page.context["cl"].result_list)) == (model, there.get(model, []))

    def test_attempts_count_together(self, owner: User, noon: datetime, settings: Any, address: str) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        set_caller(Caller())
        for written in (COMPOSED, address):
            with pytest.raises(InvalidCredentialsError):
                login(email=written, password="wrong", now=noon)
        assert RateCounter.objects.get().used == 2


class TestMailing:
    @pytest.mark.parametrize(("address", "to"), [("x@straße.de", "x@xn--strae-oqa.de"), (DECOMPOSED, ASCII)])
    def test_goes_to_the_domain_in_ascii(self, noon: datetime, address: str, to: str) -> None:
        request_reset(email=UserFactory.create(email=address).email, now=noon)
        assert send_due_mail(clock=lambda: noon) == (1, 0)
        assert mail.outbox[0].to == [to]


class TestPeopleFromBefore:
    def test_one_alone_is_stored_composed_and_found_by_every_spelling(self, db: None) -> None:
        [person] = older(DECOMPOSED)
        assert (person.email, person.mailbox, person.mailbox_rank) == (COMPOSED, ASCII, 0)
        assert {person_at(address) for address in SPELLINGS} == {person}

    def test_those_who_share_keep_their_address_and_sign_in_with_exactly_that(self, db: None) -> None:
        first, second = older(DECOMPOSED, ASCII)
        assert (first.email, second.email) == (DECOMPOSED, ASCII)
        assert person_at(DECOMPOSED) == first
        assert person_at(ASCII.upper()) == second
        assert person_at(COMPOSED) is None

    @pytest.mark.parametrize("address", [DECOMPOSED, COMPOSED])
    def test_staff_of_them_enter_the_back_office_with_exactly_theirs(self, db: None, address: str) -> None:
        older(DECOMPOSED, COMPOSED)
        User.objects.update(is_staff=True)
        client = Client()
        assert client.post("/admin/login/", {"username": address, "password": PASSWORD}).status_code == 302
        assert client.session[SESSION_KEY] == str(User.objects.get(email=address).pk)

    @pytest.mark.parametrize("address", SPELLINGS, ids=ascii)
    def test_no_new_account_takes_a_spelling_of_theirs(self, noon: datetime, db: None, address: str) -> None:
        people = older(DECOMPOSED, COMPOSED)
        for left in (people, people[1:]):
            with pytest.raises(EmailAlreadyExistsError):
                register(email=address, password=PASSWORD, full_name=None, now=noon)
            with pytest.raises(IntegrityError), transaction.atomic():
                UserFactory.create(email=ASCII)
            erase_person(user=left[0], now=noon)
        assert register(email=address, password=PASSWORD, full_name=None, now=noon).mailbox == ASCII

    def test_the_one_who_is_left_is_found_by_every_spelling(self, noon: datetime, db: None) -> None:
        first, second = older(DECOMPOSED, ASCII)
        erase_person(user=first, now=noon)
        assert person_at(COMPOSED) == second

    def test_one_whose_domain_is_none_still_signs_in(self, noon: datetime, db: None) -> None:
        [person] = older("x@☕.de")
        assert person.mailbox is None
        assert login(email="X@☕.de", password=PASSWORD, now=noon)[0] == person

    def test_the_migration_counts_them_and_changes_nothing_when_it_runs_again(
        self, db: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        older(DECOMPOSED, COMPOSED, ASCII, "x@☕.de", "y@example.com")
        said = capsys.readouterr().out
        assert "3 people share 1 mailboxes" in said
        assert "1 people have an address without a mailbox" in said
        before = list(User.objects.order_by("pk").values("pk", "email", "mailbox", "mailbox_rank"))
        assert sorted(row["mailbox_rank"] for row in before) == [0, 0, 0, 1, 2]
        migrate()
        assert list(User.objects.order_by("pk").values("pk", "email", "mailbox", "mailbox_rank")) == before

    def test_check_integrity_lists_them(self, db: None) -> None:
        first, second, third = older(DECOMPOSED, ASCII, "x@☕.de")
        out = StringIO()
        call_command("check_integrity", stdout=out, stderr=out)
        assert "people share a mailbox: 1" in out.getvalue()
        assert f"{first.pk} and {second.pk}" in out.getvalue()
        assert f"  {third.pk}\npeople have no mailbox: 1" in out.getvalue()


ROOTED = "x@example.com."


def of_root(*addresses: str) -> list[User]:
    """People as the version before stored them, whose mailboxes had the dot of DNS's root, in this order."""
    people = []
    for number, address in enumerate(addresses):
        person = UserFactory.create(email=f"{number}@example.com")
        User.objects.filter(pk=person.pk).update(email=address, mailbox=address)
        SearchTerm.objects.filter(user=person, term=person.email).update(term=address)
        person.refresh_from_db()
        people.append(person)
    return people


def migrate_roots() -> None:
    import_module("accounts.migrations.0023_root_of_domains").mend(apps, SimpleNamespace(connection=connection))


def mend_daily() -> None:
    next(job for job in JOBS if job.name == "search_terms").run(clock.now, lambda: False)


class TestPeopleWithTheDotOfTheRoot:
    @pytest.mark.parametrize("mend", [migrate_roots, mend_daily])
    def test_keep_their_address_and_nobody_takes_their_mailbox(
        self, db: None, noon: datetime, mend: Callable[[], object]
    ) -> None:
        [person] = of_root(ROOTED)
        mend()
        person.refresh_from_db()
        assert (person.email, person.mailbox, person.mailbox_rank) == (ROOTED, "x@example.com", 0)
        assert {person_at(address) for address in (ROOTED, "x@example.com", "X@example.com。")} == {person}
        assert login(email=ROOTED, password=PASSWORD, now=noon)[0] == person
        with pytest.raises(EmailAlreadyExistsError):
            register(email="x@example.com", password=PASSWORD, full_name=None, now=noon)

    def test_who_share_a_mailbox_are_counted_and_sign_in_with_exactly_theirs(
        self, db: None, noon: datetime, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rooted, plain = of_root(ROOTED, "x@example.com")
        migrate_roots()
        assert "1 people have the mailbox of another" in capsys.readouterr().out
        assert (person_at(ROOTED), person_at("x@example.com")) == (rooted, plain)
        assert login(email=ROOTED, password=PASSWORD, now=noon)[0] == rooted
        migrate_roots()
        assert capsys.readouterr().out == ""
        erase_person(user=plain, now=noon)
        with pytest.raises(EmailAlreadyExistsError):
            register(email="x@example.com", password=PASSWORD, full_name=None, now=noon)

    def test_are_no_fault_once_they_are_mended(self, db: None) -> None:
        rooted, plain, coffee = of_root(ROOTED, "x@example.com", "x@☕.de.")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("check_integrity", stdout=StringIO(), stderr=StringIO())
        mend_daily()
        call_command("check_integrity", stdout=out, stderr=out)
        assert f"{plain.pk} and {rooted.pk}" in out.getvalue()
        assert f"  {coffee.pk}\npeople have no mailbox: 1" in out.getvalue()

    def test_whom_a_version_without_mailboxes_stored_get_theirs(self, db: None) -> None:
        person = UserFactory.create(email=COMPOSED)
        User.objects.update(mailbox=None)
        mend_daily()
        person.refresh_from_db()
        assert person.mailbox == ASCII

    def test_are_mended_batch_by_batch(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accounts.mailbox_upkeep._BATCH", 2)
        of_root(*(f"{number}@example.com." for number in range(5)), "x@☕.de.")
        mend_daily()
        assert User.objects.filter(mailbox__endswith="@example.com").count() == 5
