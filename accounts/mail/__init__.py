"""Mail: the outbox that it waits in, its delivery, and the messages that can be sent.

Belongs here: queueing, sending, and the messages of accounts. Doesn't: tokens, and other packages' messages.
When you add a message, add a `MailMessage` to `MESSAGES`, and text and HTML to `fincred/templates/mail/`; another
package calls `register_message` at start.
"""

from __future__ import annotations

from accounts.mail.delivery import send_due_mail
from accounts.mail.figures import outbox_figures
from accounts.mail.outbox import (
    count_given_up_mail,
    count_held_mail,
    drop_held_mail,
    drop_unsent_mail,
    hold_unsent_mail,
    new_mail,
    queue_asked_for,
    queue_farewell,
    queue_mail,
    queue_mails,
    release_held_mail,
    retry_given_up_mail,
)
from accounts.mail.server import MailServerAwayError
from accounts.mail.templates import MESSAGES, MailMessage, message_for, register_message, registered_purposes

__all__ = [
    "MESSAGES",
    "MailMessage",
    "MailServerAwayError",
    "count_given_up_mail",
    "count_held_mail",
    "drop_held_mail",
    "drop_unsent_mail",
    "hold_unsent_mail",
    "message_for",
    "new_mail",
    "outbox_figures",
    "queue_asked_for",
    "queue_farewell",
    "queue_mail",
    "queue_mails",
    "register_message",
    "registered_purposes",
    "release_held_mail",
    "retry_given_up_mail",
    "send_due_mail",
]
