from __future__ import annotations

import sys
import unicodedata

import pytest

from fincred.text import fold, is_too_long, normalize, shows_nothing

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def test_a_decomposed_letter_is_stored_composed() -> None:
    assert normalize("a\u0308rger") == "\u00e4rger"
    assert normalize("plain") == "plain"


def test_what_composes_to_the_limit_is_never_too_long() -> None:
    longest = max((unicodedata.normalize("NFD", chr(code)) for code in range(sys.maxunicode + 1)), key=len)
    assert len(normalize(longest)) == 1
    assert not is_too_long(longest * 10, 10)
    assert is_too_long(longest * 10 + "a", 10)


@pytest.mark.parametrize("other", ["\u00e4RGER", "a\u0308rger", "A\u0308RGER"])
def test_case_and_composition_make_no_difference(other: str) -> None:
    assert fold(other) == fold("\u00c4rger")


def test_a_sharp_s_equals_two() -> None:
    assert fold("Stra\u00dfe") == fold("STRASSE")


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\u00ad", "\ufe0f", "\u034f"]
)
def test_nothing_is_seen(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize("text", ["a", "\u200ba", "\U0001f468\u200d\U0001f469", "\u0627"])
def test_something_is_seen(text: str) -> None:
    assert not shows_nothing(text)
