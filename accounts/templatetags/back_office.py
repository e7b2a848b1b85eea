"""How amounts and words are written in the back office."""

from __future__ import annotations

from decimal import Decimal

from django import template

from accounts.back_office import mail_state, name_in_words
from fincred.days_in_words import days_in_words

register = template.Library()
register.filter(mail_state)
register.filter(days_in_words)
register.filter("words", name_in_words)


@register.filter
def money(amount: Decimal | str) -> str:
    """With thousands, as the explanations of plans have them: 1,250.00."""
    return f"{Decimal(amount):,}"
