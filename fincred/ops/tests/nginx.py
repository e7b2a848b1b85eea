"""An nginx of our own as docs/operations.md sets it up, gone when the tests are."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from fincred.db.tests.postgresql import free_port, lent

HANDBOOK = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{documented}
}}
"""


def documented(*, port: int, node: int) -> str:
    """The block of the handbook, with plain HTTP, and one node of FinCred on this machine."""
    [block] = re.findall(r"```nginx\n(.*?)```", HANDBOOK.read_text(), re.DOTALL)
    plain = re.sub(r"    ssl_.*\n", "", block).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    return plain.replace("127.0.0.1:8000", f"127.0.0.1:{node}")


class ThrowawayNginx:
    """`with ThrowawayNginx(node=server.port) as nginx: connect(nginx.port)`"""

    installed = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin")

    def __init__(self, *, node: int) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fincred-nginx-"))
        configuration = CONFIGURATION.format(folder=self.folder, documented=documented(port=self.port, node=node))
        (self.folder / "nginx.conf").write_text(configuration)

    def __enter__(self) -> Self:
        command = [str(self.installed), "-p", str(self.folder), "-c", "nginx.conf", "-e", str(self.folder / "log")]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **lent(self.folder))
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
