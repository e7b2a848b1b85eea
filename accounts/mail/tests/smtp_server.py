"""A mail server for tests: real SMTP on a port of its own. Standard library only: it takes sixty lines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server has said yes to, and the connection and client port it came from."""

    message: EmailMessage
    recipient: str
    connection: int

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


class SMTPServer(ThreadingTCPServer):
    """`before_answer(recipient)` runs between a mail's last byte and the answer; `refuses(recipient)` is a 550.

    With `refuses_text` it takes every recipient, and then refuses what is written. `before_greeting` runs when a
    client has connected, `before_bye` when it wants to leave. Until `ends` is set, the answer to a mail, or with
    `drips_at_once` the greeting, comes line by line.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(
        self,
        *,
        port: int = 0,
        before_answer: Callable[[str], object] = lambda recipient: None,
        refuses: Callable[[str], bool] = lambda recipient: False,
        refusal: str = "550 no such mailbox",
        refuses_text: bool = False,
        before_greeting: Callable[[], object] = lambda: None,
        before_bye: Callable[[], object] = lambda: None,
        ends: threading.Event | None = None,
        drips_at_once: bool = False,
    ) -> None:
        self.taken: list[Taken] = []
        self.connections = 0
        self.before_answer, self.refuses = before_answer, refuses
        self.refusal, self.refuses_text = refusal, refuses_text
        self.before_greeting, self.before_bye = before_greeting, before_bye
        self.ends, self.drips_at_once = ends, drips_at_once
        super().__init__(("127.0.0.1", port), _Conversation)
        self.port: int = self.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed."""


class _Conversation(StreamRequestHandler):
    server: SMTPServer

    def handle(self) -> None:
        self.server.connections += 1
        number, recipient = self.server.connections, ""
        self.server.before_greeting()
        if self.server.drips_at_once:
            self.drip("220-wait")
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            match line[:4].upper():
                case "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    self.say(self.server.refusal if self.server.refuses(recipient) else "250 ok")
                case "DATA":
                    self.say("354 go on")
                    message = self.read_message()
                    self.server.before_answer(recipient)
                    self.drip("250-wait")
                    if self.server.refuses_text:
                        self.say(self.server.refusal)
                        continue
                    self.server.taken.append(Taken(message, recipient, number))
                    self.say("250 taken")
                case "QUIT":
                    self.server.before_bye()
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def drip(self, line: str) -> None:
        while self.server.ends and not self.server.ends.wait(0.05):
            self.say(line)

    def read_message(self) -> EmailMessage:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
