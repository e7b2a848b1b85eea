"""A mail costs the same however many wait beside it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

from accounts.mail import send_due_mail
from accounts.models import OutgoingMail
from fincred.db.tests.server_plans import plans, rows_read

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.postgresql, pytest.mark.django_db]

FILL = """
INSERT INTO accounts_outgoingmail (id, purpose, address, priority, created_at, attempts, next_attempt_at, is_held,
                                   failure)
SELECT gen_random_uuid(), 'account_erased', n || '@example.com', 1, %s, 0, %s, false, ''
FROM generate_series(1, 5000) n
"""


def test_a_claim_reads_the_first_alone_of_thousands_of_the_same_moment(noon: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [noon, noon])
        cursor.execute("ANALYZE accounts_outgoingmail")
    turns = iter([False, False, False, True])
    with plans() as told:
        send_due_mail(clock=lambda: noon + timedelta(seconds=1), stop=lambda: next(turns))
    assert len(mail.outbox) == OutgoingMail.objects.exclude(sent_at=None).count() == 3
    assert sum(count for plan in told for count, _ in rows_read(plan, {"accounts_outgoingmail"})) < 100
