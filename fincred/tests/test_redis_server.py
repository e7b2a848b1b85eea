from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest
from redis import Redis, RedisError

from fincred.ops.tests.redis_server import ThrowawayRedis
from fincred.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.platform]


@pytest.fixture
def hanging() -> Iterator[tuple[RedisServer, socket.socket]]:
    """A server that accepts connections and answers nothing, and its listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield RedisServer(f"redis://127.0.0.1:{listener.getsockname()[1]}/0?socket_timeout=0.1"), listener


def ping(redis: Redis) -> bool:
    return bool(redis.ping())


def connections_to(listener: socket.socket) -> int:
    """How many there were since this was last asked."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


class TestOneThatHangs:
    def test_is_asked_once_and_then_left_alone(
        self, hanging: tuple[RedisServer, socket.socket], caplog: pytest.LogCaptureFixture
    ) -> None:
        server, listener = hanging
        for _ in range(5):
            with pytest.raises(RedisError):
                server.ask(ping)
        assert connections_to(listener) == 1
        assert caplog.messages == ["Redis fails, and is left alone for a while"]

    def test_is_asked_by_who_insists(self, hanging: tuple[RedisServer, socket.socket]) -> None:
        server, listener = hanging
        for insist in (False, True, False, True):
            with pytest.raises(RedisError):
                server.ask(ping, insist=insist)
        assert connections_to(listener) == 3


@pytest.mark.redis
class TestOneThatComesBack:
    def test_is_asked_again_once_one_who_insists_had_an_answer(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        with ThrowawayRedis() as throwaway:
            server = RedisServer(f"{throwaway.url}/0?socket_timeout=10")
            throwaway.process.terminate()
            throwaway.process.wait()
            with pytest.raises(RedisError):
                server.ask(ping)
            with throwaway:
                with pytest.raises(RedisError):
                    server.ask(ping)
                assert server.ask(ping, insist=True)
                assert server.ask(ping)
        assert caplog.messages == ["Redis fails, and is left alone for a while", "Redis answers again"]

    def test_is_not_left_alone_for_refusing(self, caplog: pytest.LogCaptureFixture) -> None:
        with ThrowawayRedis() as throwaway:
            server = RedisServer(throwaway.url)
            server.ask(lambda redis: redis.config_set("maxmemory", 1))
            with pytest.raises(RedisError):
                server.ask(lambda redis: redis.set("key", 1))
            assert server.ask(ping)
        assert caplog.messages == ["Redis refuses a command"]
