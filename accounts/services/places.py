"""The places that a person has signed in from, and the mail about one that is new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.mail import queue_mail
from accounts.managers import PLACES_KNOWN
from accounts.models import KnownPlace, User
from accounts.places import place_hash
from accounts.vocabulary import MailPurpose
from fincred.context import caller
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from fincred.db.writes import Write, insert, update

_PLACES = PreparedQuery(KnownPlace.objects.filter(user_id=Parameter("user_id")))


def known_places(user_id: UUID) -> BoundQuery[KnownPlace]:
    """The query of a person's known places, for services that read them together with the person's lock."""
    return _PLACES.bind(user_id=user_id)


def note_place(person: User, places: Sequence[KnownPlace], now: datetime) -> list[Write]:
    """The write that remembers where the caller signs in from; a mail is queued if that is new for the person.

    `places` are theirs, read under their lock. There is no mail about a person's first place, or
    one seen within 180 days. Commands have no network address and aren't noted.
    """
    who = caller()
    if not who.address:
        return []
    here = place_hash(bytes(person.audit_key), address=who.address, user_agent=who.user_agent)
    known = next((place for place in places if place.place_hash == here), None)
    if places and (known is None or known.last_seen_at <= now - PLACES_KNOWN):
        queue_mail(user=person, purpose=MailPurpose.NEW_SIGN_IN, now=now)
    if known is None:
        return [insert(KnownPlace(user_id=person.pk, place_hash=here, created_at=now, last_seen_at=now))]
    known.last_seen_at = now
    return [update(known, "last_seen_at")]
