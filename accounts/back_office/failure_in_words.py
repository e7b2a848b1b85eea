"""How a failure is told: in words, with its technical name in small."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString


class Failure(NamedTuple):
    """What happened, and what is to be done; the latter is empty where nothing is."""

    what: str
    remedy: str


def told(form: str, failure: Failure, name: str) -> SafeString:
    """HTML: `form` with the failure in its one `{}`. `name` is what operators look for in logs."""
    words = f"{failure.what}; {failure.remedy}" if failure.remedy else failure.what
    return format_html(f'{form} <small class="bo-soft">({{}})</small>', words, name)
