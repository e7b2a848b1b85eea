"""People who live by their plans, or don't, over simulated time: what they are told is true, everywhere the same.

The short runs take the same people each time; `make drill` takes new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import UserFactory
from planning.services.proposals import Choice
from planning.tests import oracle_debts
from planning.tests.comparing import PRIORITIES
from planning.tests.same_people import always_the_same
from planning.tests.walked import Deed, Wanted
from planning.tests.walking import Walker

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning, pytest.mark.django_db]


@dataclass(frozen=True)
class Life:
    """A person, the days of the walk on which they plan again, and the months that they begin with planning.

    `ways` are the ways back to their plans that they choose.
    """

    start: date
    surplus: int
    wanted: list[Wanted]
    replans: frozenset[int]
    paydays: frozenset[int]
    ways: list[Choice]


def wishes(
    *, rates: tuple[str, ...] = ("0",), rhythms: st.SearchStrategy[tuple[str, int] | None] | None = None
) -> st.SearchStrategy[Wanted]:
    return st.builds(
        Wanted,
        target=st.integers(50, 6000).map(lambda whole: whole * 100),
        days=st.integers(5, 600),
        priority=st.sampled_from(PRIORITIES),
        rate=st.sampled_from(rates),
        rhythm=st.none() if rhythms is None else rhythms,
    )


@st.composite
def loans(draw: st.DrawFn) -> Wanted:
    """A goal with up to three debts, whose minimum payments are more than their interest."""
    debts = []
    for balance in draw(st.lists(st.integers(100, 6000).map(lambda whole: whole * 100), min_size=1, max_size=3)):
        rate = Fraction(draw(st.sampled_from(["0", "5.5", "12"])))
        minimum = draw(st.integers(balance // 100 + 100, balance // 20 + 200))
        debts.append(oracle_debts.Debt(balance, rate, minimum))
    return Wanted(0, draw(st.integers(40, 600)), draw(st.sampled_from(PRIORITIES)), debts=tuple(debts))


def lives(wanted: st.SearchStrategy[Wanted]) -> st.SearchStrategy[Life]:
    starts = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 28), date(2026, 11, 26), date(2027, 12, 15)]
    return st.builds(
        Life,
        start=st.sampled_from(starts),
        surplus=st.integers(100, 1500).map(lambda whole: whole * 100),
        wanted=st.lists(wanted, min_size=1, max_size=4),
        replans=st.frozensets(st.integers(0, 600), max_size=8),
        paydays=st.frozensets(st.integers(1, 20), max_size=8),
        ways=st.lists(st.sampled_from(Choice), min_size=4, max_size=4),
    )


WEEKLY = st.tuples(st.sampled_from(["weekly", "biweekly"]), st.integers(1, 7))
MONTHLY = st.tuples(st.just("monthly"), st.integers(1, 31))
OWN_DAYS = wishes(rates=("0", "0", "3.5", "12"), rhythms=st.none() | MONTHLY | WEEKLY)
EVERYBODY = lives(wishes(rates=("0", "3.5", "12"))) | lives(wishes() | loans()) | lives(OWN_DAYS)
DEEDS: st.SearchStrategy[list[Deed]] = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.sampled_from([0, 50, 100, 250])),
        st.tuples(st.just("withdraw"), st.integers(1, 100)),
        st.tuples(st.just("earn"), st.integers(30, 200)),
        st.tuples(st.just("snapshot"), st.just(0)),
        st.tuples(st.just("plan"), st.just(0)),
    ),
    max_size=2,
)
BY_THE_LEVEL = Life(
    start=date(2027, 12, 15),
    surplus=103400,
    wanted=[
        Wanted(10800, 6, "Low", "12"),
        Wanted(509800, 176, "Low", "12"),
        Wanted(101000, 236, rate="12"),
    ],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""What five months need can be divided by five without a rest, but with interest the level is a cent more."""
