"""How amounts and words are written in the back office."""

from __future__ import annotations

from django import template

from accounts.back_office import mail_state, name_in_words, reason_in_words
from fincred.days_in_words import days_in_words
from fincred.money import amount_in_words

register = template.Library()
register.filter(mail_state)
register.filter(reason_in_words)
register.filter(days_in_words)
register.filter("words", name_in_words)
register.filter("money", amount_in_words)
