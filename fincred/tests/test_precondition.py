"""What a client expects of an object, as a rule without HTTP; `test_preconditions.py` asks every call."""

from __future__ import annotations

import pytest

from fincred.errors import PreconditionFailedError
from fincred.preconditions import ANY_REVISION, Precondition

pytestmark = [pytest.mark.unit, pytest.mark.platform]

ONLY_3 = Precondition(frozenset({"3"}))
NOT_3 = Precondition(None, frozenset({"3"}))
NOTHING_YET = Precondition(None, None)


def allows(expected: Precondition, revision: int) -> bool:
    try:
        expected.require(revision)
    except PreconditionFailedError:
        return False
    return True


def allows_untagged(expected: Precondition) -> bool:
    try:
        expected.require_untagged()
    except PreconditionFailedError:
        return False
    return True


def test_allows_a_change_of_the_revision_that_is_meant() -> None:
    assert [revision for revision in range(5) if allows(ANY_REVISION, revision)] == [0, 1, 2, 3, 4]
    assert [revision for revision in range(5) if allows(ONLY_3, revision)] == [3]
    assert [revision for revision in range(5) if allows(NOT_3, revision)] == [0, 1, 2, 4]
    assert [revision for revision in range(5) if allows(NOTHING_YET, revision)] == [0]


def test_allows_a_change_of_what_has_no_tag_where_none_is_asked_for() -> None:
    allowed = [allows_untagged(each) for each in (ANY_REVISION, NOT_3, ONLY_3, NOTHING_YET)]
    assert allowed == [True, True, False, False]
