"""Which addresses are one mailbox, however they are written.

`x@münchen.de`, the same with a decomposed ü, and `x@xn--mnchen-3ya.de` are one, also with the dot of DNS's root at
the end. The mailbox is what is compared, limited and sent to; the address is shown as its owner wrote it.
"""

from __future__ import annotations

from typing import Final

import idna

from fincred.text import is_too_long, normalize

MAX_LENGTH: Final = 254
# Octets before the @ (RFC 5321, 4.5.3.1.1): mail servers need take no more.
MAX_LOCAL_PART: Final = 64


class NoMailboxError(ValueError):
    """The address has no domain that IDNA 2008 allows, or is too long for SMTP."""


class LocalPartTooLongError(NoMailboxError):
    """What is before the @ is longer than mail servers have to take. Older accounts may have it: they stay."""


def mailbox_of(address: str) -> str:
    """The one form of all spellings: lower case, with the domain in ASCII, as DNS and SMTP have it.

    :raises NoMailboxError: it has none.
    """
    local, domain = _parts(address)
    if not domain.isascii() or "xn--" in domain.lower():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except UnicodeError as error:  # idna's errors derive from it
            raise NoMailboxError from error
    mailbox = f"{normalize(local.lower())}@{domain.lower().removesuffix('.')}"
    if len(mailbox) > MAX_LENGTH:
        raise NoMailboxError
    return mailbox


def mailbox_or_none(address: str) -> str | None:
    """The same; None for an address that an earlier version stored and that has no mailbox."""
    try:
        return mailbox_of(address)
    except NoMailboxError:
        return None


def spelling(address: str) -> str:
    """How a new address is stored and shown: in lower case and normal form C, its domain in ASCII only if it was.

    :raises NoMailboxError: it has none, or one that not every mail server takes.
    """
    mailbox = mailbox_of(address)
    if len(mailbox.rpartition("@")[0].encode()) > MAX_LOCAL_PART:
        raise LocalPartTooLongError
    local, domain = _parts(address)
    # Not str.lower() alone, which makes another letter of a capital sigma at the end of a word.
    letters = domain if domain.isascii() else idna.uts46_remap(domain, std3_rules=False)
    if letters.endswith("."):  # older accounts may have it: they stay
        raise NoMailboxError
    return normalize(f"{local}@{letters}".lower())


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    if is_too_long(address, MAX_LENGTH) or domain.startswith("["):  # of a literal, [::1] and [0:0::1] are the same
        raise NoMailboxError
    return local, domain
