"""Which goals a message names."""

from __future__ import annotations

import pytest

from fincred.companion.coach.message import NAMED, Message, simple
from fincred.companion.coach.telling import tells_of_a_name

pytestmark = [pytest.mark.unit, pytest.mark.platform]

NAMES = [
    "Car",
    "Car repair",
    "Lisa's wedding",
    "Emergency fund",
    "iPhone 17",
    "🚗",
    "🏖 Beach house",
    "我的房子",
    "A",
]


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("How is my car?", ["Car"]),
        ("how is the CAR REPAIR going", ["Car repair"]),
        ("Car repair or car first?", ["Car", "Car repair"]),
        ("my career", []),
        ("scar tissue", []),
        ("how is the car's progress", ["Car"]),
        ("Lisa's wedding", ["Lisa's wedding"]),
        ("is lisa\u2019s  wedding on track", ["Lisa's wedding"]),
        ("my emergency-fund?", ["Emergency fund"]),
        ("emergency funds", []),
        ("the iphone 17!", ["iPhone 17"]),
        ("iphone 170", []),
        ("how is my 🚗?", ["🚗"]),
        ("how is the beach house", ["🏖 Beach house"]),
        ("我的房子怎么样", ["我的房子"]),
        ("Can I afford a holiday?", []),
        ("How is A doing?", []),
        ('How is "A" doing?', ["A"]),
        ("how is my goal called a", ["A"]),
    ],
)
def test_a_name_counts_as_whole_words_and_the_longest_wins(message: str, named: list[str]) -> None:
    assert [NAMES[position] for position in Message(message).mentions(NAMES)] == named


@pytest.mark.parametrize(
    "name",
    ["a", "I", "My", "it", "What", "Plan", "My goal", "Next", "How am I doing", "the", "?", "$$$", "1", "(", "\\"],
)
def test_a_name_of_everyday_words_counts_in_quotes_alone(name: str) -> None:
    everyday = "What is my next plan, how am I doing, and is it a goal? 1 ( \\ $$$"
    assert Message(everyday).mentions([name]) == []
    assert Message(f'How is "{name}" going?').mentions([name]) == [0]


@pytest.mark.parametrize(
    ("message", "is_named"),
    [
        ("how is Help?", True),
        ("when will I reach Help", True),
        ("how is Help going", True),
        ("help", False),
        ("Help", False),
        ("Please. Help me!", False),
        ("Can You Help Me", False),
        ("how is help", True),
        ("how's the help goal", True),
        ("when will help be done", True),
        ("how much for help", True),
        ("delete help goal", True),
        ("how is helpful", False),
        ("how can you help", False),
        ("how is Helpful", False),
    ],
)
def test_an_everyday_word_with_its_capital_is_a_name_within_a_sentence(message: str, is_named: bool) -> None:
    assert (Message(message).mentions(["Help"]) == [0]) == is_named


@pytest.mark.parametrize("name", ["It", "This", "Things", "They"])
def test_a_word_that_points_to_something_is_no_name(name: str) -> None:
    assert Message(f"how is {name.lower()} going").mentions([name]) == []


@pytest.mark.parametrize("message", ["when is help done", 'when is "help" done', "when is goal help done"])
def test_the_words_around_a_name_stay(message: str) -> None:
    assert simple(Message(message).without(["Help"])).replace("goal namedgoal", NAMED) == f"when is {NAMED} done"


def test_a_message_may_mean_a_name_by_all_of_its_words() -> None:
    hints = Message("in greece, the holiday").hints_at(["Holiday in Greece", "Greece by train"], str.islower)
    assert hints[0] == [0]
    assert NAMED in hints[1]


@pytest.mark.parametrize(
    ("name", "message", "is_meant"),
    [
        ("Trip to Japan", "how much is left for japan", True),
        ("Trip to Japan", "japanese lessons", False),
        ("Pay off Visa", "what do i pay for my visa", True),
        ("Pay off Visa", "what do i pay first", False),
        ("Savings for May 2027", "will my savings be enough in may 2027", False),
        ("Rainy day fund", "the fund for a rainy day", False),
        ("Do it now", "what should I do now", False),
    ],
)
def test_a_word_that_means_nothing_else_tells_of_a_name(name: str, message: str, is_meant: bool) -> None:
    assert (Message(message).hints_at([name], tells_of_a_name)[0] == [0]) == is_meant


def test_equal_names_are_all_named() -> None:
    assert Message("how is my car").mentions(["Car", "House", "car", "Ca\u0301r"]) == [0, 2]


def test_what_is_named_chooses_no_words() -> None:
    assert (
        simple(Message("Why is 'Pay off debts 2027' late?").without(["Pay off debts 2027"]))
        == f"why is {NAMED} late"
    )
    assert Message("car and Car repair").without(["Car", "Car repair"]).split() == [NAMED, "and", NAMED]


def test_a_long_message_with_many_names_is_read() -> None:
    names = [f"Goal {number}" for number in range(200)]
    assert Message("goal 7 " * 570).mentions(names) == [7]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("What's  THIS?", "what is this"),
        ("I can’t", "i cannot"),
        ("can not", "cannot"),
        ("progres, intrest and inflaton", "progress interest and inflation"),
        ("aford", "afford"),
        ("planet loads going", "planet loads going"),
        ("u r gr8 thx", "you are gr8 thanks"),
    ],
)
def test_usual_spellings_are_understood(message: str, text: str) -> None:
    assert simple(message) == text
