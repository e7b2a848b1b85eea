"""Mail: the outbox that it waits in, its delivery, and the messages that can be sent.

Belongs here: queueing, sending, and the messages of accounts. Doesn't: tokens, and other packages' messages.
When you add a message, add a `MailMessage` to `MESSAGES`, and text and HTML to `fincred/templates/mail/`; another
package calls `register_message` at start.
"""

from __future__ import annotations

from accounts.mail.delivery import MailServerAwayError, send_due_mail
from accounts.mail.figures import outbox_figures
from accounts.mail.outbox import (
    count_given_up_mail,
    count_held_mail,
    drop_held_mail,
    hold_unsent_mail,
    queue_mail,
    release_held_mail,
    retry_given_up_mail,
)
from accounts.mail.templates import MESSAGES, MailMessage, register_message

__all__ = [
    "MESSAGES",
    "MailMessage",
    "MailServerAwayError",
    "count_given_up_mail",
    "count_held_mail",
    "drop_held_mail",
    "hold_unsent_mail",
    "outbox_figures",
    "queue_mail",
    "register_message",
    "release_held_mail",
    "retry_given_up_mail",
    "send_due_mail",
]
