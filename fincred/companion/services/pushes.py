"""Sending pushes, and reading what became of them. A device that Expo doesn't know any more is forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from django.db import transaction

from fincred.companion import expo
from fincred.companion.models import Device, OutgoingPush
from fincred.companion.vocabulary import NotificationStatus, NotificationType
from fincred.db.retries import write_when_back
from fincred.ops.heartbeat import MESSAGE_HEARTBEAT, MESSAGE_LEASE, heartbeat
from fincred.ops.stoppable import LAST_ANSWER, LeftError, wait_for

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Stop = Callable[[], bool]
Answer = TypeVar("Answer")

# The wait after a first failure, doubled after each other.
RETRY: Final = timedelta(minutes=2)
MOST_ATTEMPTS: Final = 5
# A push that Expo may have taken is sent once more, not more often: a lost one is worse than a double one.
LAST_BUT_ONE: Final = MOST_ATTEMPTS - 1

# All that a lock screen shows: no amounts, names or words of the person.
WORDS: Final = {
    NotificationType.WEEKLY_SUMMARY: "Your week is ready",
    NotificationType.PRE_TRANSFER_REMINDER: "Your next step is due",
    NotificationType.CHECKIN_REMINDER: "Time for a check-in",
    NotificationType.GOAL_PROGRESS_UPDATE: "There is news about your goals",
}


def send_due_pushes(*, clock: Clock, stop: Stop = lambda: False) -> int:
    """Send what is due until `stop()`; returns how many. Several processes may do this at once.

    :raises fincred.companion.expo.ExpoError: no answer from Expo; the pushes are tried again later.
    """
    sent = 0
    OutgoingPush.objects.put_back(clock())
    while not stop() and (claimed := _claim(clock())):
        sent += _send_all(claimed, clock, stop)
    return sent


@transaction.atomic
def _claim(now: datetime) -> list[OutgoingPush]:
    """Take some pushes and a lease on them; those that failed too often, or aren't wanted any more, are
    dropped."""
    due = OutgoingPush.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    found = list(due.select_related("device__user", "notification")[: expo.MOST_MESSAGES])
    dead = [push for push in found if push.attempts >= MOST_ATTEMPTS]
    claimed = [push for push in found if push.attempts < MOST_ATTEMPTS and _is_wanted(push)]
    if len(claimed) < len(found):
        OutgoingPush.objects.filter(pk__in={push.pk for push in found} - {push.pk for push in claimed}).delete()
    if dead:
        logger.warning("Pushes given up", extra={"pushes": len(dead)})
    for push in claimed:
        push.attempts += 1
        push.next_attempt_at = now + MESSAGE_LEASE
    OutgoingPush.objects.bulk_update(claimed, ["attempts", "next_attempt_at"])
    return claimed


def _is_wanted(push: OutgoingPush) -> bool:
    """As when it was queued: its person may be told, and hasn't paused or cancelled what it is for."""
    person = push.device.user
    return person.is_active and person.is_verified and push.notification.status == NotificationStatus.ACTIVE


def _send_all(pushes: list[OutgoingPush], clock: Clock, stop: Stop) -> int:
    try:
        with heartbeat(partial(_prolong, pushes, clock), every=MESSAGE_HEARTBEAT):
            return _send_in_parts(pushes, clock, stop)
    finally:
        _wait(pushes, clock())


def _send_in_parts(pushes: list[OutgoingPush], clock: Clock, stop: Stop) -> int:
    """In halves where Expo refuses them together: one device's token must not hold back the pushes of others."""
    sent, parts = 0, [pushes]
    while parts and not stop():
        part = parts.pop()
        try:
            sent += _send(part, clock, stop)
        except expo.ExpoRefusedError:
            half = len(part) // 2
            if half:
                parts += [part[half:], part[:half]]
            else:
                _note_error(part[0], "refused")
    return sent


def _wait(pushes: list[OutgoingPush], now: datetime) -> None:
    """Have those that weren't sent tried again after a while: their leases are longer."""
    for attempts in {push.attempts for push in pushes}:
        of_these = [push.pk for push in pushes if push.attempts == attempts]
        unsent = OutgoingPush.objects.filter(pk__in=of_these, sent_at=None)
        unsent.update(next_attempt_at=now + RETRY * 2 ** (attempts - 1))


