"""Mail into files, for trying it out: it has addresses and links that work once, so only its owner may read it."""

from __future__ import annotations

import os

from django.core.mail.backends import filebased

from accounts.mail.server import MailServerAwayError


class EmailBackend(filebased.EmailBackend):
    def open(self) -> bool:
        """Close the file to others before anything is written into it.

        :raises MailServerAwayError: it can't be made.
        """
        try:
            is_new = bool(super().open())
        except OSError as error:
            raise MailServerAwayError(f"{error.strerror}: {self.file_path}") from error
        if is_new:
            os.fchmod(self.stream.fileno(), 0o600)
        return is_new
