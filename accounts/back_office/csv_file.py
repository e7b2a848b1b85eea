"""A list as a CSV file: the columns on screen and the filtered rows, for auditors and superusers."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from django.contrib.admin.utils import label_for_field, lookup_field
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.text import capfirst

from accounts.models import User
from accounts.vocabulary import StaffRole
from fincred.text import shows_nothing

MOST_DOWNLOADED: Final = 1000
# A spreadsheet takes a cell that begins so for a formula and runs it (OWASP, "CSV Injection"); it may drop spaces,
# and characters that can't be seen, before that.
_FORMULA: Final = "=+-@\uff1d\uff0b\uff0d\uff20"
# Where a cell may begin for a program that separates cells by semicolons or tabs.
_BEGINNING: Final = re.compile(rf"[;\t\r\n]([^;\t\r\n{re.escape(_FORMULA)}]*)(?=[{re.escape(_FORMULA)}])")


def may_download(request: HttpRequest) -> bool:
    staff = request.user
    return isinstance(staff, User) and (staff.is_superuser or staff.groups.filter(name=StaffRole.AUDITOR).exists())


def as_csv(page: Any, columns: Sequence[Any], rows: Iterable[Model]) -> str:
    """RFC 4180, with a header line. `columns` are names as in the `list_display` of `page`.

    Moments and days are in ISO 8601, amounts with a point. What looks like a formula gets an apostrophe in front.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([capfirst(str(label_for_field(name, page.model, page))) for name in columns])
    for row in rows:
        writer.writerow([_cell(page, row, name) for name in columns])
    return file.getvalue()


def _cell(page: Any, row: Model, name: Any) -> str:
    field, _, value = lookup_field(name, row, page)
    labels = dict(getattr(field, "flatchoices", None) or ())
    match labels.get(value, value):
        case None:
            return ""
        case bool() as flag:
            return "yes" if flag else "no"
        case datetime() as moment:
            return moment.isoformat(timespec="seconds")
        case date() as day:
            return day.isoformat()
        case int() | Decimal() as number:
            return str(number)
        case other:
            # What a page makes as HTML (bars, links) is left as its words.
            text = html.unescape(strip_tags(str(other))) if hasattr(other, "__html__") else str(other)
            return _without_formulas(text)


def _without_formulas(text: str) -> str:
    """With an apostrophe before what would be run."""
    unseen = "".join(takewhile(shows_nothing, text))
    body = text.removeprefix(unseen)
    begins = body.startswith(tuple(_FORMULA)) or any(each.isspace() and each != " " for each in unseen)
    body = _BEGINNING.sub(lambda found: f"{found[0]}'" if shows_nothing(found[1]) else found[0], body)
    return ("'" if begins else "") + unseen + body
