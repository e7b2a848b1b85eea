"""What an upgrade of gunicorn has to look at: the private parts that our worker builds on.

The worker was written beside gunicorn 27.0.1. A part that has changed since fails here, with what we rely on.
Where that still holds (the tests of the worker pass, and fail with its override taken out), write the new digest
down here, and the version in decision 11.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from pkgutil import resolve_name

import pytest

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

IMPORT = re.compile(r"^\s*(from|import) gunicorn\b", re.MULTILINE)
THREAD_WORKER = "gunicorn.workers.gthread:ThreadWorker"

# Where it is, the digest of its source, and what we rely on.
PARTS = [
    (f"{THREAD_WORKER}.__init__", "5681b8b542ea", "the names of its queues and counters"),
    (
        f"{THREAD_WORKER}.run",
        "f92c7394d857",
        "the order of a turn, and that the stop begins with set_accept_enabled(False)",
    ),
    (
        f"{THREAD_WORKER}.accept",
        "f8dcead3dce5",
        "counts in nr_conns, and passes each new connection to enqueue_req",
    ),
    (f"{THREAD_WORKER}.enqueue_req", "c9f428953d24", "submits handle, and defers finish_request to the loop"),
    (
        f"{THREAD_WORKER}.on_pending_socket_readable",
        "2475f7087832",
        "takes from pending_conns, sets data_ready, enqueues",
    ),
    (f"{THREAD_WORKER}.on_client_socket_readable", "aead1a3ea7b7", "takes from keepalived_conns, enqueues"),
    (
        f"{THREAD_WORKER}.murder_keepalived",
        "4459960c4ccc",
        "ours does the same, but for requests that have just come",
    ),
    (
        f"{THREAD_WORKER}.murder_pending",
        "7bf11f464542",
        "ours does the same for two queues, and sooner when there are too many",
    ),
    (f"{THREAD_WORKER}.set_accept_enabled", "140150ebfd3c", "forgets who has connected and isn't accepted"),
    (f"{THREAD_WORKER}.wait_for_and_dispatch_events", "ea969b352482", "one turn's waiting"),
    (
        f"{THREAD_WORKER}.finish_request",
        "616e7bb15a00",
        "what is kept goes back to the poller, the rest is closed by waiting",
    ),
    (
        f"{THREAD_WORKER}.handle",
        "ca85c9be3df7",
        "new connections with data_ready aren't waited for; errors go to handle_error",
    ),
    (f"{THREAD_WORKER}.handle_request", "6d0de5b91910", "sends no answer before should_close is asked"),
    (f"{THREAD_WORKER}.handle_exit", "b4e7decd4f92", "alive is False from then on"),
    ("gunicorn.workers.base:Worker.handle_quit", "2944b4132761", "waits for threads at the interpreter's exit"),
    ("gunicorn.workers.base:Worker.handle_error", "75426448389b", "answers in HTML, and logs what was sent"),
    (
        "gunicorn.workers.workertmp:WorkerTmp.__init__",
        "5d731e1551a9",
        "a file that arbiter and worker share, and leave empty",
    ),
    (
        "gunicorn.http.body:Body",
        "2a2afc0b6a50",
        "all reading goes through _read_reader; failed ends the connection",
    ),
    (
        "gunicorn.http.body:LengthReader",
        "3b01bc7c21a2",
        "length is what is left; an early end gives less than was asked for",
    ),
    (
        "gunicorn.http.body:ChunkedReader",
        "c1aa79e0ae04",
        "parse_chunk_size for each chunk; parser is None at the end",
    ),
    ("gunicorn.http.parser:Parser.__next__", "b8536520e958", "makes each request with mesg_class"),
    ("gunicorn.http.message:Request.read_line", "13bf2e83f72a", "reads on into the buffer that it is given"),
    (
        "gunicorn.http.message:Request._parse_python",
        "ed07ffec5178",
        "gives parse_headers the whole head before any of it is refused, but its length",
    ),
    ("gunicorn.http.unreader:SocketUnreader.chunk", "9f62532259f8", "reads from the socket by recv alone"),
    ("gunicorn.http.wsgi:Response.should_close", "3888d47a96e2", "asks the request"),
    ("gunicorn.http.wsgi:create", "2c35d4a2dc62", "says 100 Continue at once where _expected_100_continue is set"),
    ("gunicorn.util:write", "cd995031295f", "writes to the socket by sendall alone"),
    (
        "gunicorn.arbiter:Arbiter.reload",
        "fec344d2f774",
        "calls on_reload before it starts new workers and stops the old ones",
    ),
    ("gunicorn.arbiter:Arbiter.spawn_worker", "6abc0d90b0b9", "counts the workers in age, from 1"),
    ("gunicorn.arbiter:Arbiter.reap_workers", "ebcf4187e9eb", "stops as a whole on the statuses 3 and 4 alone"),
    ("gunicorn.arbiter:Arbiter.handle_hup", "50de80005cd6", "calls reload of the instance, and does no more"),
]


@pytest.mark.parametrize(("part", "digest", "reliance"), PARTS, ids=[part for part, _, _ in PARTS])
def test_is_what_the_worker_was_written_for(part: str, digest: str, reliance: str) -> None:
    source = inspect.getsource(resolve_name(part))
    assert hashlib.sha256(source.encode()).hexdigest()[:12] == digest, f"{part} has changed. Relied on: {reliance}"


def test_gunicorn_is_touched_in_one_package() -> None:
    apps = ("fincred", "accounts", "goals", "planning", "tracking")
    sources = [path for app in apps for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    touching = {str(path.parent.relative_to(ROOT)) for path in sources if IMPORT.search(path.read_text())}
    assert touching == {"fincred/ops/gunicorn_worker"}
