"""The search box finds every id that an app, a log or the trail can name."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import Model, UUIDField
from django.test import Client

from accounts.back_office.tests.acting import signed_in
from accounts.models import AuditEntry, BackupCode, ListedPerson, SecondFactor, User
from accounts.services import set_role
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.companion.models import Snippet
from fincred.companion.vocabulary import EducationTopic
from fincred.db.privacy import privacy_of
from fincred.tests.marked_person import Person, person
from planning.models import CalendarRevision

__all__ = ["person"]

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

_NUMBERED: Final = "a number or a text of our own, which no app and no log line names"
# Models whose keys lead nowhere, and why.
NOT_SOUGHT: Final = {
    "accounts.AuditEntry": "found by its number, too, and by the id of its person, row, or request",
    "accounts.ListedPerson": _NUMBERED,
    "accounts.RateCounter": "its key is a hash of a counter and of who is counted",
    "accounts.RefusedSignIns": "a day",
    "accounts.SearchTerm": _NUMBERED,
    "admin.LogEntry": "stays empty",
    "auth.Group": "the roles, by name in code",
    "auth.Permission": "in code",
    "back_office.DailyFigure": _NUMBERED,
    "contenttypes.ContentType": "in code",
    "ops.DatabaseState": "one row",
    "ops.JobState": "its key is the job's name, of which there are few; they have a list",
    "sessions.Session": "its key opens the session: it is a secret",
    "tracking.CheckInWeek": _NUMBERED,
    "tracking.Standing": "its key is the person's id",
}


def _models() -> dict[str, type[Model]]:
    return {model._meta.label: model for model in apps.get_models()}


def test_each_model_has_an_id_that_leads_somewhere_or_a_reason_why_not() -> None:
    numbered = {name for name, model in _models().items() if not isinstance(model._meta.pk, UUIDField)}
    assert numbered == NOT_SOUGHT.keys()


def test_each_id_leads_to_its_page_or_to_the_person_whose_it_is(support: Client, person: Person) -> None:
    factor = SecondFactor.objects.create(user_id=person.id, key=b"x", created_at=clock.now())
    BackupCode.objects.create(user_id=factor.user_id, code_hash="x")
    CalendarRevision.objects.create(user_id=person.id, content="x", changed_at=clock.now())
    # A migration writes some; tests with real transactions empty the table.
    Snippet.objects.create(topic=EducationTopic.FIRE_BASICS, created_at=clock.now(), updated_at=clock.now())
    wrong = {}
    for name in _models().keys() - NOT_SOUGHT.keys():
        model = _models()[name]
        owner = privacy_of(model).owner
        row: Any = model._base_manager.filter(**{owner: person.id} if owner else {}).first()
        assert row is not None, name
        place = support.get("/admin/find/", {"q": str(row.pk)}).headers["Location"]
        own = f"/admin/{name.lower().replace('.', '/')}/{row.pk}/change/"
        if place not in {own, f"/admin/accounts/user/{person.id}/change/"}:
            wrong[name] = place
        elif owner:
            look = AuditEntry.objects.order_by("pk").last()
            assert look is not None, name
            assert look.action.endswith(".found"), name
            assert ListedPerson.objects.filter(entry=look, person_id=person.id).exists(), name
    assert wrong == {}


def test_the_number_of_an_entry_of_the_trail_leads_to_it(support: Client, person: Person) -> None:
    entry = AuditEntry.objects.filter(person_id=person.id).latest("pk")
    for typed, place in (
        (f" {entry.pk} ", f"/admin/accounts/auditentry/{entry.pk}/change/"),
        (f"{entry.pk + 10_000}", f"/admin/accounts/user/?q={entry.pk + 10_000}"),
        ("9" * 19, f"/admin/accounts/user/?q={'9' * 19}"),
    ):
        assert support.get("/admin/find/", {"q": typed}).headers["Location"] == place


def test_an_id_of_what_is_a_persons_leads_nowhere_for_who_may_not_see_people(agent: User, person: Person) -> None:
    operator = signed_in(set_role(user=agent, role=StaffRole.OPERATIONS, now=clock.now()))
    factor = SecondFactor.objects.create(user_id=person.id, key=b"x", created_at=clock.now())
    profile = User.objects.get(pk=person.id).profile
    for row in (factor, profile):
        assert operator.get("/admin/find/", {"q": str(row.pk)}).headers["Location"] == "/admin/"
