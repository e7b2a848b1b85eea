"""Outgoing mail: queued in the transaction of its cause, rendered and sent after it.

Belongs here: the outbox, delivery and the texts of accounts' own messages. Doesn't: who gets mail, and when.
When you add a message, also give it a purpose, a text in `templates`, and a test that it names nobody.
"""

from __future__ import annotations

from accounts.mail.outbox import queue_mail, send_due_mail

__all__ = ["queue_mail", "send_due_mail"]
