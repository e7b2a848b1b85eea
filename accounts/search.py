"""How staff find people: by the start of their address, or of words of their name, in any case or composition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Profile, SearchTerm, User
from accounts.search_words import words_of_person, words_of_search
from fincred.db.fields import BytewiseField
from fincred.db.id_ranges import ALL, pages

MOST_PEOPLE: Final = 200
"""The people that a search finds at most; it says when there are more."""

_MOST_ROWS: Final = 2000
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """The people that match. `more`: others may match too."""

    ids: tuple[UUID, ...]
    more: bool = False


def write_terms(user: User, full_name: str | None) -> None:
    """Replace the person's rows. The caller holds the lock of the person's row, or has just made it."""
    SearchTerm.objects.filter(user=user).delete()
    SearchTerm.objects.bulk_create(SearchTerm.of(user, full_name))


def people_matching(search: str) -> Found:
    """The people for whom each word of `search` is the start of their address or of a word of their name."""
    words = words_of_search(search)
    if not words:
        return Found(())
    rows = [_starting_with(word) for word in words]
    found_by = [list(of_word.values_list("user_id", flat=True)[: _MOST_ROWS + 1]) for of_word in rows]
    rarest = min(range(len(words)), key=lambda index: len(found_by[index]))
    found = list(dict.fromkeys(found_by[rarest][:_MOST_ROWS]))
    for index, of_word in enumerate(rows):
        if index != rarest:
            both = set(of_word.filter(user_id__in=found).values_list("user_id", flat=True))
            found = [person_id for person_id in found if person_id in both]
    return Found(tuple(found[:MOST_PEOPLE]), more=len(found) > MOST_PEOPLE or len(found_by[rarest]) > _MOST_ROWS)


def _starting_with(word: str) -> QuerySet[SearchTerm]:
    """Unordered: stopping at the first matches is faster than sorting them all.

    With either apostrophe: phones write "O\u2019Brien" where keyboards write "O'Brien".
    """
    spellings = {word, word.replace("'", "\u2019"), word.replace("\u2019", "'")}
    spans = [Q(term__gte=spelling, term__lt=BytewiseField.after(spelling)) for spelling in sorted(spellings)]
    return SearchTerm.objects.filter(reduce(or_, spans))


def mend_missing_terms(stop: Callable[[], bool] = lambda: False) -> int:
    """Write the terms of people whom the version before stored during an upgrade; returns how many had none."""
    mended = 0
    for people, ids in pages(User.objects.all(), ALL, _BATCH):
        if stop():
            break
        found = set(SearchTerm.objects.filter(ids.of("user_id")).values_list("user_id", flat=True).distinct())
        missing = User.objects.filter(pk__in=[pk for pk in people if pk not in found]).select_related("profile")
        rows = [term for person in missing for term in SearchTerm.of(person, person.full_name)]
        SearchTerm.objects.bulk_create(rows, ignore_conflicts=True)
        mended += len(missing)
    return mended


def people_off_their_terms() -> Iterator[UUID]:
    """People whose terms don't follow from their address and name."""
    people = User.objects.order_by("pk").only("email").iterator(chunk_size=_BATCH)
    while batch := list(islice(people, _BATCH)):
        yield from _off(batch)


def _off(people: Sequence[User]) -> Iterator[UUID]:
    names = dict(Profile.objects.filter(user__in=people).values_list("user_id", "full_name"))
    stored: dict[UUID, set[str]] = {}
    for user_id, term in SearchTerm.objects.filter(user__in=people).values_list("user_id", "term"):
        stored.setdefault(user_id, set()).add(term)
    for person in people:
        if stored.get(person.pk, set()) != set(words_of_person(person.email, names.get(person.pk))):
            yield person.pk
