"""The bodies and queries that accounts accepts, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field, empty

from accounts.iso_codes import is_currency, is_time_zone, read_country
from accounts.vocabulary import ReminderFrequency
from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateTimeField,
    EmailField,
    IntegerField,
    PasswordField,
    QuerySerializer,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)


class OptionalTextField(TextField):
    """Text that may be absent: null, and the empty text of a cleared form field, are both null."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, allow_null=True, allow_blank=True, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(data) or None


def _is_stored(field: Field[Any, Any, Any, Any], text: str) -> bool:
    """Whether the row has this text: forms send back all that they were shown, and old rows have other codes."""
    return text == getattr(field.context.get("stored"), str(field.source), None)


class _Known:
    """A validator: the text must be in a list of `iso_codes`, or stored already."""

    requires_context = True

    def __init__(self, is_known: Callable[[str], bool], message: str) -> None:
        self.is_known, self.message = is_known, message

    def __call__(self, text: str, field: Field[Any, Any, Any, Any]) -> None:
        if not (self.is_known(text) or _is_stored(field, text)):
            raise ValidationError(self.message, code="unknown")


CURRENCY = _Known(is_currency, "Must be an ISO 4217 code such as EUR.")
TIME_ZONE = _Known(is_time_zone, "Must be an IANA time zone such as Europe/Berlin.")


class CountryField(OptionalTextField):
    """A code is stored in capitals, a name as it is. What is stored already is taken."""

    default_error_messages = {
        "unknown": "Must be an ISO 3166 code of two letters such as DE, or the country's name.",
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        country = read_country(text)
        if country is None and not _is_stored(self, text):
            self.fail("unknown")
        return country or text


class ProfileSerializer(UpdateSerializer):
    """What a person says about themselves; null where they said nothing."""

    has_revision = True

    id = UUIDField(read_only=True)
    user_id = UUIDField(read_only=True)
    full_name = OptionalTextField(max_length=200)
    country = CountryField(max_length=100, help_text="ISO 3166 alpha-2, or a name.")
    currency = TextField(max_length=3, validators=[CURRENCY], help_text="ISO 4217.")
    timezone = TextField(max_length=64, validators=[TIME_ZONE], help_text="IANA; decides when a day begins.")
    age_range = OptionalTextField(max_length=50)
    employment_status = OptionalTextField(max_length=50)
    reminder_frequency = ChoiceField(choices=list(ReminderFrequency))
    preferred_checkin_day_of_week = IntegerField(min_value=1, max_value=7, allow_null=True, help_text="Monday 1.")
    reminder_hour = IntegerField(min_value=0, max_value=23, help_text="In their time zone; 18 at first.")
    persona_hint = OptionalTextField(max_length=50)


class UserSerializer(Serializer):
    has_revision = True

    id = UUIDField(read_only=True)
    email = EmailField(read_only=True)
    is_active = BooleanField(read_only=True)
    is_verified = BooleanField(read_only=True)
    created_at = DateTimeField(read_only=True)
    profile = ProfileSerializer()


class TokenPairSerializer(Serializer):
    access_token = TextField(max_length=2000, read_only=True)
    refresh_token = TextField(max_length=200, read_only=True)
    token_type = ChoiceField(choices=["bearer"], read_only=True)
    expires_in = IntegerField(read_only=True, help_text="Seconds the access token is good for.")


class LoginAnswerSerializer(TokenPairSerializer):
    user = UserSerializer()


class MessageSerializer(Serializer):
    message = TextField(max_length=200, read_only=True)


class RegisteredSerializer(MessageSerializer):
    email = EmailField(read_only=True)


class RegisterSerializer(Serializer):
    """With `full_name`, or with first and last name, which are joined."""

    email = EmailField(max_length=254)
    password = PasswordField(help_text="8 to 128 characters, not common, not only digits, not your address.")
    full_name = OptionalTextField(max_length=200, required=False)
    first_name = OptionalTextField(max_length=90, required=False)
    last_name = OptionalTextField(max_length=90, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names = [attrs.pop("first_name", None), attrs.pop("last_name", None)]
        joined = " ".join(name for name in names if name)
        return attrs | {"full_name": attrs.get("full_name") or joined or None}


class CredentialsSerializer(Serializer):
    email = EmailField(max_length=254)
    password = PasswordField()


class CredentialsFormSerializer(Serializer):
    """The field names of OAuth 2; its other fields (`grant_type`, `scope`, ...) are ignored."""

    username = EmailField(max_length=254, source="email")
    password = PasswordField()


class AddressSerializer(Serializer):
    email = EmailField(max_length=254)


class MailedTokenSerializer(Serializer):
    token = TextField(max_length=200)


class MailedTokenQuery(QuerySerializer):
    token = TextField(max_length=200)


class RefreshSerializer(Serializer):
    refresh_token = TextField(max_length=200)


class PasswordChangeSerializer(Serializer):
    current_password = PasswordField()
    new_password = PasswordField()


class PasswordResetSerializer(Serializer):
    token = TextField(max_length=200)
    new_password = PasswordField()


class PasswordConfirmationSerializer(Serializer):
    password = PasswordField()
