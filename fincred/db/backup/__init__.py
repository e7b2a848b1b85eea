"""The whole database as one file, and back: the same rows on either engine, compared by hash.

Belongs here: the archive, written, checked and loaded. Doesn't: what ends after a restore (`after_restore`).
When you change what a line holds, also raise FORMAT.
"""

from __future__ import annotations

from fincred.db.backup.archive import Archive, ArchiveError
from fincred.db.backup.checking import check
from fincred.db.backup.loading import restore
from fincred.db.backup.tables import digests, row_count
from fincred.db.backup.writing import backup

__all__ = ["Archive", "ArchiveError", "backup", "check", "digests", "restore", "row_count"]
