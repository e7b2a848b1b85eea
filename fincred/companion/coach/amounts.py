"""The amount of money that a message asks about, and how often it would be paid. Pure.

Only what plainly is money counts: a currency beside it, a month after it, or a place in the sentence where a price
stands. Years, percentages, counts and the numbers in names don't.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from accounts.iso_codes import is_currency
from fincred.companion.coach.message import NAMED, word_set
from fincred.money import MAX_MONEY, round_to_cents
from planning.engine.money.income import Income, monthly_income
from planning.vocabulary import PayFrequency


class Unclear(Enum):
    """Why no amount is taken from a message that has numbers."""

    NO_AMOUNT = "no amount"
    SEVERAL = "several amounts"
    OTHER_CURRENCY = "another currency than the person's"
    DAILY = "an amount a day"
    OF_EACH = "the price of one of several"


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount that is paid every so often, or once (None); `is_said` if the message says which.

    `is_saved`: it would no longer be paid.
    """

    amount: Decimal
    frequency: PayFrequency | None
    is_said: bool
    is_saved: bool = False

    @property
    def monthly(self) -> Decimal:
        """Counted a month as incomes are; what is paid once is its amount."""
        frequency = self.frequency or PayFrequency.MONTHLY
        return monthly_income([Income(self.amount, frequency)])


@dataclass(frozen=True, slots=True)
class _Money:
    amount: Decimal
    currency: str | None


# Signs and words of money, and the currencies that they can mean ("$" and "dollar": any that calls itself so).
_DOLLARS: Final = word_set(
    "USD CAD AUD NZD SGD HKD TWD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD MXN ARS "
    "CLP COP UYU DOP PHP"
)
_SIGNS: Final = {
    "$": _DOLLARS,
    "dollar": _DOLLARS,
    "buck": _DOLLARS,
    "€": frozenset({"EUR"}),
    "euro": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "FKP", "GIP", "SHP", "SYP", "LBP", "SDG", "SSP"}),
    "pound": frozenset({"GBP", "EGP", "FKP", "GIP", "SHP", "SYP", "LBP", "SDG", "SSP"}),
    "quid": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "yen": frozenset({"JPY"}),
    "yuan": frozenset({"CNY"}),
    "₹": frozenset({"INR"}),
    "rupee": word_set("INR PKR LKR NPR MUR SCR"),
    "franc": word_set("CHF XAF XOF XPF BIF CDF DJF GNF KMF RWF"),
    "zł": frozenset({"PLN"}),
    "zloty": frozenset({"PLN"}),
    "kr": word_set("SEK NOK DKK ISK"),
    "₺": frozenset({"TRY"}),
    "lira": frozenset({"TRY", "SYP", "LBP"}),
    "₽": frozenset({"RUB"}),
    "r$": frozenset({"BRL"}),
}
_NUMBER: Final = (
    r"[0-9]{1,3}(?:[,'’\u00a0\u202f ][0-9]{3})+(?:\.[0-9]{1,2})?"  # 1,200 and 1 200.50
    r"|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{2}"  # 1.200,50
    r"|[0-9]{1,12}(?:[.,][0-9]{1,2})?"  # 1200, 1200.50 and 1200,50
)
_SIGN: Final = r"r\$|[$€£¥₹₺₽]|zł|kr\b|(?:dollar|buck|euro|pound|franc|rupee|zloty)s?\b|quid\b|yen\b|yuan\b|lira\b"
_CODE: Final = r"[A-Z]{3}\b|(?:usd|eur|gbp|chf|cad|aud|inr|jpy|sek|nok|dkk|pln|brl|mxn)\b"
_FOUND: Final = re.compile(
    rf"(?P<before>(?i:{_SIGN})|\b{_CODE})?\s?"
    rf"(?<![\w.,'’/:#-])(?<!\d )(?P<number>{_NUMBER})(?P<thousands>\s?[kK]\b)?(?![0-9]|[.,'’:/][0-9]|[-–][0-9])"
    rf"(?:[\s-]?(?P<after>(?i:{_SIGN})|{_CODE})|(?![\w-]))"
)
_FRACTION: Final = re.compile(r"^(.*)[.,]([0-9]{1,2})$")

