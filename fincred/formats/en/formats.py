"""As on the pages of people and plans: 27 Nov 2026 08:31."""

from __future__ import annotations

from typing import Final

DATE_FORMAT: Final = "j M Y"
DATETIME_FORMAT: Final = "j M Y H:i"
