"""deploy/systemd: its units and the command by hand name what there is, and are given the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fincred.tests.live import ROOT
from fincred.tests.test_deploy import DEPLOY, is_setting, units
from fincred.tests.test_environment import SECRETS, start_with

# The arguments of manage.py, its folder, its environment.
Given = tuple[list[str], str, dict[str, str]]
ByHand = Callable[..., Given]

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class TestSystemd:
    def test_programs_are_those_of_the_handbook(self) -> None:
        commands = {name: [value for key, value in unit if key == "ExecStart"] for name, unit in units().items()}
        assert commands.keys() == {
            f"fincred-{name}.service" for name in ("web", "work", "migrate", "backup", "check")
        }
        known = {path.stem for path in ROOT.glob("[a-z]*/**/management/commands/[a-z]*.py")} | {"migrate"}
        run = re.findall(r"manage\.py (\w+)", json.dumps(commands))
        assert sorted(run) == sorted(["work", "migrate", "backup", "check_integrity"])
        assert set(run) <= known

    @pytest.fixture
    def by_hand(self, tmp_path: Path) -> ByHand:
        """Runs fincred-manage with arguments and an environment: what its manage.py is given, and where."""
        made = tmp_path / "secrets"
        subprocess.run([DEPLOY / "make-secrets", made], check=True, capture_output=True)
        (made / "email_url").write_text(SECRETS["EMAIL_URL"])
        settings = (DEPLOY / "systemd/fincred.env").read_text()
        (tmp_path / "fincred.env").write_text(settings + '\nDEFAULT_FROM_EMAIL="FinCred <no-reply@x.example>"\n')
        python = tmp_path / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        script = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))"
        python.write_text(f"#!{sys.executable}\n{script}\n")
        python.chmod(0o755)
        text = (DEPLOY / "systemd/fincred-manage").read_text()
        text, found = re.subn(r"setpriv --reuid fincred --regid fincred --clear-groups ", "", text)
        assert found == 1
        text = re.sub("/etc/fincred|/opt/fincred", str(tmp_path), text)

        def run(*arguments: str, **variables: str) -> Given:
            result = subprocess.run(
                ["sh", "-c", text, "sh", *arguments],
                check=False,
                capture_output=True,
                text=True,
                env={"PATH": "/usr/bin:/bin"} | variables,
            )
            assert result.returncode == 0, result.stderr
            told: Given = json.loads(result.stdout)
            return told

        return run

    def test_commands_by_hand_act_on_the_database_that_they_are_given(self, by_hand: ByHand) -> None:
        copy = "postgres://fincred:hidden@127.0.0.1:5433/fincred"
        assert by_hand("check_integrity", DATABASE_URL=copy)[2]["DATABASE_URL"] == copy

    def test_commands_by_hand_get_the_settings_and_secrets_of_the_services(
        self, by_hand: ByHand, tmp_path: Path
    ) -> None:
        arguments, folder, given = by_hand("erase_user", "a b")
        assert (arguments, folder) == (["manage.py", "erase_user", "a b"], str(tmp_path))
        assert given["DEFAULT_FROM_EMAIL"] == "FinCred <no-reply@x.example>"
        for unit in units().values():
            loaded = [value.partition(":")[0] for key, value in unit if key == "LoadCredential"]
            assert {name: given[name.upper()] for name in loaded} == {
                name: (tmp_path / "secrets" / name).read_text() for name in loaded
            }
        assert start_with({name: value for name, value in given.items() if is_setting(name)}).returncode == 0

    @pytest.mark.parametrize(
        ("line", "value"),
        [
            ("APP_URL=https://x.example", "https://x.example"),
            ("APP_URL='Fin Cred <a@x.example>'", "Fin Cred <a@x.example>"),
            ('APP_URL="it\'s"', "it's"),
            ("  APP_URL=a b \t", "a b"),
            ("APP_URL=$HOME*", "$HOME*"),
            ("APP_URL=", ""),
            ("# APP_URL=no\n;APP_URL=no\nAPP_URL=yes", "yes"),
        ],
    )
    @pytest.mark.parametrize("end", ["\n", ""])
    def test_commands_by_hand_read_settings_as_systemd_does(
        self, by_hand: ByHand, tmp_path: Path, line: str, value: str, end: str
    ) -> None:
        """systemd.exec(5), EnvironmentFile=: the last line needs no end, and quotes are none of it."""
        (tmp_path / "fincred.env").write_text(line + end)
        assert by_hand("check")[2]["APP_URL"] == value

    @pytest.mark.parametrize(
        "line", ["APP_URL", "export APP_URL=x", "APP_URL =x", "APP_URL=a\\b", "APP_URL='a'b'", 'APP_URL=a"b"']
    )
    def test_commands_by_hand_refuse_aloud_what_systemd_reads_in_ways_of_its_own(
        self, by_hand: ByHand, tmp_path: Path, line: str
    ) -> None:
        (tmp_path / "fincred.env").write_text(f"ENV=production\n{line}\n")
        with pytest.raises(AssertionError, match=r"Line 2 of .*fincred\.env: it ") as refused:
            by_hand("check")
        assert line not in str(refused.value)

    def test_commands_by_hand_have_the_second_keys_while_keys_are_exchanged(
        self, by_hand: ByHand, tmp_path: Path
    ) -> None:
        assert not [name for name in by_hand("check")[2] if name.endswith("_PREVIOUS")]
        (tmp_path / "secrets/secret_key_previous").write_text("p" * 40)
        (tmp_path / "secrets/jwt_secret_key_previous").unlink()
        given = by_hand("check")[2]
        assert given["SECRET_KEY_PREVIOUS"] == "p" * 40
        assert "JWT_SECRET_KEY_PREVIOUS" not in given

    def test_old_backups_are_deleted_also_where_the_backup_fails(self) -> None:
        """systemd.service(5): of these only ExecStopPost= is run after an ExecStart= that failed."""
        deleting = [key for key, value in units()["fincred-backup.service"] if "-delete" in value]
        assert deleting == ["ExecStopPost"]

    @pytest.mark.slow
    @pytest.mark.systemd
    def test_units_are_what_systemd_takes(self, tmp_path: Path) -> None:
        for file in (DEPLOY / "systemd").glob("fincred-*.*"):
            text = file.read_text()
            (tmp_path / file.name).write_text(re.sub(r"/opt/fincred/\.venv/bin/\w+", "/bin/true", text))
        result = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *tmp_path.iterdir()],
            check=False, capture_output=True, text=True, env=os.environ | {"SYSTEMD_LOG_LEVEL": "warning"},
        )  # fmt: skip
        assert (result.returncode, result.stderr) == (0, "")
