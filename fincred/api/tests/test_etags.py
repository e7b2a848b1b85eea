from __future__ import annotations

import pytest

from fincred.api.etags import named_tags, tag_of
from fincred.errors import MalformedRequestError

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class TestTagOf:
    def test_is_the_same_for_the_same_bytes_only(self) -> None:
        assert tag_of(b"[]") == tag_of(b"[]") != tag_of(b"[ ]")

    def test_is_short_and_in_hexadecimal_digits(self) -> None:
        assert len(tag_of(b"x" * 100_000)) == 16
        int(tag_of(b""), 16)


class TestNamedTags:
    @pytest.mark.parametrize(
        ("header", "tags"),
        [
            ('"a"', {"a"}),
            ('W/"a"', {"a"}),
            ('"a", W/"b","c"', {"a", "b", "c"}),
            ('"a,b" , "W/c"', {"a,b", "W/c"}),
            (' ,, "a",\t, "b" ,', {"a", "b"}),
            ('""', {""}),
            ('"\xe9"', {"\xe9"}),
        ],
    )
    def test_are_a_list_in_which_weakness_does_not_count(self, header: str, tags: set[str]) -> None:
        assert named_tags(header) == frozenset(tags)

    @pytest.mark.parametrize("header", ["*", " * "])
    def test_of_a_star_are_any(self, header: str) -> None:
        assert named_tags(header) is None

    @pytest.mark.parametrize(
        "header",
        ["", " ", ",", "a", "7-a", '"a', 'a"', '"a" "b"', '"a""b"', 'w/"a"', '*, "a"', '"a b"', '"\x7f"'],
    )
    def test_of_anything_else_are_refused(self, header: str) -> None:
        with pytest.raises(MalformedRequestError):
            named_tags(header)

    def test_of_a_very_long_header_are_refused_quickly(self) -> None:
        """A pattern that can match in many ways would run for ever here."""
        with pytest.raises(MalformedRequestError):
            named_tags('"a", ' * 10_000 + ", " * 10_000 + "a")
