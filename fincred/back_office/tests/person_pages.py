"""The page of a person, as tests read it and press its buttons."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from accounts.models import User


def path_of(person: User) -> str:
    return f"/admin/accounts/user/{person.pk}/change/"


def page_of(client: Client, person: User) -> str:
    answer = client.get(path_of(person))
    assert answer.status_code == 200
    page = re.sub(r' data-label="[^"]*"', "", answer.content.decode())  # columns' names, for a phone
    return re.sub(r"\s+", " ", page)


def press(client: Client, person: User, action: str, reason: str = "asked") -> Any:
    """The button on the page, then the reason: two clicks."""
    page = client.get(path_of(person)).content.decode()
    form = re.search(
        rf'action="([^"]+)"[^<]*<input[^>]*>\s*<input type="hidden" name="action" value="{action}">'
        r'<input type="hidden" name="_selected_action" value="([^"]+)">'
        r'<input type="hidden" name="return_to" value="([^"]+)">',
        page,
    )
    assert form, f"no button for {action}"
    fields = {"action": action, "_selected_action": form[2], "return_to": form[3]}
    asked = client.post(form[1], fields)
    assert f'value="{reason}"' in asked.content.decode()
    return client.post(form[1], fields | {"confirmed": "yes", "reason": reason})
