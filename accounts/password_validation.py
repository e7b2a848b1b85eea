"""Which passwords are accepted: Django's rules, asked about the form that is hashed.

It is the one validator in the settings, so services, the back office and Django's own commands ask the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.password_hashing import MAX_LENGTH, normal_form
from fincred.text import shows_nothing


class NormalFormValidator:
    """`rules` are validators as in Django's AUTH_PASSWORD_VALIDATORS."""

    def __init__(self, rules: Sequence[dict[str, Any]]) -> None:
        self._rules = password_validation.get_password_validators(rules)

    def validate(self, password: str, user: Any = None) -> None:
        """:raises django.core.exceptions.ValidationError: with every rule that is broken.

        If it is too long, or has no visible character, no other rule is checked.
        """
        password = normal_form(password)
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                f"Ensure this field has no more than {MAX_LENGTH} characters.", code="max_length"
            )
        if shows_nothing(password):
            raise ValidationError("A password needs something that can be seen.", code="blank")
        password_validation.validate_password(password, user, self._rules)

    def get_help_text(self) -> str:
        return " ".join(password_validation.password_validators_help_texts(self._rules))
