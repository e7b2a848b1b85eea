"""Limits inside of services, such as those of sign-in and mail: every view, form and backend above has them."""

from __future__ import annotations

import logging
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.db import Error

from accounts.mailboxes import mailbox_or_none
from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce, used_until
from accounts.rate_limits.policies import Policy
from fincred.context import caller
from fincred.db.read_only import refuses_writes

logger = logging.getLogger(__name__)

_OF_SECOND_FACTOR = (policies.SECOND_FACTOR, policies.SECOND_FACTOR_BY_DAY)


def limit_sign_in(*, email: str, now: datetime) -> None:
    """Count an attempt to prove a password. Call it before the password is hashed, which is slow on purpose.

    :raises RateLimitExceededError: too many from this network, or for this account, whether it exists or not.
    """
    _limit_network(policies.SIGN_IN_BY_ADDRESS, now)
    enforce(policies.SIGN_IN_BY_ACCOUNT, mailbox_or_none(email) or email.lower(), now=now)


def sign_in_blocked_until(email: str, *, now: datetime) -> datetime | None:
    """Until when this account takes no sign-in because of too many attempts; None if it takes them."""
    return used_until(policies.SIGN_IN_BY_ACCOUNT, mailbox_or_none(email) or email.lower(), now=now)


def limit_mail(*, now: datetime) -> None:
    """Count a request that may send a mail.

    :raises RateLimitExceededError: too many from this network.
    """
    _limit_network(policies.MAIL_BY_ADDRESS, now)


def limit_tokens(*, now: datetime) -> None:
    """Count a request that proves an identity by a mailed or an unknown token.

    :raises RateLimitExceededError: too many from this network.
    """
    _limit_network(policies.TOKEN_BY_ADDRESS, now)


def limit_second_factor(user_id: UUID, *, now: datetime) -> None:
    """Count an attempt to prove a second factor, or to enrol one.

    :raises RateLimitExceededError: too many of this member of staff, in a minute or on a day in UTC.
    """
    for policy in _OF_SECOND_FACTOR:
        enforce(policy, str(user_id), now=now)


def second_factor_blocked_until(user_id: UUID, *, now: datetime) -> datetime | None:
    """Until when no second factor is taken because of too many attempts; None if one is."""
    ends = [used_until(policy, str(user_id), now=now) for policy in _OF_SECOND_FACTOR]
    return max(filter(None, ends), default=None)


def limit_refresh(session_id: UUID, *, now: datetime) -> None:
    """Count a request for new tokens of a session.

    :raises RateLimitExceededError: too many of this session.
    """
    enforce(policies.REFRESH_BY_SESSION, str(session_id), now=now)


def limit_calendar(user_id: UUID, *, now: datetime) -> None:
    """Count a look at a person's calendar by its private link.

    :raises RateLimitExceededError: too many at this person's.
    """
    enforce(policies.CALENDAR_LINK, str(user_id), now=now)


def limit_unsubscribing(user_id: UUID, *, now: datetime) -> None:
    """Count a use of the links in a person's mails. Mail programs use them from networks of their own.

    :raises RateLimitExceededError: too many of this person's.
    """
    enforce(policies.UNSUBSCRIBE, str(user_id), now=now)


def limit_cost(user_id: UUID, points: int, *, now: datetime) -> None:
    """Take points for something costly that is no call of the API; such a call declares its `cost`.

    :raises RateLimitExceededError: this person has too few left.
    """
    enforce(policies.COST, str(user_id), now=now, points=points)


def limit_back_office(user_id: UUID, *, now: datetime) -> None:
    """Count a page of the back office: most pages write audit entries.

    :raises RateLimitExceededError: too many of this member of staff.
    """
    enforce_if_countable(policies.BACK_OFFICE, str(user_id), now=now)


def limit_before_second_factor(user_id: UUID, *, now: datetime) -> None:
    """Count a page that leads to the second factor.

    It has a limit of its own, so that somebody with only the password can't use up the limit of all other pages.

    :raises RateLimitExceededError: too many of this member of staff.
    """
    enforce_if_countable(policies.BACK_OFFICE, f"{user_id} unproved", now=now)


def enforce_if_countable(policy: Policy, subject: str, *, now: datetime) -> None:
    """For reads: while the counters are in a database that takes no writes, reads are not counted.

    :raises RateLimitExceededError: the quota is used up.
    """
    try:
        enforce(policy, subject, now=now)
    except Error as error:
        if not refuses_writes(error):
            raise
        logger.warning("Reads aren't counted: the database takes no writes")


def _limit_network(policy: Policy, now: datetime) -> None:
    """Commands have no network address and are not limited."""
    if address := caller().address:
        enforce(policy, network_of(address), now=now)


def network_of(address: str) -> str:
    """The network of one subscriber: an IPv4 address, or the /64 around an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:  # behind a Unix socket there is no address
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