_UNITS: Final = (
    r"(?:%|percent\b|per cent\b|pct\b|st\b|nd\b|rd\b|th\b|(?:month|year|week|day|night|hour|minute|second|person"
    r"|time|inch|foot|mile|meter|metre|kilo|pound|gram|litre|liter|gallon|bed|bedroom|room|door|seat"
    r"|seater|piece"
    r"|pack|part|page|point|star|megapixel|watt|volt|core|speed|series|man|kid|child|ride)(?:e?s)?\b|people\b"
    r"|children\b|feet\b|inches\b|men\b|gb\b|tb\b|mb\b|kg\b|km\b|cm\b|mm\b|ml\b|sq\b|square\b|am\b|pm\b"
    r"|o'?clock\b"
    r"|pro\b|max\b|plus\b|ultra\b|mini\b)"
)
_UNIT_AFTER: Final = re.compile(rf"^[\s-]?{_UNITS}", re.IGNORECASE)
_PERIOD_AFTER: Final = re.compile(
    r"^\s?(?:more |extra |less )?"
    r"(?:(?:a|per|each|every|/)\s?(?:month|mo|mth|week|wk|year|yr|day|quarter|fortnight)\b"
    r"|/\s?mo|monthly|weekly|yearly"
    r"|annual|daily|quarterly|pcm\b|p\.?m\.?\b|p\.?a\.?\b|once\b|one[- ]?(?:time|off)\b)",
    re.IGNORECASE,
)
# The end of a thought, or a word that no thing that is counted begins with.
_BOUNDARY: Final = re.compile(
    rf"^\s*(?:$|[?.!,;:)\n]|(?:a|an|and|or|on|for|to|this|that|next|now|today|tomorrow|please|pls|more"
    rf"|extra|in|if"
    rf"|from|with|by|at|each|every|per|is|it|my|the|of|towards?|into|right|without|when|{NAMED})\b|[^\w\s])",
    re.IGNORECASE,
)
_PRICE_BEFORE: Final = re.compile(
    r"\b(?:afford|need|spend|spending|spent|pay|paying|give|lend|donate|costs?|costing|costed"
    r"|priced?(?: of| at)?|worth|budget of|sum of|amount of|rent of|fee of|bill of|lose|losing|lost"
    r"|(?:up|down|rises?|increases?|more|drops?|falls?|decreases?|shrinks?|cut|reduced|lower|less) by)"
    r"(?: me| (?:my|our|the) \w+)?(?: (?:about|around|roughly|approximately|almost|nearly|only|just|over|under"
    r"|up to|less than|more than|at least|at most|an? (?:extra|additional|further)|another"
    r"|extra|additional|like|maybe|say))*\s*$",
    re.IGNORECASE,
)
# "and 40 insurance": another price, if one is named before it.
_AND: Final = re.compile(r"(?:\b(?:and|plus)|[+&,])(?: (?:another|about|around))?\s*$", re.IGNORECASE)
# "and spotify 11": a thing before its price, which may be small.
_AND_A_THING: Final = re.compile(r"(?:\b(?:and|plus)|[+&,]) [^\W\d_]{3,}\s*$", re.IGNORECASE)
_MONTH_AFTER: Final = re.compile(
    r"^\s(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE
)
# "earn 200 more": of income alone, for "I earn 2000" says what is there already.
_EARNED: Final = re.compile(r"\b(?:earn|make|get|receive)(?: (?:about|around))?\s*$", re.IGNORECASE)
_MORE_OR_LESS: Final = re.compile(r"^\s(?:more|less)\b(?! (?!this\b)\w+s\b)", re.IGNORECASE)
_FOR: Final = re.compile(r"\b(?:for|at)(?: (?:about|around|only|just|under|like))?\s*$", re.IGNORECASE)
_BOUGHT: Final = re.compile(r"\b(?:buy|buying|get|getting|purchase|order)\b", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\b(?:an?|this|that|some|new|used)\s*$", re.IGNORECASE)
_NOUN: Final = re.compile(r"^[\s-][^\W\d_]{2,}")
_PLURAL: Final = re.compile(r"^\s[^\W\d_]+s\b")
_DATE_BEFORE: Final = re.compile(
    r"\b(?:in|by|until|till|since|before|after|during|from|year|early|late|mid|summer|winter|spring|autumn|fall"
    r"|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|christmas)\s*$",
    re.IGNORECASE,
)
_MODEL_YEARS: Final = range(2001, 2050)  # "a 2025 laptop", "a trip for 2027"
_LEAST_PRICE: Final = 20  # "a 17 case": below that a number before a thing is rather its name or size
_LEAST_AFTER_FOR: Final = 100  # "afford dinner for 12": that is how many people come
_NEAR: Final = 200  # characters before a number that say what it is: reading all for each takes long
_SCREENS: Final = 8  # "a 4k screen"

_ONCE: Final = re.compile(r"\b(?:once|one[- ]?off|one[- ]?time|single|cash)\b", re.IGNORECASE)
_EVERY: Final = r"(?:(?<!\bin )\b(?:a|per|each|every)|/)\s?"
_PERIODS: Final = (
    (PayFrequency.BIWEEKLY, r"every (?:two|2|second|other) weeks?\b|\bfortnight(?:ly)?\b|\bbi-?weekly\b"),
    (PayFrequency.WEEKLY, rf"{_EVERY}(?:week|wk)\b|\bweekly\b"),
    (PayFrequency.QUARTERLY, rf"{_EVERY}quarter\b|\bquarterly\b|every (?:three|3) months\b"),
    (PayFrequency.ANNUAL, rf"{_EVERY}(?:year|yr)\b|\byearly\b|\bannual(?:ly)?\b|\bper annum\b|\bp\.?a\.?(?!\w)"),
    (PayFrequency.MONTHLY, rf"{_EVERY}(?:mo(?:nth)?|mth)\b|\bmonthly\b|\bpcm\b|\bp\.m\.|\bmonth on month\b"),
    (
        PayFrequency.MONTHLY,
        r"\brent\b(?! an?\b)|\b(?:subscription|subscribe|membership|mortgage|lease|instal?lments?)\b",
    ),
)
_FREQUENCIES: Final = tuple((frequency, re.compile(words, re.IGNORECASE)) for frequency, words in _PERIODS)
_ONE: Final = (
    r"(?:each\b(?! (?:month|week|year|quarter|day))|apiece\b|(?:a|per) (?:person|head|piece|ticket|night)\b"
    r"|per hour\b)"
)
_OF_EACH: Final = re.compile(rf"\b{_ONE}", re.IGNORECASE)
_OF_EACH_AFTER: Final = re.compile(rf"^\s?{_ONE}", re.IGNORECASE)
_SAVED: Final = re.compile(
    r"\b(?:less|stop\w*|cancel\w*|cut\w*|quit|drop|dropped|without|get rid of|g[ai]ve up|no longer)\b",
    re.IGNORECASE,
)
_DAILY: Final = re.compile(rf"{_EVERY}day\b|\bdaily\b", re.IGNORECASE)


def cost_in(message: str, currency: str) -> Cost | Unclear:
    """The one amount in the message that plainly is money of `currency`, paid as often as the message says."""
    found = list(_money(message))
    if len(found) != 1:
        return Unclear.SEVERAL if found else Unclear.NO_AMOUNT
    [money] = found
    if money.currency and not _may_be(money.currency, currency):
        return Unclear.OTHER_CURRENCY
    if _OF_EACH.search(message):
        return Unclear.OF_EACH
    if _ONCE.search(message):
        return Cost(money.amount, None, is_said=True)
    if _DAILY.search(message):
        return Unclear.DAILY
    cost = _paid_every_so_often(message, money.amount)
    return cost if cost.monthly <= MAX_MONEY else Unclear.NO_AMOUNT


def _paid_every_so_often(message: str, amount: Decimal) -> Cost:
    frequency = next((frequency for frequency, words in _FREQUENCIES if words.search(message)), None)
    is_said = frequency is not None
    return Cost(amount, frequency, is_said=is_said, is_saved=is_said and _SAVED.search(message) is not None)


def amount_in(message: str) -> Decimal | None:
    """The one amount in the message that plainly is money, of any currency; None if there are none or several."""
    found = list(_money(message))
    return found[0].amount if len(found) == 1 else None


def _money(message: str) -> Iterator[_Money]:
    is_first = True
    for found in _FOUND.finditer(message):
        mark = found["before"] or found["after"]
        currency = mark if mark and _is_mark(mark) else None
        start = found.start("number")
        before, after = message[max(0, start - _NEAR) : start], message[found.end() :]
        if found["after"] and not currency:
            after = message[found.end("thousands") if found["thousands"] else found.end("number") :]
        is_more = not is_first and _is_another_price(found, before, after)
        if not currency and not is_more and (" " in found["number"] or not _is_price(found, before, after)):
            continue
        amount = _amount(found["number"]) * (1000 if found["thousands"] else 1)
        if 0 < amount <= MAX_MONEY:
            is_first = False
            yield _Money(amount, currency)


def _is_another_price(found: re.Match[str], before: str, after: str) -> bool:
    """Whether a number is joined to a price before it, and is nothing that is counted."""
    is_counted = _UNIT_AFTER.match(after) or _PLURAL.match(after) or _MONTH_AFTER.match(after)
    is_thing = _BOUNDARY.match(after) or _NOUN.match(after)
    if is_counted or _is_model_year(found["number"]):
        return False
    if _AND_A_THING.search(before) and _BOUNDARY.match(after):
        return True
    return bool(_AND.search(before) and is_thing and _amount(found["number"]) >= _LEAST_PRICE)


def _is_price(found: re.Match[str], before: str, after: str) -> bool:
    """Whether a number without a currency stands where a price does."""
    digits = found["number"]
    may_be_year = len(digits) == 4 and digits.isdigit() and 1900 <= int(digits) < 2200
    if _UNIT_AFTER.match(after) or (may_be_year and _DATE_BEFORE.search(before)):
        return False
    is_year = _is_model_year(digits)
    is_earned = _EARNED.search(before) and _MORE_OR_LESS.match(after)
    if is_earned or _PERIOD_AFTER.match(after) or _OF_EACH_AFTER.match(after):
        return True
    if _PRICE_BEFORE.search(before):
        return bool(_BOUNDARY.match(after)) or (
            not is_year and not _PLURAL.match(after) and _amount(digits) >= _LEAST_PRICE
        )
    if _FOR.search(before) and _BOUNDARY.match(after):
        is_large = found["thousands"] is not None or _amount(digits) >= _LEAST_AFTER_FOR
        return bool(_BOUGHT.search(before)) or (is_large and not is_year and "afford" in before.casefold())
    if _ARTICLE.search(before) and _NOUN.match(after) and not is_year:
        return _amount(digits) > _SCREENS if found["thousands"] else _amount(digits) >= _LEAST_PRICE
    return False


def _is_model_year(digits: str) -> bool:
    return digits.isdigit() and int(digits) in _MODEL_YEARS


def _amount(digits: str) -> Decimal:
    fraction = _FRACTION.match(digits)
    whole, cents = (fraction[1], fraction[2]) if fraction else (digits, "0")
    return round_to_cents(Decimal(f"{re.sub('[^0-9]', '', whole)}.{cents}"))


def _is_mark(mark: str) -> bool:
    return _sign(mark) is not None or is_currency(mark.upper())


def _may_be(mark: str, currency: str) -> bool:
    sign = _sign(mark)
    return currency in sign if sign else mark.upper() == currency


def _sign(mark: str) -> frozenset[str] | None:
    mark = mark.casefold()
    return _SIGNS.get(mark) or _SIGNS.get(mark.removesuffix("s"))
