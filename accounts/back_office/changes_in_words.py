"""What an audit entry holds of before and after, field by field, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from datetime import UTC
from typing import Any, Final

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fincred.money import amount_in_words, rate_in_words
from fincred.text import counted

# Given a kind of row ("goal") and an id, a link to the row; None where there is none.
Link = Callable[[str, str], SafeString | None]

_AMOUNT: Final = re.compile(r"-?\d{1,20}\.\d{2}")
_NUMBER: Final = re.compile(r"-?\d{1,20}(\.\d{1,2})?")
_RATE: Final = re.compile(r"\d{1,4}\.\d{4}")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
_CODE: Final = re.compile(r"[a-z]+(_[a-z]+)+")
_NOTHING: Final = "–"
_ROWS: Final = "ids"  # what an entry about a list calls the rows that it showed
_HYPHENS: Final = ("check-in", "sign-in", "pre-transfer")


def changes_table(before: Any, after: Any, link: Link = lambda kind, pk: None) -> SafeString:
    """A table of field, before and after. A list of rows that were looked at is told by its length.

    The id of another row is told by `link`.
    """
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    rows = [
        (_label(name), _side(name, old, link), _side(name, new, link), _class(name, old, new))
        for name in {**old, **new}
    ]
    if not rows:
        return format_html("{}", "No fields are recorded.")
    return format_html(
        '<table class="bo-compare bo-stack"><thead><tr><th scope="col">Field</th><th scope="col">Before</th>'
        '<th scope="col">After</th></tr></thead><tbody>{}</tbody></table>',
        format_html_join(
            "",
            '<tr><th scope="row">{}</th><td data-label="Before">{}</td><td data-label="After"{}>{}</td></tr>',
            ((words, left, mark, right) for words, left, right, mark in rows),
        ),
    )


def name_in_words(name: str) -> str:
    """Names such as "checkin_reminder" as people read them."""
    words = name.removeprefix("is_").replace("_", " ").replace("checkin", "check in")
    for word in _HYPHENS:
        words = re.sub(rf"\b{word.replace('-', ' ')}", word, words)
    return words


def rows_in_words(rows: Sized) -> str:
    return counted(len(rows), "row")


def field_in_words(name: str, value: Any) -> str:
    """A field's value; an amount that was recorded as 64 is 64.00 as elsewhere."""
    if name.endswith("amount") and isinstance(value, str) and _NUMBER.fullmatch(value):
        return amount_in_words(value)
    return value_in_words(value)


def value_in_words(value: Any) -> str:
    """A value as the trail keeps it, where amounts, dates and moments are strings."""
    match value:
        case None | "":
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(value_in_words, value)) or "none"
        case dict():
            told = (f"{name_in_words(name)}: {value_in_words(one)}" for name, one in value.items())
            return "; ".join(told) or "none"
        case str():
            return _text(value)
    return str(value)


def _text(value: str) -> str:
    try:
        if _AMOUNT.fullmatch(value):
            return amount_in_words(value)
        if _RATE.fullmatch(value):
            return rate_in_words(value)
        if _DATE.fullmatch(value) and (day := parse_date(value)):
            return f"{day:%-d %b %Y}"
        if _MOMENT.fullmatch(value) and (moment := parse_datetime(value)) and moment.tzinfo:
            return f"{moment.astimezone(UTC):%-d %b %Y %H:%M} UTC"
    except (ValueError, OverflowError):  # it looks like a date and is none
        return value
    return name_in_words(value) if _CODE.fullmatch(value) else value


def _label(name: str) -> str:
    return "seen" if name == _ROWS else name_in_words(name.removesuffix("_id"))


def _side(name: str, values: Mapping[str, Any], link: Link) -> str:
    if name not in values:
        return _NOTHING
    value = values[name]
    if name.endswith("_id") and value:
        return link(name.removesuffix("_id"), str(value)) or str(value)
    if name == _ROWS and isinstance(value, list):
        return rows_in_words(value)
    return field_in_words(name, value)


def _class(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> SafeString | str:
    is_changed = name in old and name in new and old[name] != new[name]
    return format_html(' class="{}"', "bo-changed") if is_changed else ""
