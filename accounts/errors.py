"""The errors of accounts."""

from __future__ import annotations

from fincred.errors import (
    AuthenticationError,
    AuthorizationError,
    ConflictError,
    DatabaseUnavailableError,
    FieldError,
    ValidationError,
    field_error,
)


class InvalidCredentialsError(AuthenticationError):
    """Unknown address or wrong password; the response doesn't reveal which."""

    code = "INVALID_CREDENTIALS"
    message = "Invalid email or password"


class TokenInvalidError(AuthenticationError):
    """Forged, unknown, spent, or of a session that has ended."""

    code = "TOKEN_INVALID"
    message = "The token is invalid"


class EnrolmentBegunAnewError(TokenInvalidError):
    """Another session began with the same code, so this session's key is no longer valid."""

    message = "Another session has begun with this code since, so your key is void. Enter the code for a new key."


class TokenExpiredError(AuthenticationError):
    code = "TOKEN_EXPIRED"
    message = "The token has expired"


class TokenReusedError(AuthenticationError):
    """A spent refresh token was used again after `REUSE_GRACE`: there may be a copy, so its session is ended."""

    code = "TOKEN_REUSED"
    message = "The refresh token was used before, please log in again"


class AccountInactiveError(AuthorizationError):
    code = "ACCOUNT_INACTIVE"
    message = "This account is disabled"


class AccountNotVerifiedError(AuthorizationError):
    code = "ACCOUNT_NOT_VERIFIED"
    message = "Verify your email address first"


class EmailAlreadyExistsError(ValidationError):
    code = "EMAIL_ALREADY_EXISTS"
    message = "An account with this email address exists already"
    field = "email"


class NoMailboxAtAddressError(FieldError):
    """The address can't get mail: its domain isn't valid."""

    def __init__(self) -> None:
        super().__init__(field="email", message="The domain of this address can't exist.", code="invalid_domain")


class LongLocalPartError(FieldError):
    """Mail servers need not take an address with so much before its @."""

    def __init__(self) -> None:
        message = "Before the @ are more than 64 characters."
        super().__init__(field="email", message=message, code="max_length")


class WrongPasswordError(FieldError):
    """The current password, which is required again before a serious change, is wrong."""

    def __init__(self, *, field: str) -> None:
        super().__init__(field=field, message="The password is wrong.", code="wrong_password")


class UnacceptablePasswordError(ValidationError):
    """The validators refuse a new password; `faults` are the message and code of each reason."""

    def __init__(self, *, field: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(errors=[field_error(field, message, code) for message, code in faults])


class MailedJustNowError(ConflictError):
    """The same mail was queued or sent less than a minute ago."""

    message = "one was queued or sent less than a minute ago"


class StaffRoleHeldError(ConflictError):
    """A person with a role in the back office can't be erased: the trail has to name who looked and acted."""

    message = "A person with a role in the back office can't be erased before a superuser has taken it away"


class LastSuperuserError(ConflictError):
    message = "The last superuser stays one, since only a superuser gives roles"


class ErasureNotRecordedError(DatabaseUnavailableError):
    """The list of erased people can't be written, so nothing was erased: a restore would bring the person back."""

    message = "The erasure can't be recorded now, so nothing was erased; please try again shortly"
