"""The second factor of staff: enrolling with a one-time code, proving it, and starting again.

A wrong code or answer is audited, and counted as a refused sign-in.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import record
from accounts.errors import EnrolmentBegunAnewError, TokenExpiredError, TokenInvalidError
from accounts.models import BackupCode, OneTimeToken, SecondFactor, User
from accounts.opaque_tokens import digest
from accounts.rate_limits import limit_second_factor
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.second_factor import backup_code, new_backup_codes, new_key, step_of
from accounts.services.locking import lock_user
from accounts.services.one_time_tokens import find_token, spend_token
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason, TokenPurpose
from fincred.counters import SIGN_INS_REFUSED

logger = logging.getLogger(__name__)


def has_second_factor(user: User) -> bool:
    """Whether the person has enrolled one."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def reset_second_factor(*, user: User, now: datetime) -> str:
    """Remove the factor and its backup codes, end every session; return a code that enrols again, for an hour."""
    person = lock_user(user.pk)
    _remove(person)
    record(person=person, action="second_factor.reset", subject=person, now=now)
    end_all_sessions(user=person, reason=EndReason.FACTOR_RESET, now=now)
    logger.info("Second factor reset", extra={"user_id": str(person.pk)})
    return OneTimeToken.objects.issue(user=person, purpose=TokenPurpose.ENROL_STAFF, now=now)


def begun_enrolment(*, user: User, begun: UUID | None) -> SecondFactor | None:
    """The enrolment with this id, unless it was finished, or begun anew since."""
    return SecondFactor.objects.filter(pk=begun, user=user, confirmed_at=None).first() if begun else None


def begin_enrolment(*, user: User, code: str, now: datetime, begun: UUID | None = None) -> SecondFactor:
    """The key for the person's authenticator. It counts once `finish_enrolment` has seen a code of it.

    The session that has `begun` gets the same key again. Any other gets another key, and the one before is void: a
    person who has seen that must not know the confirmed key.

    :raises RateLimitExceededError: too many tries.
    :raises TokenInvalidError: the code is wrong, used, or another person's.
    :raises TokenExpiredError: it is older than an hour.
    """
    limit_second_factor(user.pk, now=now)  # before the transaction, which a refusal undoes
    _enrolment_token(user, code, now)
    with transaction.atomic():
        person = lock_user(user.pk)
        if factor := begun_enrolment(user=person, begun=begun):
            return factor
        _remove(person)
        return SecondFactor.objects.create(user=person, key=new_key(), created_at=now)


def finish_enrolment(*, user: User, code: str, answer: str, begun: UUID | None, now: datetime) -> list[str] | None:
    """The backup codes, which can't be read again; None if `answer` isn't what the authenticator shows.

    :raises RateLimitExceededError: too many tries.
    :raises TokenInvalidError: `code` is wrong, used, or another person's, or no enrolment is `begun`.
    :raises EnrolmentBegunAnewError: another session has begun since.
    :raises TokenExpiredError: it is older than an hour.
    """
    limit_second_factor(user.pk, now=now)
    token = _enrolment_token(user, code, now)
    codes = _confirm(user, token, answer, begun, now)
    if codes is None:
        _note_refusal(user, now)
    return codes


@transaction.atomic
def _confirm(user: User, token: OneTimeToken, answer: str, begun: UUID | None, now: datetime) -> list[str] | None:
    person = lock_user(user.pk)
    factor = begun_enrolment(user=person, begun=begun)
    if factor is None:
        raise EnrolmentBegunAnewError if begun else TokenInvalidError
    step = step_of(bytes(factor.key), answer, now=now, after=factor.last_step)
    if step is None:
        return None
    spend_token(token=token, now=now)
    factor.last_step, factor.confirmed_at = step, now
    factor.save(update_fields=["last_step", "confirmed_at"])
    codes = new_backup_codes()
    BackupCode.objects.bulk_create(BackupCode(user=person, code_hash=digest(backup_code(each))) for each in codes)
    record(person=person, action="second_factor.enrolled", subject=person, now=now)
    logger.info("Second factor enrolled", extra={"user_id": str(person.pk)})
    return codes


def prove_second_factor(*, user: User, answer: str, now: datetime) -> bool:
    """Whether `answer` is what the authenticator shows, or an unused backup code. Each works once.

    :raises RateLimitExceededError: too many tries.
    """
    limit_second_factor(user.pk, now=now)
    with transaction.atomic():
        person = lock_user(user.pk)
        is_right = _is_right(person, answer, now)
    if not is_right:
        _note_refusal(user, now)
    return is_right


def _note_refusal(user: User, now: datetime) -> None:
    """Audit and count a wrong code or answer: the one who gives it knows the password."""
    with transaction.atomic():
        person = lock_user(user.pk)
        record(person=person, action="second_factor.refused", subject=person, now=now)
        note_refused_sign_in(now)
    SIGN_INS_REFUSED.labels("second_factor").inc()
    logger.warning("Second factor refused", extra={"user_id": str(person.pk)})


def _is_right(person: User, answer: str, now: datetime) -> bool:
    """Whether the answer is right; it is spent then."""
    factor = SecondFactor.objects.filter(user=person, confirmed_at__isnull=False).first()
    if factor is None:
        return False
    step = step_of(bytes(factor.key), answer, now=now, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True
    unused = BackupCode.objects.filter(user=person, used_at=None, code_hash=digest(backup_code(answer)))
    if not unused.update(used_at=now):
        return False
    record(person=person, action="backup_code.used", subject=person, now=now)
    return True


def _enrolment_token(user: User, code: str, now: datetime) -> OneTimeToken:
    try:
        token = find_token(token=code.strip(), purpose=TokenPurpose.ENROL_STAFF, now=now)
        if token.user_id != user.pk:
            raise TokenInvalidError
    except (TokenInvalidError, TokenExpiredError):
        _note_refusal(user, now)
        raise
    return token


def _remove(person: User) -> None:
    SecondFactor.objects.filter(user=person).delete()
    BackupCode.objects.filter(user=person).delete()
