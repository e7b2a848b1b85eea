"""People to test with."""

from __future__ import annotations

from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from accounts.models import User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A verified person with a profile, whose password is `PASSWORD`."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@example.com")
    full_name = "Sam Saver"
    password = PASSWORD
    is_verified = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)
