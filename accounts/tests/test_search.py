"""Staff find a person by the start of an address or of a word of a name, however it is written."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection

from accounts import services
from accounts.models import Profile, SearchTerm, User
from accounts.search import MOST_PEOPLE, Found, mend_missing_terms, people_matching, people_off_their_terms
from accounts.search_words import cut_search, words_of_person, words_of_search
from accounts.tests.factories import PASSWORD, UserFactory
from fincred import clock


@pytest.mark.unit
@pytest.mark.accounts
class TestWords:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (None, []),
            ("Conan O'Brien", ["brien", "conan", "o", "o'brien"]),
            ("Ärger A\u0308rger", ["ärger"]),
            ("STRASSE straße", ["strasse"]),
            ("Anna-Lena", ["anna", "anna-lena", "lena"]),
            ("李 小龙", ["小龙", "李"]),
            ("x" * 300, ["x" * 254]),
        ],
    )
    def test_of_a_name_are_folded(self, name: str | None, words: list[str]) -> None:
        assert words_of_person("a@example.com", name) == sorted(["a@example.com", *words])

    def test_of_an_address_are_as_stored_and_as_its_mailbox(self) -> None:
        assert words_of_person("a@münchen.de", None) == ["a@münchen.de", "a@xn--mnchen-3ya.de"]

    def test_are_few(self) -> None:
        assert len(words_of_person("a@example.com", " ".join(map(str, range(99))))) == 21

    def test_of_a_search_are_spelled_alike(self) -> None:
        assert words_of_search(" Sam  A\u0308rger sam ") == ["sam", "ärger"]
        assert words_of_search("X@MÜNCHEN.de") == ["x@xn--mnchen-3ya.de"]
        assert words_of_search("sam@") == ["sam@"]
        assert words_of_search(" ") == []

    def test_of_a_search_may_be_copied_from_a_letter(self) -> None:
        assert words_of_search('"Sam Saver" <X@example.com>,') == ["sam", "saver", "x@example.com"]
        assert words_of_search("Saver, Sam\u200b (O'Brien); \u202aO'\u202c") == ["saver", "sam", "o'brien", "o'"]
        assert words_of_search('"" <') == ['""', "<"]  # or everybody would be found

    def test_of_a_search_are_its_first_in_the_order_typed_as_many_as_are_stored_of_a_name(self) -> None:
        typed = "z z " + " ".join(f"n{number}" for number in range(30, 0, -1))
        assert words_of_search(typed) == ["z", *(f"n{number}" for number in range(30, 12, -1))]
        assert set(words_of_search(typed)) <= set(words_of_person("a@example.com", typed))
        assert words_of_search("x" * 5000) == ["x" * 254]
        assert words_of_search(f"{'x' * 5000}@example.com") == ["x" * 254]

    def test_of_a_search_that_are_too_many_are_cut(self) -> None:
        assert cut_search("  a  b ") == "a  b"
        assert cut_search("  a" * 20) == "a" + "  a" * 19
        assert cut_search(" a" * 21) == "a" + " a" * 19


def stored(user: User) -> set[str]:
    return set(SearchTerm.objects.filter(user=user).values_list("term", flat=True))


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestTerms:
    def test_are_stored_at_registration(self) -> None:
        user = services.register(email="a@example.com", password=PASSWORD, full_name="Ann B", now=clock.now())
        assert stored(user) == {"a@example.com", "ann", "b"}

    def test_follow_the_name(self, saver: User, noon: datetime) -> None:
        services.update_profile(user=saver, now=noon, full_name="Robin Goodfellow")
        assert stored(saver) == {"saver@example.com", "robin", "goodfellow"}
        services.update_profile(user=saver, now=noon, full_name=None)
        assert stored(saver) == {"saver@example.com"}

    def test_go_with_the_person(self, saver: User) -> None:
        services.erase_person(user=saver, now=clock.now())
        assert not SearchTerm.objects.exists()

    def test_that_do_not_follow_are_found(self, saver: User, stranger: User) -> None:
        assert list(people_off_their_terms()) == []
        Profile.objects.filter(user=saver).update(full_name="Another")
        assert list(people_off_their_terms()) == [saver.pk]

    def test_that_are_missing_are_mended(self, saver: User, stranger: User) -> None:
        SearchTerm.objects.filter(user=saver).delete()
        assert mend_missing_terms(stop=lambda: True) == 0
        assert mend_missing_terms() == 1
        assert list(people_off_their_terms()) == []
        assert mend_missing_terms() == 0

    @pytest.mark.postgresql
    def test_do_not_hinder_a_version_that_does_not_know_them(self, saver: User) -> None:
        """It deletes the rows that it knows, then the person."""
        Profile.objects.filter(user=saver).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_user WHERE id = %s", [saver.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert not SearchTerm.objects.exists()


@pytest.mark.integration
@pytest.mark.accounts
@pytest.mark.django_db
class TestSearch:
    def test_takes_the_start_of_an_address_or_of_a_word(self, saver: User, stranger: User) -> None:
        for search in ("saver@", "SAVER@example.com"):
            assert people_matching(search) == Found((saver.pk,))
        assert set(people_matching("saver").ids) == {saver.pk, stranger.pk}  # both are called Sam Saver
        assert people_matching("aver").ids == ()
        assert people_matching("%").ids == ()
        assert people_matching(" ").ids == ()

    @pytest.mark.parametrize("name", ["Conan O'Brien", "Conan O\u2019Brien"])
    def test_takes_either_apostrophe(self, saver: User, noon: datetime, name: str) -> None:
        services.update_profile(user=saver, now=noon, full_name=name)
        assert people_matching("conan o'br") == people_matching("o\u2019brien") == Found((saver.pk,))
        assert people_matching("o'c").ids == ()

    def test_needs_each_word(self, saver: User, stranger: User) -> None:
        assert people_matching("sam stranger@").ids == (stranger.pk,)
        assert people_matching("sam x").ids == ()

    def test_says_when_there_are_more(self, db: None) -> None:
        rows = [User(email=f"p{number}@example.com") for number in range(MOST_PEOPLE + 1)]
        User.objects.bulk_create(rows)
        SearchTerm.objects.bulk_create(
            [term for user in rows for term in SearchTerm.of(user, "Many")], batch_size=500
        )
        found = people_matching("many")
        assert (len(found.ids), found.more) == (MOST_PEOPLE, True)
        assert people_matching("many p7@").more is False

    def test_of_a_common_word_looks_at_some(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accounts.search._MOST_ROWS", 2)
        people = [UserFactory.create(email=f"p{number}@example.com") for number in range(3)]
        found = people_matching("sam")
        assert (len(found.ids), found.more) == (2, True)
        assert people_matching("sam p2@") == Found((people[2].pk,))
