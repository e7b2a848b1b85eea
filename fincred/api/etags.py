"""Entity tags (RFC 9110): of the bytes of an answer, and as clients name them."""

from __future__ import annotations

import re
from hashlib import sha256

from fincred.errors import MalformedRequestError
from fincred.preconditions import Precondition

_TAG = r'(?:W/)?"([!#-~\x80-\xff]*)"'
# Empty entries of a list are skipped, as the RFC asks.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


def tag_of(body: bytes, revision: int | None = None) -> str:
    """The tag of an answer, without its quotes: `<hash>`, or `<revision>-<hash>` of an object with a revision."""
    digest = sha256(body).hexdigest()[:16]
    return digest if revision is None else f"{revision}-{digest}"


def named_tags(header: str) -> frozenset[str] | None:
    """The tags of a header such as `"a", W/"b"`, without quotes and `W/`; None for `*`, which is any.

    :raises MalformedRequestError: it is neither `*` nor a list of quoted tags.
    """
    if header.strip() == "*":
        return None
    if not _TAGS.fullmatch(header):
        raise MalformedRequestError(reason='Entity tags are "quoted", or *')
    return frozenset(re.findall(_TAG, header))


def precondition(if_match: str | None, if_none_match: str | None) -> Precondition:
    """The revisions that If-Match allows and If-None-Match excludes.

    :raises MalformedRequestError: one is neither `*` nor a list of quoted tags.
    """
    return Precondition(
        revisions=_named_revisions(if_match) if if_match is not None else None,
        refused=_named_revisions(if_none_match) if if_none_match is not None else frozenset(),
    )


def _named_revisions(header: str) -> frozenset[str] | None:
    """The revisions with which its tags begin; their hashes, which may change daily, don't count. None for `*`."""
    tags = named_tags(header)
    if tags is None:
        return None
    parts = [tag.partition("-") for tag in tags]
    return frozenset(revision for revision, dash, _ in parts if dash)
