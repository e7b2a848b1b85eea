"""The second factor in the back office: its pages, the door that asks for it, and how recent the sign-in is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe

from accounts import services
from accounts.audit import record
from accounts.errors import EnrolmentBegunAnewError, TokenExpiredError, TokenInvalidError
from accounts.models import SecondFactor, User
from accounts.places import family
from accounts.rate_limits import limit_before_second_factor, limit_cost
from accounts.second_factor import setup_key, setup_link, setup_picture
from accounts.services import lock_user
from fincred import clock
from fincred.context import caller
from fincred.errors import RateLimitExceededError

FRESH: Final = timedelta(hours=1)
NOT_FRESH: Final = "For this your sign-in must be less than an hour old: log out and in again."
ENTERED: Final = "back_office.entered"
PROVED: Final = "second_factor_proved"
SIGNED_IN_AT: Final = "signed_in_at"
DEVICE: Final = "device"
_BEGUN: Final = "enrolment_begun"
_WANTED: Final = "wanted_page"


def missing_factor(request: HttpRequest) -> HttpResponse | None:
    """The page to which the member of staff has to go first; None if there is none.

    :raises RateLimitExceededError: they were sent there too often.
    """
    if request.session.get(PROVED):
        return None
    has_factor = services.has_second_factor(_staff(request))
    if not (has_factor or settings.SECOND_FACTOR):
        return None
    limit_before_second_factor(_staff(request).pk, now=clock.moment_of(request))
    if request.method == "GET" and _is_page(request):
        request.session[_WANTED] = request.get_full_path()
    return _to("prove" if has_factor else "enrol")


def _is_page(request: HttpRequest) -> bool:
    """Whether the address is that of a page, not of a file or of nothing."""
    name = request.resolver_match.url_name if request.resolver_match else None
    return name is not None and name != "jsi18n" and not name.endswith("_csv")


def is_asked_for(staff: User) -> bool:
    """Whether they need a second factor besides the password."""
    return bool(settings.SECOND_FACTOR) or services.has_second_factor(staff)


def note_sign_in(request: HttpRequest) -> None:
    """Note in the new session when and with which device it began; no second factor is proved yet."""
    request.session[SIGNED_IN_AT] = clock.moment_of(request).timestamp()
    request.session[DEVICE] = family(caller().user_agent)
    request.session.pop(PROVED, None)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the sign-in is at most an hour old, for irreversible actions."""
    signed_in_at = datetime.fromtimestamp(request.session.get(SIGNED_IN_AT, 0), UTC)
    return clock.moment_of(request) - signed_in_at <= FRESH


def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the authenticator's code, or a backup code."""
    staff, error = _staff(request), ""
    if not services.has_second_factor(staff):
        return _to("enrol")
    if request.method == "POST":
        try:
            answer = request.POST.get("answer", "")
            is_right = services.prove_second_factor(user=staff, answer=answer, now=clock.moment_of(request))
        except RateLimitExceededError as refusal:
            return too_many(request, refusal)
        if is_right:
            _open(request, entered=True)
            # A page of this site: the session keeps it, no parameter.
            return HttpResponseRedirect(request.session.pop(_WANTED, reverse("admin:index")))
        error = "That code is wrong, or was used before."
    return _page(request, "prove", error=error)


def enrol(request: HttpRequest) -> HttpResponse:
    """With an operator's code show the key, then take a code of it, then show the backup codes."""
    staff, now = _staff(request), clock.moment_of(request)
    if services.has_second_factor(staff):
        return _to("prove")
    return _enrol(request, staff, now) if request.method == "POST" else _page(request, "code")


def _enrol(request: HttpRequest, staff: User, now: datetime) -> HttpResponse:
    code, answer = request.POST.get("code", ""), request.POST.get("answer")
    begun = UUID(request.session[_BEGUN]) if _BEGUN in request.session else None
    try:
        if answer is None:
            factor = services.begin_enrolment(user=staff, code=code, begun=begun, now=now)
            request.session[_BEGUN] = str(factor.pk)
            return _key_page(request, factor, code)
        codes = services.finish_enrolment(user=staff, code=code, answer=answer, begun=begun, now=now)
    except RateLimitExceededError as refusal:
        return too_many(request, refusal)
    except (TokenInvalidError, TokenExpiredError) as refusal:
        is_anew = isinstance(refusal, EnrolmentBegunAnewError)
        error = refusal.message if is_anew else "That code is wrong, used, or older than an hour."
        return _page(request, "code", error=error)
    if codes is None:
        same = services.begun_enrolment(user=staff, begun=begun)
        if same is None:  # begun anew by another session just now
            return _to("enrol")
        error = "That isn't what the authenticator shows for this key. Try again."
        return _key_page(request, same, code, error)
    # Where none is required they were in already.
    _open(request, entered=settings.SECOND_FACTOR)
    return _page(request, "done", codes=codes)


def _key_page(request: HttpRequest, factor: SecondFactor, code: str, error: str = "") -> HttpResponse:
    key = bytes(factor.key)
    link = setup_link(key, _staff(request).email)
    picture = mark_safe(setup_picture(link))  # noqa: S308  modules drawn by numbers, and no text of others
    return _page(request, "key", key=setup_key(key), link=link, picture=picture, code=code, error=error)


def too_many(request: HttpRequest, refusal: RateLimitExceededError, what: str = "attempts") -> HttpResponse:
    """429: too many attempts to prove something, or too many pages or downloads."""
    seconds = int(refusal.facts["retry_after"])
    wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    wait = "a second" if seconds == 1 else wait
    context = {"what": what, "wait": wait, "title": "Wait a little", "site_header": "FinCred back office"}
    return TemplateResponse(
        request, "back_office/too_many.html", context, status=429, headers={"Retry-After": str(seconds)}
    )


def too_many_downloads(request: HttpRequest, *, points: int) -> HttpResponse | None:
    """Take points of the member of staff for a file; the 429 if they have too few left."""
    try:
        limit_cost(_staff(request).pk, points, now=clock.moment_of(request))
    except RateLimitExceededError as refusal:
        return too_many(request, refusal, what="downloads")
    return None


def _open(request: HttpRequest, *, entered: bool) -> None:
    """Mark both factors as proved, and give the session another key; record that they have `entered` with it."""
    if entered:
        with transaction.atomic():
            staff = lock_user(_staff(request).pk)
            record(person=staff, action=ENTERED, subject=staff, now=clock.moment_of(request))
    request.session.cycle_key()
    request.session[PROVED] = True


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:{name}"))


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the site lets nobody else in
    return request.user


def _page(request: HttpRequest, step: str, **more: Any) -> HttpResponse:
    context = {"title": "Second factor", "site_header": "FinCred back office", "step": step, **more}
    return TemplateResponse(request, "back_office/second_factor.html", context)
