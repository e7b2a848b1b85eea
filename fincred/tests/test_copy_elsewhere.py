"""deploy/copy-elsewhere, which cron runs beside deploy/compose.yaml."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


class TestCopyElsewhere:
    """With a `docker` of its own, which says who is the primary and fails where it is told to."""

    DOCKER = """#!/bin/sh
echo "$@" >> "$0.log"
service=$6
case "$*" in
    *"$FAILS"*) echo cut off; exit 1 ;;
    *pg_is_in_recovery*)
        [ "$service" != "$STOPPED" ] || exit 1
        [ "$service" = primary ] && echo f || echo "${REPLICA:-t}" ;;
    *pg_basebackup*) echo "of $service" | gzip ;;
    *erasures.log*" echo there") [ -e "$0.no_list" ] || echo there ;;
    *" cp "*erasures.log*)
        [ ! -e "$0.no_list" ] || { echo "Could not find the file" >&2; exit 1; }
        eval "to=\\${$#}"; echo copied > "$to/${5##*/}" ;;
    *" cp "*) eval "to=\\${$#}"; echo copied > "$to/${5##*/}" ;;
esac
"""

    SYNC = """#!/bin/sh
[ "$1" != -f ] || { shift; for each; do find "$each" -type f; done > "$0.log"; echo sync >> "${0%/*}/docker.log"; }
"""

    def copy(self, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        for name, script in {"docker": self.DOCKER, "sync": self.SYNC}.items():
            (tmp_path / name).write_text(script)
            (tmp_path / name).chmod(0o755)
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        return subprocess.run(
            [DEPLOY / "copy-elsewhere", tmp_path / "elsewhere"],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "FAILS": "nothing", "STOPPED": "none"} | variables,
        )

    def copied(self, tmp_path: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / "elsewhere").iterdir()}

    @pytest.mark.parametrize(
        ("variables", "source"), [({}, "primary"), ({"STOPPED": "primary", "REPLICA": "f"}, "replica")]
    )
    def test_copies_all_that_a_restore_needs_from_who_is_the_primary(
        self, tmp_path: Path, variables: dict[str, str], source: str
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        for name in ("2020-01-01.base.tar.gz", "erasures.log"):
            (elsewhere / name).touch()
            os.utime(elsewhere / name, (0, 0))
        result = self.copy(tmp_path, **variables)
        assert result.returncode == 0, result.stderr
        [base] = elsewhere.glob("*.base.tar.gz")
        assert gzip.decompress(base.read_bytes()) == f"of {source}\n".encode()
        assert {path.name for path in elsewhere.iterdir()} == {base.name, "archive", "backups", "erasures.log"}
        assert (tmp_path / "docker.log").read_text().endswith("exec -T backup python manage.py backup_copied\n")
        named = re.findall(r" cp (\S+):(\S+) ", (tmp_path / "docker.log").read_text())
        volumes = {
            service: [mount.split(":")[1] for mount in COMPOSE["services"][service]["volumes"]]
            for service, _ in named
        }
        assert [path for service, path in named if not path.startswith(tuple(volumes[service]))] == []

    def test_is_on_the_disk_before_it_is_told_as_copied(self, tmp_path: Path) -> None:
        assert self.copy(tmp_path).returncode == 0
        assert set((tmp_path / "sync.log").read_text().splitlines()) == {
            str(path) for path in (tmp_path / "elsewhere").iterdir()
        }
        asked = (tmp_path / "docker.log").read_text().splitlines()
        assert asked[-2] == "sync"
        assert asked[-1].endswith("backup_copied")

    @pytest.mark.parametrize("what", ["pg_basebackup", "archive", "backups", "erasures.log"])
    def test_fails_aloud_and_leaves_no_base_backup_that_only_looks_whole(self, tmp_path: Path, what: str) -> None:
        assert self.copy(tmp_path, FAILS=what).returncode != 0
        whole = [name for name in self.copied(tmp_path) if name.endswith(".base.tar.gz")]
        assert len(whole) == (what != "pg_basebackup")
        assert "backup_copied" not in (tmp_path / "docker.log").read_text()

    def test_copies_the_rest_before_the_first_erasure_which_makes_the_list(self, tmp_path: Path) -> None:
        (tmp_path / "docker.no_list").touch()
        result = self.copy(tmp_path)
        assert (result.returncode, result.stderr) == (0, "")
        assert {name.partition(".")[0][:4] for name in self.copied(tmp_path)} >= {"arch", "back"}
        assert "erasures.log" not in self.copied(tmp_path)
        assert "backup_copied" in (tmp_path / "docker.log").read_text()

    def test_fails_where_a_list_that_was_copied_once_is_gone(self, tmp_path: Path) -> None:
        assert self.copy(tmp_path).returncode == 0
        (tmp_path / "docker.no_list").touch()
        (tmp_path / "docker.log").unlink()
        result = self.copy(tmp_path)
        assert result.returncode != 0
        assert "The erasure list is gone" in result.stderr
        assert self.copied(tmp_path)["erasures.log"] == b"copied\n"
        assert "backup_copied" not in (tmp_path / "docker.log").read_text()

    @pytest.mark.parametrize("variables", [{"FAILS": "pg_basebackup"}, {"STOPPED": "primary"}])
    def test_deletes_what_is_too_old_also_where_it_fails(self, tmp_path: Path, variables: dict[str, str]) -> None:
        (tmp_path / "elsewhere").mkdir()
        for name in ("2020-01-01.base.tar.gz", "erasures.log"):
            (tmp_path / "elsewhere" / name).touch()
            os.utime(tmp_path / "elsewhere" / name, (0, 0))
        assert self.copy(tmp_path, **variables).returncode != 0
        assert "2020-01-01.base.tar.gz" not in self.copied(tmp_path)
        assert "erasures.log" in self.copied(tmp_path)

    def test_says_that_no_primary_answers(self, tmp_path: Path) -> None:
        result = self.copy(tmp_path, STOPPED="primary")
        assert (result.returncode, result.stderr) == (1, "No primary answers.\n")
        assert self.copied(tmp_path) == {}
