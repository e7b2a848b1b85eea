"""Mail into files, for trying it out: it has addresses and links that work once, so only its owner may read it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import filebased

from accounts.mail.server import MailFolderError


class EmailBackend(filebased.EmailBackend):
    def open(self) -> bool:
        """Close the file to others before anything is written into it.

        :raises MailFolderError: it can't be made.
        """
        try:
            is_new = bool(super().open())
        except OSError as error:
            raise self._refusal(error) from error
        if is_new:
            os.fchmod(self.stream.fileno(), 0o600)
        return is_new

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """:raises MailFolderError: it can't be written."""
        try:
            return super().send_messages(email_messages) or 0
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> MailFolderError:
        return MailFolderError(f"{error.strerror}: {self.file_path}")
