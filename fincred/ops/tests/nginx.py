"""An nginx of our own with deploy/nginx.conf, gone when the tests are."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from fincred.db.tests.postgresql import free_port, lent

DEPLOYED = Path(__file__).resolve().parents[3] / "deploy" / "nginx.conf"
CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
worker_processes 1;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{deployed}
}}
"""


def deployed(*, port: int, nodes: Sequence[int], folder: Path) -> str:
    """deploy/nginx.conf with plain HTTP, with these nodes on this machine, and its logs in that folder."""
    text = DEPLOYED.read_text()
    [node] = re.findall(r"    server 127\.0\.0\.1:8000 .*?;", text)
    for pattern, new in {
        r"    ssl_.*\n": "",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port};",
        r"/var/log/nginx/": f"{folder}/",
        r"/etc/nginx/fincred-refused/": f"{folder}/refused/",
        r"    server 127\.0\.0\.1:8000 .*": "\n".join(node.replace("8000", str(each)) for each in nodes),
    }.items():
        text, found = re.subn(pattern, new, text)
        assert found, f"deploy/nginx.conf has no {pattern}"
    return text


class ThrowawayNginx:
    """`with ThrowawayNginx(server.port) as nginx: connect(nginx.port)`"""

    installed = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin")

    def __init__(self, *nodes: int, refused: str = "") -> None:
        """`refused` is a file as in deploy/refused-networks."""
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fincred-nginx-"))
        self.log = self.folder / "fincred.log"
        text = deployed(port=self.port, nodes=nodes, folder=self.folder)
        if refused:
            (self.folder / "refused").mkdir()
            (self.folder / "refused/networks.conf").write_text(refused)
        (self.folder / "nginx.conf").write_text(CONFIGURATION.format(folder=self.folder, deployed=text))

    def __enter__(self) -> Self:
        command = [str(self.installed), "-p", str(self.folder), "-c", "nginx.conf", "-e", str(self.folder / "log")]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **lent(self.folder))
        while not self._listens():
            if self.process.poll() is not None:
                raise RuntimeError(f"nginx doesn't start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)
        return self

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
