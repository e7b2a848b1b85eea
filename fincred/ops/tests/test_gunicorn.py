"""What only a real server can show: bodies as they come over the wire, several workers, signals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from socket import create_connection

import pytest

from fincred.tests.live import LiveServer, ask, live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]

LOGIN = "/api/v0/auth/login"
CREDENTIALS = json.dumps({"email": "nobody@example.com", "password": "not the password"}).encode()


@pytest.fixture(scope="module", params=["8", "1"], ids="threads={}".format)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("gunicorn")
    with live_server(folder, "--workers", "2", "--threads", request.param) as running:
        yield running


def refusal(body: str | bytes) -> str:
    """The code in the envelope; fails when the answer isn't one."""
    answer = json.loads(body)
    assert answer.keys() == {"success", "error", "error_code", "details"}
    return str(answer["error_code"])


def workers_of(server: LiveServer) -> list[int]:
    command = ["pgrep", "--parent", str(server.process.pid)]
    return [int(pid) for pid in subprocess.check_output(command, text=True).split()]


class TestBodies:
    def test_a_body_over_the_limit_is_refused_in_the_envelope_and_not_cut_off(self, server: LiveServer) -> None:
        answer = server.post(LOGIN, b"x" * 3_000_000)
        assert (answer.status, refusal(answer.text)) == (413, "REQUEST_TOO_LARGE")

    def test_a_chunked_body_is_read(self, server: LiveServer) -> None:
        answer = server.post(LOGIN, iter([CREDENTIALS[:9], CREDENTIALS[9:]]))
        assert (answer.status, refusal(answer.text)) == (401, "INVALID_CREDENTIALS")

    def test_a_chunked_body_over_the_limit_is_refused_in_the_envelope(self, server: LiveServer) -> None:
        answer = server.post(LOGIN, iter([b"x" * 65_536] * 40))
        assert (answer.status, refusal(answer.text)) == (413, "REQUEST_TOO_LARGE")

    def test_a_refusal_is_one_line_in_the_log_and_no_error_of_ours(self, server: LiveServer) -> None:
        many = "&".join(f"field{number}=1" for number in range(1500)).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={'a' * 32}"}
        before = len(server.log.read_text())
        with closing(server.connect()) as connection:
            for path, body, headers, status in (
                (LOGIN, iter([b"x" * 65_536] * 40), {}, 413),
                ("/admin/login/", iter([b"x" * 65_536] * 40), form, 413),
                ("/admin/login/", many, form, 400),
                (LOGIN, CREDENTIALS, {"Host": "elsewhere.example"}, 400),
            ):
                connection.request("POST", path, body, {"Content-Type": "application/json"} | headers)
                response = connection.getresponse()
                response.read()
                assert response.status == status
                connection.close()
        wait_until(lambda: server.log.read_text()[before:].count("Request served") == 4)
        lines = server.log.read_text()[before:].splitlines()
        assert [line for line in lines if "Request served" not in line] == []

    def test_a_connection_serves_on_after_a_refusal(self, server: LiveServer) -> None:
        with closing(server.connect()) as connection:
            assert ask(connection, "POST", LOGIN, b"x" * 3_000_000).status == 413
            assert ask(connection, "GET", "/api/v0/health/live").status == 200


class TestPages:
    @pytest.mark.parametrize("path", ["/docs", "/redoc", "/admin/login/"])
    def test_everything_a_page_loads_comes_from_this_server(self, server: LiveServer, path: str) -> None:
        page = server.get(path)
        loaded = re.findall(r"""<(?:script|link|img)[^>]+(?:src|href)=["'](?!data:)([^"']+)""", page.text)
        assert page.status == 200
        assert loaded
        assert [(url, server.get(url).status) for url in loaded] == [(url, 200) for url in loaded]

    def test_the_root_leads_to_the_documentation(self, server: LiveServer) -> None:
        response = server.get("/")
        assert (response.status, response.headers["Location"]) == (302, "/docs")


