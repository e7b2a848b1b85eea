"""What clients of the whole deployment see while its parts are restarted, reloaded and killed, one after another.

The figures of the drills are in docs/operations.md. A drill prints its own:
make drill ARGS="fincred/tests/test_fleet.py -s"
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fincred.tests.fleet import Fleet, Report, again_and_again
from fincred.tests.live import wait_until

pytestmark = [
    pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql, pytest.mark.redis, pytest.mark.nginx,
    pytest.mark.slow,
]  # fmt: skip


@pytest.fixture(scope="module")
def fleet(postgresql_binaries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    # Longer than loading takes, also on a machine that is busy.
    with Fleet(postgresql_binaries, tmp_path_factory.mktemp("fleet"), DRAIN_SECONDS="8") as fleet:
        yield fleet


def drill(number: int) -> object:
    return pytest.param(number, marks=pytest.mark.drill)


def verify(fleet: Fleet, report: Report) -> None:
    """Each acknowledged check-in is stored once, and none twice."""
    print(report)  # noqa: T201  what a drill is for
    stored = fleet.stored()
    acknowledged = {text for client in fleet.clients for text in client.acknowledged}
    assert len(acknowledged) > len(fleet.clients)
    assert acknowledged <= stored.keys()
    assert {text: times for text, times in stored.items() if times != 1} == {}


class TestNodes:
    @pytest.mark.parametrize("times", [2, drill(36)])
    def test_restarted_one_after_another_cost_no_request(self, fleet: Fleet, times: int) -> None:
        with fleet.load() as report:
            again_and_again(times, fleet, lambda number: fleet.nodes[number % 3].restart())
        verify(fleet, report)
        assert report.failures == {}

    @pytest.mark.parametrize("times", [1, drill(10)])
    def test_reloaded_cost_no_request(self, fleet: Fleet, times: int) -> None:
        with fleet.load() as report:
            again_and_again(times, fleet, lambda number: fleet.nodes[number % 3].reload())
        verify(fleet, report)
        assert report.failures == {}

    @pytest.mark.parametrize("times", [2, drill(20)])
    def test_killed_cost_nothing_but_posts_without_key_that_were_on_their_way(
        self, fleet: Fleet, times: int
    ) -> None:
        def kill_and_start(number: int) -> None:
            node = fleet.nodes[number % 3]
            node.kill()
            fleet.wait_for_calls(5)
            node.start()

        with fleet.load() as report:
            again_and_again(times, fleet, kill_and_start)
        verify(fleet, report)
        assert report.failures.keys() <= {("POST", 502)}
        assert report.failures.total() <= times * len(fleet.clients)


class TestServers:
    @pytest.mark.parametrize("times", [1, drill(5)])
    def test_a_replica_that_is_killed_costs_no_request(self, fleet: Fleet, times: int) -> None:
        def kill_and_start(number: int) -> None:
            fleet.replica.kill()
            fleet.wait_for_calls(20)
            fleet.replica.start()

        with fleet.load() as report:
            again_and_again(times, fleet, kill_and_start)
        verify(fleet, report)
        assert report.failures == {}

    @pytest.mark.parametrize("times", [1, drill(5)])
    def test_a_redis_that_is_killed_and_comes_back_empty_costs_no_request(self, fleet: Fleet, times: int) -> None:
        def kill_and_start(number: int) -> None:
            fleet.redis.process.kill()
            fleet.redis.process.wait()
            fleet.wait_for_calls(10)
            fleet.redis.__enter__()

        with fleet.load() as report:
            again_and_again(times, fleet, kill_and_start)
        verify(fleet, report)
        assert report.failures == {}

    @pytest.mark.parametrize("times", [1, drill(5)])
    def test_a_primary_that_is_restarted_is_a_503_and_no_acknowledged_write_is_lost(
        self, fleet: Fleet, times: int
    ) -> None:
        def restart(number: int) -> None:
            seen = [len(client.attempts) for client in fleet.clients]
            fleet.primary.stop()
            wait_until(
                lambda: all(
                    any(attempt.status == 503 for attempt in client.attempts[before:])
                    for client, before in zip(fleet.clients, seen, strict=True)
                ),
                seconds=60,
            )
            fleet.primary.start()
            fleet.wait_for_calls(5)

        with fleet.load() as report:
            again_and_again(times, fleet, restart)
        verify(fleet, report)
        assert {status for _, status in report.failures} == {503}


class TestEnd:
    def test_of_all_this_the_data_is_whole(self, fleet: Fleet) -> None:
        fleet.nodes[0].manage("check_integrity")  # fails if it finds a fault
        assert fleet.stored()
