"""Measure the costliest people that are known, and search for costlier ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from benchmarks.worst.life import Cost, Life
from benchmarks.worst.people import Person
from benchmarks.worst.search import AIMS, climb
from fincred import clock

KEPT: Final = Path(__file__).with_name("kept.json")
LIMITS: Final = Cost(cpu=1.0, held=0.3)


def measure(*, seconds: float, seed: int, keep: bool, quick: bool) -> None:
    """Real requests of the people in `kept.json` and, with `seconds` for each aim, of those that a search finds.

    With `keep`, what was found takes the place of what was kept under the same name; `quick` measures one person.
    """
    import fincred.wsgi  # noqa: F401  as a server does, leaves what is loaded out of garbage collection

    kept: dict[str, Person] = json.loads(KEPT.read_text())
    people = dict([*kept.items()][:1] if quick else kept)
    for name, aim in AIMS.items() if seconds else ():
        *_, (cost, person) = climb(aim, clock.now().date(), seconds, seed)
        print(f"\nFound for {name}: {cost:.3f} CPU seconds in the engine (seed {seed})")
        people[f"found: {name}"] = kept[name] = person
    _print(people)
    if keep:
        KEPT.write_text(json.dumps(kept, indent=0) + "\n")


def _print(people: dict[str, Person]) -> None:
    print("\nCostliest requests: CPU seconds, and those with locks held")
    worst: dict[str, tuple[Cost, str]] = {}
    for name, person in people.items():
        for request, cost in Life(person).requests():
            before, _ = worst.get(request, (Cost(0, 0), ""))
            if (cost.cpu, cost.held) > (before.cpu, before.held):
                worst[request] = Cost(cost.cpu, max(cost.held, before.held)), name
            else:
                worst[request] = Cost(before.cpu, max(cost.held, before.held)), worst[request][1]
    print(f"{'request':<20}{'seconds':>9}{'locked':>9}   by the person kept for")
    for request, (cost, name) in sorted(worst.items(), key=lambda each: -each[1][0].cpu):
        print(f"{request:<20}{cost.cpu:>9.3f}{cost.held:>9.3f}   {name}")
    print(f"Meant to stay below {LIMITS.cpu} seconds, {LIMITS.held} of them with locks held.")
