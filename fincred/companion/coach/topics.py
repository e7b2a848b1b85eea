"""What a message may be about. Pure."""

from __future__ import annotations

from enum import StrEnum, auto


class Topic(StrEnum):
    """What a message is about, in the order in which it is tried: what concerns most, then what is narrower."""

    CRISIS = auto()
    HURT = auto()
    INSTRUCTIONS = auto()
    CONTROLLED = auto()
    GAMBLING = auto()
    SKIP = auto()
    SLIPPED = auto()
    CANNOT_PAY = auto()
    EARN_LESS = auto()
    JOB_LOST = auto()
    CHANGE = auto()
    PUT_MORE = auto()
    MISSING = auto()
    AFFORD = auto()
    BLOW = auto()
    OTHERS = auto()
    SAFETY = auto()
    EARN = auto()
    DEBTS_OR_SAVINGS = auto()
    USE_FUND = auto()
    PRODUCTS = auto()
    INVEST = auto()
    RETIRE = auto()
    INTEREST = auto()
    EXPLAIN_TERM = auto()
    PULSE = auto()
    EXPLAIN_PLAN = auto()
    OWE = auto()
    PAY_OFF = auto()
    NEXT_STEP = auto()
    WHEN = auto()
    PROGRESS = auto()
    MONEY = auto()
    SAVE_MORE = auto()
    NAMED_GOAL = auto()
    OTHER_TERM = auto()
    RUDE = auto()
    FEELING = auto()
    ABOUT_COACH = auto()
    ABILITIES = auto()
    FAREWELL = auto()
    THANKS = auto()
    GREETING = auto()
    UNKNOWN = auto()
