"""Files that only their owner may read: exports, backups, keys."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def write_private(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which takes its name and the place of an older one only when it is complete.

    It is on the disk when this ends.

    :raises OSError: it can't be written, there is something else of its name, or that is `-`. Nothing has changed.
    """
    if str(path) == "-":  # `-` means standard output elsewhere; here it would become a file of that name
        raise OSError(errno.EINVAL, "a file's name is needed, '-' is none", str(path))
    target = Path(os.path.realpath(path))  # Path.resolve raises a RuntimeError for a link to itself
    if os.path.lexists(target) and not target.is_file():
        raise OSError(errno.EINVAL, "Is not a regular file", str(target))
    # A new file: a program that has the older one open can't read the new content.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, target)
            sync_folder(target.parent)
        except BaseException:
            with suppress(FileNotFoundError):  # it has its name already
                os.unlink(file.name)
            raise


def close_to_others(file: int | str) -> None:
    """Let only the owner and the group of a file read or write it; `file` is its path, or a descriptor of it.

    :raises OSError: there is no such file, or it is another user's.
    """
    mode = stat.S_IMODE(os.stat(file).st_mode)
    if mode & stat.S_IRWXO:
        os.chmod(file, mode & ~stat.S_IRWXO)


def sync_folder(folder: Path) -> None:
    """Put the names of its files on the disk: before that, a new file may be gone after a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some shared folders, such as SMB's, can't do that
            raise
    finally:
        os.close(descriptor)