class TestMetrics:
    def test_figures_are_summed_over_all_workers(self, server: LiveServer) -> None:
        def live_count() -> float:
            figure = r'^fincred_http_requests_total\{[^}]*route="/api/v0/health/live"[^}]*\} (\S+)$'
            text = server.get("/metrics").text
            return sum(float(found) for found in re.findall(figure, text, re.MULTILINE))

        before = live_count()
        for _ in range(40):
            server.get("/api/v0/health/live")
        # Each of the two workers knows what the other has done.
        assert {live_count() for _ in range(10)} == {before + 40}


class TestSignals:
    def test_a_reload_loses_no_request(self, server: LiveServer) -> None:
        stop, statuses, faults = threading.Event(), [], []

        def keep_asking() -> None:
            while not stop.is_set():
                try:
                    statuses.append(server.get("/api/v0/health/live").status)
                except (OSError, HTTPException) as fault:
                    faults.append(fault)

        askers = [threading.Thread(target=keep_asking) for _ in range(2)]
        for asker in askers:
            asker.start()
        wait_until(lambda: len(statuses) > 20)
        ended = server.log.read_text().count("Worker exiting")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.log.read_text().count("Worker exiting") == ended + 2)
        before = len(statuses)
        wait_until(lambda: len(statuses) > before + 20)
        stop.set()
        for asker in askers:
            asker.join()
        assert faults == []
        assert set(statuses) == {200}

    def test_a_reload_with_settings_that_are_wrong_is_refused_and_the_old_ones_go_on(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret_key"
        secret.write_text("s" * 40)
        with live_server(tmp_path, "--workers", "1", SECRET_KEY_FILE=str(secret)) as server:
            secret.write_text("")
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "Not reloaded" in server.log.read_text())
            assert server.get("/api/v0/health/live").status == 200
            secret.write_text("s" * 40)
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "Worker exiting" in server.log.read_text())
            assert server.get("/api/v0/health/live").status == 200
            told = server.log.read_text()
        assert "SECRET_KEY_FILE: the file is empty" in told
        assert "Traceback" not in told

    def test_a_worker_that_dies_while_settings_are_wrong_does_not_stop_gunicorn(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret_key"
        secret.write_text("s" * 40)
        with live_server(tmp_path, "--workers", "1", SECRET_KEY_FILE=str(secret)) as server:
            secret.write_text("")
            [worker] = workers_of(server)
            os.kill(worker, signal.SIGKILL)
            wait_until(lambda: "A worker that died can't be replaced" in server.log.read_text())
            secret.write_text("s" * 40)
            assert server.get("/api/v0/health/live").status == 200
            told = server.log.read_text()
        assert "SECRET_KEY_FILE: the file is empty" in told
        assert "Traceback" not in told

    def test_the_first_workers_stop_the_start_while_settings_are_wrong(self, tmp_path: Path) -> None:
        server = LiveServer(tmp_path, "sqlite:///none.sqlite3", "--workers", "4", ENV="wrong")
        with pytest.raises(RuntimeError, match="ENV: must be one of"):
            server.start()
        assert server.process.wait(timeout=30) == 3

    def test_gunicorns_own_lines_can_be_read(self, tmp_path: Path) -> None:
        with live_server(tmp_path) as server:
            server.stop()
            told = server.log.read_text()
        assert "[INFO] Worker exiting" in told
        assert "Logging error" not in told

    def test_sigterm_finishes_a_request_that_has_begun(self, tmp_path: Path) -> None:
        with live_server(tmp_path) as server, create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            head = f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            wire.sendall(f"{head}Content-Length: {len(CREDENTIALS)}\r\n\r\n".encode() + CREDENTIALS[:9])
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "Handling signal: term" in server.log.read_text())
            time.sleep(0.2)
            wire.sendall(CREDENTIALS[9:])
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 401 ")
            assert refusal(answer.partition(b"\r\n\r\n")[2]) == "INVALID_CREDENTIALS"
            assert server.process.wait(timeout=30) == 0