MORE_THAN_ASKED = Life(
    start=date(2026, 1, 31),
    surplus=94400,
    wanted=[
        Wanted(200100, 360, "High", "12", rhythm=("biweekly", 4)),
        Wanted(595500, 6, "Low", "3.5"),
        Wanted(94700, 319, "Medium", "12"),
        Wanted(24700, 132, "Medium", "12", rhythm=("monthly", 28)),
    ],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""When another goal is completed, the first one has got two and a half times what April asks for."""
TAKEN_OUT = Life(
    start=date(2026, 1, 31),
    surplus=44400,
    wanted=[Wanted(17600, 314, "Low", "12", rhythm=("monthly", 8))],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""Planned after more was taken out than put in, and again once half of what that asked for is put in."""
MADE_UP_FOR = Life(
    start=date(2026, 2, 28),
    surplus=70000,
    wanted=[Wanted(195000, 86, rate="12", rhythm=("weekly", 2))],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""On 5 April more is taken out than was put in. What is put in on the 7th and 14th earns nothing for the month."""
PAID_OFF = Life(
    start=date(2026, 1, 1),
    surplus=10000,
    wanted=[
        Wanted(60000, 100, "Low"),
        Wanted(0, 40, "High", debts=(oracle_debts.Debt(9000, Fraction(0), 1000),)),
    ],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""The first payment clears the debt. Its minimum of 10 is then free: 110 a month are left for the other goal."""
AFTER_ITS_DATE = Life(
    start=date(2026, 2, 28),
    surplus=10000,
    wanted=[Wanted(0, 50, debts=(oracle_debts.Debt(22000, Fraction(0), 1000),))],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""The last payment up to 19 April is on 28 March. The other 110 are planned for 28 April."""
A_MONTH_MISSED = Life(
    start=date(2026, 11, 26),
    surplus=30000,
    wanted=[Wanted(128700, 242, rate="12")],
    replans=frozenset(),
    paydays=frozenset(),
    ways=[],
)
"""February's payment is never made. The last interest is that of the goal's date: it isn't reached later."""
TO_THE_CENT = Life(
    start=date(2026, 11, 26),
    surplus=24300,
    wanted=[
        Wanted(319400, 151, "High", "12"),
        Wanted(248800, 442, "Low", "12", rhythm=("monthly", 31)),
        Wanted(17800, 16, rate="3.5", rhythm=("biweekly", 7)),
        Wanted(40600, 531, "Low", rhythm=("weekly", 3)),
    ],
    replans=frozenset({37, 336, 209, 178, 152, 219, 93, 216}),
    paydays=frozenset(),
    ways=[Choice.SAME_DATE, *[Choice.SAME_CONTRIBUTION] * 3],
)
"""What the second goal doesn't need of its first payments goes to the first one, which is late."""
NO_DATE_LEFT = Life(
    start=date(2026, 2, 28),
    surplus=15400,
    wanted=[Wanted(17800, 13, "High", "12"), Wanted(234700, 218, "High", "12", rhythm=("monthly", 13))],
    replans=frozenset({139, 262}),
    paydays=frozenset(),
    ways=[Choice.SAME_DATE, Choice.SAME_CONTRIBUTION, Choice.SAME_CONTRIBUTION, Choice.SAME_DATE],
)
"""The last date before 4 October is 13 September. In the month that begins on 28 September nothing is due."""
OTHERWISE = st.dictionaries(st.integers(1, 150), DEEDS, max_size=10)


@contextmanager
def person(life: Life) -> Iterator[Walker]:
    """The person, planned, with days of their own where they want some; afterwards they were never there."""
    with transaction.atomic():
        walker = Walker(UserFactory.create(), life.start, life.surplus, life.wanted)
        walker.plan()
        walker.choose_rhythms()
        walker.plan()
        yield walker
        transaction.set_rollback(True)


def agree(life: Life) -> None:
    with person(life) as walker:
        often = {*life.replans, *range(7, 100, 13)}
        walker.follow(until=life.start + timedelta(days=100), replan_on=often, paydays=range(4))


def follow(life: Life) -> None:
    with person(life) as walker:
        walker.promise()
        walker.follow(until=life.start + timedelta(days=730), replan_on=life.replans, paydays=life.paydays)
        walker.account_for()


def deviate(life: Life, deeds: dict[int, list[Deed]], *, days: int = 152) -> None:
    with person(life) as walker:
        walker.deviate(deeds, until=life.start + timedelta(days=days))
        walker.live()
        walker.accept(life.ways, until=walker.day + timedelta(days=600))
        walker.plan()
        walker.promise()
        walker.pay_rest()
        walker.day += timedelta(days=1)
        last = max(account.by for account in walker.accounts.values())
        walker.follow(until=last + timedelta(days=1), replan_on=life.replans, paydays=life.paydays)
        walker.account_for()


def deviate_and_follow(life: Life, deeds: dict[int, list[Deed]]) -> None:
    with person(life) as walker:
        walker.deviate(deeds, until=life.start + timedelta(days=100))
        walker.follow_what_is_asked()


def new_ones(examples: int) -> Callable[..., settings]:
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck))


class TestTheSameEverywhere:
    """Plan, action plan, projection, dashboard, proposal, pace, what-if and payment days, and the oracle."""

    @always_the_same(10)
    @given(EVERYBODY)
    def test_agrees(self, life: Life) -> None:
        agree(life)

    @pytest.mark.drill
    @new_ones(400)
    @given(EVERYBODY)
    def test_agrees_for_new_people(self, life: Life) -> None:
        agree(life)


class TestFollower:
    """For two years the person does what the plan says."""

    @always_the_same(10)
    @given(EVERYBODY)
    def test_arrives_on_every_promised_date(self, life: Life) -> None:
        follow(life)

    def test_minimums_of_debts_that_are_paid_off_are_free(self) -> None:
        follow(PAID_OFF)

    @pytest.mark.drill
    @new_ones(300)
    @given(EVERYBODY)
    def test_arrives_for_new_people(self, life: Life) -> None:
        follow(life)


class TestDeviator:
    """The person pays less, more or nothing, withdraws, earns something else; then follows the plan."""

    @always_the_same(10)
    @given(EVERYBODY, OTHERWISE)
    def test_is_never_told_a_false_thing(self, life: Life, deeds: dict[int, list[Deed]]) -> None:
        deviate(life, deeds)

    def test_debts_can_be_promised_for_the_payment_after_their_date(self) -> None:
        deviate(AFTER_ITS_DATE, {}, days=28)

    @pytest.mark.parametrize("life", [TO_THE_CENT, NO_DATE_LEFT], ids=["to the cent", "no date left"])
    def test_what_is_funded_still_is_though_a_late_goal_gets_the_rest(self, life: Life) -> None:
        deviate(life, {})

    def test_what_makes_up_for_what_was_taken_out_earns_nothing_for_the_month(self) -> None:
        deviate(MADE_UP_FOR, {36: [("withdraw", 50)], 49: [("plan", 0)]})

    def test_what_is_put_in_after_more_was_taken_out_is_a_payment(self) -> None:
        deviate(TAKEN_OUT, {45: [("pay", 50)], 93: [("withdraw", 54), ("plan", 0)], 104: [("plan", 0)]})

    @pytest.mark.drill
    @new_ones(300)
    @given(EVERYBODY, OTHERWISE)
    def test_is_never_told_a_false_thing_for_new_people(self, life: Life, deeds: dict[int, list[Deed]]) -> None:
        deviate(life, deeds)


class TestFromThatDayOn:
    """The person did something else than planned, and then pays what is asked for. Nothing is planned again."""

    @always_the_same(10)
    @given(EVERYBODY, OTHERWISE)
    @example(BY_THE_LEVEL, {95: [("plan", 0)]})
    @example(MORE_THAN_ASKED, {55: [("pay", 250)]})
    @example(A_MONTH_MISSED, {62: [("pay", 0)]})
    def test_what_is_called_funded_arrives(self, life: Life, deeds: dict[int, list[Deed]]) -> None:
        deviate_and_follow(life, deeds)

    @pytest.mark.drill
    @new_ones(300)
    @given(EVERYBODY, OTHERWISE)
    def test_arrives_for_new_people(self, life: Life, deeds: dict[int, list[Deed]]) -> None:
        deviate_and_follow(life, deeds)
