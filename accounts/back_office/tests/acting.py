"""Doing as staff do: signing in, and an action of a list, confirmed with a reason."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.test import Client

from accounts.models import User
from fincred import clock

PEOPLE = "/admin/accounts/user/"


def signed_in(user: User) -> Client:
    """A browser of this person, who has entered just now."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["signed_in_at"] = clock.now().timestamp()
    session.save()
    return client


def act_in_back_office(client: Client, path: str, action: str, *rows: Model, reason: str = "asked") -> Any:
    """The page that follows."""
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(path, {**chosen, "confirmed": "yes", "reason": reason}, follow=True)
