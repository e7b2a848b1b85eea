from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.text import counted, fold, is_too_long, normalize, shows_nothing

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
    "text",
    [
        "",
        " ",
        "\u200b",
        "\u2060\ufeff",
        "\u3164",
        "\u2800",
        "\u00ad",
        "\ufe0f",
        "\u034f",
        "\u17b4",
        "\u180b",
        "\U000e0100",
        "\U000e0041",
        "\ufff0",
        "\U0001d159",
        "\u1160",
    ],
)
def test_nothing_is_seen(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize("text", ["a", "\u200ba", "e\u0301", "\u0301", "\U0001f468\u200d\U0001f469", "\u0627"])
def test_something_is_seen(text: str) -> None:
    assert not shows_nothing(text)


GROWING = "\u0958\ufb04\ufb2c\u0390\u03b0\u1fb7\u1e9e\u0130\u01d6\U0001d1c0\u0323\u0345\u0300a"


@given(st.text(st.sampled_from(GROWING) | st.characters(exclude_categories=["Cs"]), max_size=30))
def test_folding_a_stored_text_gives_at_most_three_characters_for_each(text: str) -> None:
    assert len(fold(text)) <= 3 * len(normalize(text))
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("number", "words"), [(0, "0 months"), (1, "1 month"), (2, "2 months")])
def test_what_is_counted_has_its_plural(number: int, words: str) -> None:
    assert counted(number, "month") == words
