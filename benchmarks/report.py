"""Measures of several rounds as a table of medians and ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from benchmarks.load import Measure


def table(workload: str, rounds: dict[str, list[Measure]]) -> None:
    """One line a contender; the ratio is how many times as much FinCred answers, by round."""
    print(f"\n{workload}")
    print(f"  {'':<19}{'answers/s':>10}{'rounds':>16}{'p50 ms':>9}{'p99 ms':>9}{'FinCred / it':>14}")
    ours = next(iter(rounds.values()))
    for name, measures in rounds.items():
        rates = [measure.rate for measure in measures]
        spread = f"{min(rates):.0f}..{max(rates):.0f}"
        p50, p99 = (median(getattr(measure, part) for measure in measures) for part in ("p50", "p99"))
        ratio = median(mine.rate / (its.rate or math.inf) for mine, its in zip(ours, measures, strict=True))
        failed = sum(measure.failed for measure in measures)
        trouble = f"  {failed} FAILED" if failed else ""
        print(
            f"  {name:<19}{median(rates):>10.0f}{spread:>16}{p50:>9.2f}{p99:>9.2f}{ratio:>14.2f}{trouble}",
            flush=True,
        )


def memory(figures: dict[str, float]) -> None:
    print("\nMemory after all that, MiB (PSS, workers and their parent)")
    for name, mebibytes in figures.items():
        print(f"  {name:<19}{mebibytes:>10.0f}")


def sizes(found: Sequence[int]) -> None:
    print(f"  {'':<24}" + "".join(f"{size:>15}" for size in found), flush=True)


def grown(name: str, by_rows: dict[int, list[Measure]]) -> None:
    """Medians of the rounds; the ratio, within each round, to the smallest."""
    smallest = next(iter(by_rows.values()))
    cells = ""
    for measures in by_rows.values():
        rate = median(measure.rate for measure in measures)
        ratio = median(its.rate / (first.rate or math.inf) for its, first in zip(measures, smallest, strict=True))
        failed = " FAILED" if any(measure.failed for measure in measures) else ""
        cells += f"{rate:>8.0f} ({ratio:.2f}){failed}"
    print(f"  {name:<24}{cells}", flush=True)