def _prolong(pushes: list[OutgoingPush], clock: Clock) -> None:
    until = clock() + MESSAGE_LEASE
    unsent = OutgoingPush.objects.filter(pk__in=[push.pk for push in pushes], sent_at=None)
    unsent.filter(next_attempt_at__lt=until).update(next_attempt_at=until)


def _send(pushes: list[OutgoingPush], clock: Clock, stop: Stop) -> int:
    """No transaction is open here: Expo may take its time."""
    now = clock()
    try:
        messages = [_message(push) for push in pushes]
        tickets = _answer(lambda: expo.send(messages), stop)
    except expo.ExpoUnansweredError:
        _send_once_more(pushes)
        raise
    answers = list(zip(pushes, tickets, strict=True))
    errors = {push.pk: error for push, ticket in answers if (error := expo.error_of(ticket))}
    sent = []
    for push, ticket in answers:
        if push.pk not in errors:
            push.sent_at, push.ticket = now, expo.receipt_id(ticket)
            sent.append(push)
    # First what was sent: if that isn't noted, it is sent again.
    note = partial(OutgoingPush.objects.bulk_update, sent, ["sent_at", "ticket"])
    write_when_back(note, clock=clock, stop=stop)
    failed = [push for push in pushes if push.pk in errors]
    _send_once_more([push for push in failed if errors[push.pk] == expo.UNREADABLE])
    for push in failed:
        _note_error(push, errors[push.pk])
    logger.info("Pushes sent", extra={"sent": len(sent), "failed": len(failed)})
    return len(sent)


def _send_once_more(pushes: list[OutgoingPush]) -> None:
    """Expo may have taken these."""
    unanswered = OutgoingPush.objects.filter(pk__in=[push.pk for push in pushes])
    unanswered.filter(attempts__lt=LAST_BUT_ONE).update(attempts=LAST_BUT_ONE)


def _answer(ask: Callable[[], Answer], stop: Stop) -> Answer:
    """Expo's, which could come byte by byte.

    :raises fincred.companion.expo.ExpoError:
    """
    try:
        return wait_for(ask, stop=stop, at_stop=LAST_ANSWER, most=expo.LONGEST_ANSWER)
    except LeftError:
        raise expo.ExpoUnansweredError("no end") from None


def _message(push: OutgoingPush) -> dict[str, Any]:
    kind = NotificationType(push.notification.type)
    data = {"kind": kind.value, "id": str(push.notification_id)}
    return {"to": push.device.token, "title": "FinCred", "body": WORDS[kind], "data": data}


def read_receipts(*, clock: Clock, stop: Stop = lambda: False) -> int:
    """Read what became of pushes sent a quarter of an hour ago, until `stop()`; returns how many are settled.

    :raises fincred.companion.expo.ExpoError: no answer from Expo.
    """
    settled = 0
    last = None
    while not stop():
        # With the devices as they were when it was sent: they may be removed meanwhile.
        unread = OutgoingPush.objects.unread(clock()).select_related("device")
        batch = list((unread.filter(sent_at__gt=last) if last else unread)[: expo.MOST_RECEIPTS])
        if not batch:
            break
        tickets = [push.ticket for push in batch]
        found = _answer(partial(expo.receipts, tickets), stop)
        known = [push for push in batch if push.ticket in found]
        for push in known:
            if error := expo.error_of(found[push.ticket]):
                _note_error(push, error)
        settled += len(known)
        OutgoingPush.objects.filter(pk__in=[push.pk for push in known]).delete()
        last = batch[-1].sent_at
    return settled


def _note_error(push: OutgoingPush, error: str) -> None:
    logger.warning("Push not delivered", extra={"push_id": str(push.pk), "reason": error})
    if error == expo.DEVICE_GONE:
        gone = Device.objects.filter(pk=push.device_id, token=push.device.token)
        with transaction.atomic():
            for device in gone.select_for_update():  # before its pushes go, so that none is queued meanwhile
                device.delete()
