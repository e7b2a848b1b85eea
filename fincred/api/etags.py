"""Entity tags (RFC 9110): of the bytes of an answer, and as clients name them."""

from __future__ import annotations

import re
from hashlib import blake2b

from fincred.errors import MalformedRequestError

_TAG = r'(?:W/)?"([!#-~\x80-\xff]*)"'
# Empty entries of a list are skipped, as the RFC asks.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


def tag_of(body: bytes) -> str:
    """The tag of an answer, without its quotes."""
    return blake2b(body, digest_size=8).hexdigest()


def named_tags(header: str) -> frozenset[str] | None:
    """The tags of a header such as `"a", W/"b"`, without quotes and `W/`; None for `*`, which is any.

    :raises MalformedRequestError: it is neither `*` nor a list of quoted tags.
    """
    if header.strip() == "*":
        return None
    if not _TAGS.fullmatch(header):
        raise MalformedRequestError(reason='Entity tags are "quoted", or *')
    return frozenset(re.findall(_TAG, header))
