"""The audit trail: who changed or viewed which record of which person, append-only and chained for each person.

Belongs here: writing and checking the trail. Doesn't: the person's own words, ever; pages of the back office.
When you add a service that writes, also `record` it under the person's lock, with allowlisted fields only.
"""

from __future__ import annotations

from accounts.audit.trail import (
    Chain,
    Link,
    broken_chains,
    chain_of,
    digest_of,
    fields_of,
    last_link,
    looks_in_lists,
    record,
    record_listed,
)

__all__ = [
    "Chain",
    "Link",
    "broken_chains",
    "chain_of",
    "digest_of",
    "fields_of",
    "last_link",
    "looks_in_lists",
    "record",
    "record_listed",
]
