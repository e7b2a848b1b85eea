"""Pushes to a server that speaks as Expo does: what it is told, what its tickets and receipts change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import count, repeat
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from pytest_django import Settings

from accounts.models import User
from fincred.companion.expo import ExpoError, ExpoUnansweredError
from fincred.companion.models import Device, Notification, OutgoingPush
from fincred.companion.services import (
    NotificationChanges,
    add_device,
    create_notification,
    pushes,
    read_receipts,
    send_due_notifications,
    send_due_pushes,
    update_notification,
)
from fincred.companion.tests.expo_server import ExpoServer
from fincred.companion.vocabulary import Channel, NotificationStatus, NotificationType, Platform
from fincred.ops.jobs import registered_jobs, run_if_due
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
AT = NOON + timedelta(hours=1)
LATER = AT + timedelta(minutes=15)
TOKEN = "ExponentPushToken[one]"


@pytest.fixture
def expo(settings: Settings) -> Iterator[ExpoServer]:
    with ExpoServer() as server:
        settings.EXPO_URL = server.url
        yield server


@pytest.fixture
def device(saver: User, noon: datetime) -> Device:
    return add_device(owner=saver, platform=Platform.IOS, token=TOKEN, now=noon)


@pytest.fixture
def notification(saver: User, noon: datetime) -> Notification:
    return create_notification(
        owner=saver, type=NotificationType.PRE_TRANSFER_REMINDER, channel=Channel.PUSH, next_send_at=AT, now=noon
    )


def send(moment: datetime = AT) -> int:
    send_due_notifications(clock=lambda: moment)
    return send_due_pushes(clock=lambda: moment)


def send_until_given_up() -> None:
    send_due_notifications(clock=lambda: AT)
    while waiting := OutgoingPush.objects.filter(sent_at=None).first():
        with suppress(ExpoError):
            send_due_pushes(clock=repeat(waiting.next_attempt_at).__next__)


class TestAPush:
    def test_that_a_clock_queued_which_has_gone_back_since_is_sent_at_once(
        self, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        send_due_notifications(clock=lambda: AT + timedelta(hours=6))
        assert send_due_pushes(clock=lambda: AT) == 1
        assert send_due_pushes(clock=lambda: AT + timedelta(hours=7)) == 0
        assert len(expo.messages) == 1

    def test_tells_a_kind_and_an_id_and_no_more(
        self, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        assert send() == 1
        assert expo.messages == [
            {
                "to": TOKEN,
                "title": "FinCred",
                "body": "Your next step is due",
                "data": {"kind": "pre_transfer_reminder", "id": str(notification.pk)},
            }
        ]
        assert send(AT + timedelta(minutes=1)) == 0
        notification.refresh_from_db()
        assert (notification.last_sent_at, notification.skipped) == (AT, 0)

    def test_goes_to_every_device(
        self, expo: ExpoServer, saver: User, device: Device, notification: Notification
    ) -> None:
        add_device(owner=saver, platform=Platform.WEB, token="other", now=NOON)
        assert send() == 2
        assert {message["to"] for message in expo.messages} == {TOKEN, "other"}

    def test_without_a_device_is_skipped_and_counted(self, notification: Notification) -> None:
        assert send() == 0
        notification.refresh_from_db()
        assert (notification.last_sent_at, notification.skipped) == (None, 1)
        assert notification.next_send_at == AT + timedelta(days=7)

    def test_goes_to_nobody_who_is_disabled(self, device: Device, notification: Notification) -> None:
        User.objects.update(is_active=False)
        assert send() == 0
        assert not OutgoingPush.objects.exists()

    def test_that_waits_goes_to_nobody_who_was_disabled_meanwhile(
        self, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        send_due_notifications(clock=lambda: AT)
        User.objects.update(is_active=False)
        assert send_due_pushes(clock=lambda: AT) == 0
        assert (expo.messages, OutgoingPush.objects.exists()) == ([], False)

    def test_that_waits_is_dropped_if_the_person_paused_it_meanwhile(
        self, expo: ExpoServer, saver: User, device: Device, notification: Notification
    ) -> None:
        send_due_notifications(clock=lambda: AT)
        changes: NotificationChanges = {"status": NotificationStatus.PAUSED}
        update_notification(owner=saver, notification_id=notification.pk, changes=changes, now=AT)
        assert send_due_pushes(clock=lambda: AT) == 0
        assert (expo.messages, OutgoingPush.objects.exists()) == ([], False)


@pytest.mark.django_db(transaction=True)
class TestAPushThatWasSent:
    def test_while_the_database_was_away_is_not_sent_again(
        self, expo: ExpoServer, saver: User, device: Device, notification: Notification
    ) -> None:
        add_device(owner=saver, platform=Platform.WEB, token="gone", now=NOON)
        expo.errors["gone"] = "DeviceNotRegistered"
        send_due_notifications(clock=lambda: AT)
        failing = [2]

        def away(execute: Any, sql: str, *args: Any) -> Any:
            if '"ticket" =' in sql and failing[0]:
                failing[0] -= 1
                execute("SELECT * FROM no_such_table", *args)
            return execute(sql, *args)

        with connection.execute_wrapper(away):
            assert send_due_pushes(clock=lambda: AT) == 1
        assert (failing, OutgoingPush.objects.filter(sent_at=None).exists()) == ([0], False)
        assert [kept.token for kept in Device.objects.all()] == [TOKEN]

    def test_is_no_other_runners_while_expo_takes_its_time(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        monkeypatch.setattr(pushes, "MESSAGE_HEARTBEAT", timedelta(seconds=0.05))
        send_due_notifications(clock=lambda: AT)
        seconds, at_once = count(), expo.tickets_for

        def late(messages: list[dict[str, Any]]) -> Any:
            first = OutgoingPush.objects.get().next_attempt_at
            wait_until(lambda: OutgoingPush.objects.get().next_attempt_at > first)
            connections.close_all()
            return at_once(messages)

        monkeypatch.setattr(expo, "tickets_for", late)
        assert send_due_pushes(clock=lambda: AT + timedelta(seconds=next(seconds))) == 1

    @pytest.mark.usefixtures("device", "notification")
    @pytest.mark.parametrize(("minutes", "times"), [(9, 1), (11, 2)])
    def test_outlives_nine_minutes_in_which_the_sender_alone_is_without_the_database(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, minutes: int, times: int
    ) -> None:
        """After more of them another runner sends it too."""
        send_due_notifications(clock=lambda: AT)
        at_once, runs = expo.tickets_for, iter([AT + timedelta(minutes=minutes)])

        def send_too(messages: list[dict[str, Any]]) -> Any:
            for moment in runs:
                send_due_pushes(clock=repeat(moment).__next__)
                connections.close_all()
            return at_once(messages)

        monkeypatch.setattr(expo, "tickets_for", send_too)
        send_due_pushes(clock=lambda: AT)
        assert len(expo.messages) == times

    def test_is_sent_once_more_and_no_oftener_where_the_answer_never_comes(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        monkeypatch.setattr("fincred.companion.expo.LONGEST_ANSWER", timedelta(seconds=0.2))
        at_once, gone = expo.tickets_for, Event()

        def never(messages: list[dict[str, Any]]) -> Any:
            answer = at_once(messages)
            gone.wait(5)
            return answer

        monkeypatch.setattr(expo, "tickets_for", never)
        send_until_given_up()
        gone.set()
        assert len(expo.messages) == 2

    @pytest.mark.usefixtures("device", "notification")
    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (200, b'{"data": [{"status": "ok'), (200, b"<html>"), (200, b"\xff"), (200, b"[" * 100_000),
            (200, b'{"data": []}'), (200, b'{"data": null}'), (200, b"null"), (200, b"{}"), (204, b""),
            (502, b""), (504, b""),
        ],
    )  # fmt: skip
    def test_is_sent_once_more_and_no_oftener_where_the_answer_cannot_be_used(
        self, expo: ExpoServer, status: int, answer: bytes
    ) -> None:
        expo.garbled = (status, answer)
        send_until_given_up()
        assert len(expo.messages) == 2

    @pytest.mark.usefixtures("device", "notification")
    @pytest.mark.parametrize("ticket", ["ok", None, 1, [], {}, {"status": "fine"}, {"status": ["ok"]}])
    def test_is_sent_once_more_and_no_oftener_where_its_ticket_cannot_be_read(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, saver: User, ticket: Any
    ) -> None:
        """Those whose tickets can be read are sent once."""
        add_device(owner=saver, platform=Platform.WEB, token="other", now=NOON)
        readable = expo.ticket

        def answer(message: dict[str, Any]) -> Any:
            found = readable(message)
            return found if message["to"] == "other" else ticket

        monkeypatch.setattr(expo, "ticket", answer)
        send_until_given_up()
        assert sorted(message["to"] for message in expo.messages) == [TOKEN, TOKEN, "other"]

    @pytest.mark.usefixtures("device", "notification")
    @pytest.mark.parametrize("number", ["\0", "\ud800", None, 1])
    def test_has_no_receipt_where_the_ticket_names_none(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, number: Any
    ) -> None:
        monkeypatch.setattr(expo, "ticket", lambda message: {"status": "ok", "id": number})
        assert send() == 1
        push = OutgoingPush.objects.get()
        assert (push.ticket, push.sent_at) == ("", AT)
        assert read_receipts(clock=lambda: LATER) == 0


class TestAnAnswerWithoutEnd:
    """It comes byte by byte, each of them in time."""

    @pytest.fixture(autouse=True)
    def _endless(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, device: Device, notification: Notification
    ) -> Iterator[None]:
        gone = Event()
        monkeypatch.setattr("fincred.companion.expo.json.loads", lambda text: gone.wait(20))
        yield
        gone.set()

    def test_is_waited_for_no_longer_than_any_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.expo.LONGEST_ANSWER", timedelta(seconds=0.2))
        with pytest.raises(ExpoUnansweredError):
            send()
        assert OutgoingPush.objects.get().sent_at is None

    def test_holds_up_no_stop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pushes, "LAST_ANSWER", timedelta(0))
        send_due_notifications(clock=lambda: AT)
        asked = iter([False, False])
        with pytest.raises(ExpoUnansweredError):
            send_due_pushes(clock=lambda: AT, stop=lambda: next(asked, True))
        assert OutgoingPush.objects.get().attempts == pushes.LAST_BUT_ONE


class TestTickets:
    def test_of_a_dead_token_remove_the_device(
        self, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        expo.errors[TOKEN] = "DeviceNotRegistered"
        assert send() == 0
        assert not Device.objects.exists()

    def test_of_another_fault_are_tried_again_and_given_up(
        self, expo: ExpoServer, device: Device, notification: Notification, caplog: pytest.LogCaptureFixture
    ) -> None:
        expo.errors[TOKEN] = "MessageRateExceeded"
        moment = AT
        send(moment)
        while OutgoingPush.objects.exists():
            moment = OutgoingPush.objects.get().next_attempt_at
            send_due_pushes(clock=iter([moment] * 9).__next__)
        assert Device.objects.exists()
        assert timedelta(hours=1) < moment - AT < timedelta(hours=2)
        assert "Pushes given up" in caplog.messages
        assert TOKEN not in str([vars(record) for record in caplog.records])

    def test_that_never_came_are_tried_again(
        self, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        expo.is_broken = True
        with pytest.raises(ExpoError):
            send()
        expo.is_broken = False
        assert send(AT + timedelta(minutes=2)) == 1

    def test_that_expo_refuses_together_are_sent_apart(
        self, expo: ExpoServer, saver: User, device: Device, notification: Notification, noon: datetime
    ) -> None:
        for number in range(6):
            add_device(owner=saver, platform=Platform.IOS, token=f"ExponentPushToken[{number}]", now=noon)
        expo.refused = {"ExponentPushToken[3]"}
        assert send() == 6
        assert len({message["to"] for message in expo.messages}) == 6
        assert OutgoingPush.objects.get(sent_at=None).device.token == "ExponentPushToken[3]"
        assert Device.objects.count() == 7

    def test_without_a_server_postpone_the_job(
        self, settings: Settings, device: Device, notification: Notification, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.EXPO_URL = "http://127.0.0.1:9"
        send_due_notifications(clock=lambda: AT)
        [job] = [job for job in registered_jobs() if job.name == "pushes"]
        assert not run_if_due(job, clock=lambda: AT)
        assert "Job postponed" in caplog.messages


class TestReceipts:
    @pytest.fixture(autouse=True)
    def sent(self, expo: ExpoServer, device: Device, notification: Notification) -> None:
        assert send() == 1

    def test_settle_a_push_after_a_quarter_of_an_hour(self) -> None:
        assert read_receipts(clock=lambda: LATER - timedelta(seconds=1)) == 0
        assert read_receipts(clock=lambda: LATER) == 1
        assert not OutgoingPush.objects.exists()
        assert Device.objects.exists()

    def test_of_a_dead_token_remove_the_device(self, expo: ExpoServer) -> None:
        """However many say so: with the first one the device is gone."""
        push = OutgoingPush.objects.get()
        push.id, push.due_on, push.ticket = uuid4(), date(2026, 3, 9), "second"
        push.save(force_insert=True)
        expo.tickets["second"], expo.receipt_errors[TOKEN] = TOKEN, "DeviceNotRegistered"
        assert read_receipts(clock=lambda: LATER) == 2
        assert not Device.objects.exists()

    def test_that_are_not_there_yet_are_read_later(self, expo: ExpoServer) -> None:
        known, expo.tickets = expo.tickets, {}
        assert read_receipts(clock=lambda: LATER) == 0
        expo.tickets = known
        assert read_receipts(clock=lambda: LATER) == 1

    def test_are_read_by_a_job(self, expo: ExpoServer) -> None:
        [job] = [job for job in registered_jobs() if job.name == "push_receipts"]
        expo.is_broken = True
        assert not run_if_due(job, clock=lambda: LATER)
        expo.is_broken = False
        assert run_if_due(job, clock=lambda: LATER + timedelta(minutes=5))

    def test_stop_when_they_are_told_to(self) -> None:
        assert read_receipts(clock=lambda: LATER, stop=lambda: True) == 0


class TestAnswers:
    @pytest.mark.usefixtures("expo", "device", "notification")
    @pytest.mark.parametrize("ticket", ["no", {}, *({"status": "error", "details": no} for no in (None, "no"))])
    def test_that_say_no_cause_are_tried_again(self, monkeypatch: pytest.MonkeyPatch, ticket: Any) -> None:
        monkeypatch.setattr(ExpoServer, "ticket", lambda self, message: ticket)
        assert send() == 0
        assert OutgoingPush.objects.get().sent_at is None

    def test_that_are_too_few_are_no_answer(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        monkeypatch.setattr(ExpoServer, "tickets_for", lambda self, messages: [])
        with pytest.raises(ExpoError, match="match"):
            send()

    def test_that_are_no_receipts_are_no_answer(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, device: Device, notification: Notification
    ) -> None:
        send()
        monkeypatch.setattr(ExpoServer, "receipts_for", lambda self, ids: [])
        with pytest.raises(ExpoError, match="receipts"):
            read_receipts(clock=lambda: LATER)

    @pytest.mark.usefixtures("device", "notification")
    @pytest.mark.parametrize("receipt", ["ok", None, [], {"status": "error", "details": "no"}])
    def test_that_are_receipts_without_sense_settle_their_pushes(
        self, monkeypatch: pytest.MonkeyPatch, expo: ExpoServer, receipt: Any
    ) -> None:
        send()
        monkeypatch.setattr(expo, "receipt", lambda ticket: receipt)
        assert read_receipts(clock=lambda: LATER) == 1
        assert Device.objects.exists()
