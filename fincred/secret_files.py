"""Secrets in files: one that an operator names, and one that development makes for itself."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from fincred.env_file import first_bytes
from fincred.private_file import sync_folder

_LARGEST: Final = 64 * 1024


def development_key(name: str, folder: Path) -> str:
    """The secret of that name in `folder`, made on first use; several processes may start at once."""
    path = folder / f"{name.lower()}.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder) as file:  # readable by its owner alone
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
            # Appears whole, and only once.
            with suppress(FileExistsError):
                os.link(file.name, path)
            sync_folder(folder)
    return path.read_text().strip()


def one_line(path: Path) -> str:
    """The one line that the file of a secret holds.

    :raises ValueError: it can't be used; the message says why and holds nothing of the file.
    """
    try:
        content = first_bytes(absolute(path), _LARGEST + 1)
    except OSError as error:
        raise ValueError(f"the file can't be read: {error.strerror}") from None
    except ValueError:
        raise ValueError("must be an absolute path") from None
    if len(content) > _LARGEST:
        raise ValueError("the file is too large for a secret")
    try:
        text = content.decode().strip()
    except UnicodeError:
        raise ValueError("the file is not UTF-8 text") from None
    if not text:
        raise ValueError("the file is empty")
    if text.startswith("\ufeff"):
        raise ValueError("the file begins with a byte-order mark")
    if not text.isprintable():
        raise ValueError("the file holds more than one line, or an unprintable character")
    return text


def absolute(path: Path) -> Path:
    """:raises ValueError: it is relative."""
    if not path.is_absolute():
        raise ValueError
    return path
