"""What deploy/ names exists: settings, commands, ports, paths. What needs no containers is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from fincred import __version__
from fincred.environment import FILE_SUFFIX
from fincred.ops.tests.nginx import ThrowawayNginx
from fincred.tests.live import ROOT
from fincred.tests.test_documentation import settings_read
from fincred.tests.test_environment import SECRETS, start_with

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def is_ours(service: dict[str, Any]) -> bool:
    return str(service.get("image", "")).partition(":")[0] == "fincred"


OURS = {name: each for name, each in COMPOSE["services"].items() if is_ours(each)}
# No settings: what other programs read, and gunicorn.conf.py.
OTHERS = {"POD_NAME", "PROMETHEUS_MULTIPROC_DIR"}


def manifests() -> list[dict[str, Any]]:
    """Kubernetes' objects of the base."""
    files = sorted((DEPLOY / "kubernetes" / "base").glob("[!k]*.yaml"))
    return [each for file in files for each in yaml.safe_load_all(file.read_text())]


def find_all(node: Any, key: str) -> Iterator[Any]:
    """What stands under that key anywhere in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from find_all(value, key)
    elif isinstance(node, list):
        for each in node:
            yield from find_all(each, key)


def pods() -> dict[str, dict[str, Any]]:
    """Each pod's specification, by its component."""
    templates = [each for document in manifests() for each in find_all(document, "template")]
    return {each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"] for each in templates}


def containers() -> dict[str, dict[str, Any]]:
    return {component: spec["containers"][0] for component, spec in pods().items()}


def units() -> dict[str, list[tuple[str, str]]]:
    """The assignments of each systemd unit."""
    pattern = re.compile(r"^(\w+)=(.*)$", re.MULTILINE)
    return {file.name: pattern.findall(file.read_text()) for file in (DEPLOY / "systemd").glob("*.service")}


def dockerfile(instruction: str) -> str:
    [*_, last] = re.findall(rf"^{instruction} (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return str(last)


def is_setting(name: str) -> bool:
    return name in settings_read() or name.removesuffix(FILE_SUFFIX) in SECRETS


class TestSettings:
    def test_of_compose_exist(self) -> None:
        for file in (ROOT / "compose.yaml", DEPLOY / "compose.yaml"):
            services = yaml.safe_load(file.read_text())["services"]
            ours = [each for each in services.values() if is_ours(each)]
            named = {name for each in ours for name in each["environment"]}
            assert len(named) > 5
            assert [name for name in named if not is_setting(name)] == []

    def test_of_kubernetes_exist(self) -> None:
        [base] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        overlay = (DEPLOY / "kubernetes/overlays/production/kustomization.yaml").read_text()
        patches = [yaml.safe_load(each["patch"]) for each in yaml.safe_load(overlay)["patches"]]
        [patch] = [each["data"] for each in patches if isinstance(each, dict) and each["kind"] == "ConfigMap"]
        plain = {each["name"] for container in containers().values() for each in container["env"]}
        names = {*base, *patch, *plain}
        assert [name for name in names - OTHERS if not is_setting(name)] == []

    def test_of_systemd_exist(self) -> None:
        names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "systemd/fincred.env").read_text(), re.MULTILINE)
        named = [
            value.partition("=")[0] for unit in units().values() for key, value in unit if key == "Environment"
        ]
        assert len(names) > 5
        assert len(named) > 5
        assert [name for name in names + named if not is_setting(name)] == []

    def test_say_whom_mail_is_from(self) -> None:
        """By default it is an address that no mail server takes."""
        for file in ("compose.yaml", "systemd/fincred.env", "kubernetes/base/settings.yaml"):
            [sender] = re.findall(r"DEFAULT_FROM_EMAIL[:=](.*)", (DEPLOY / file).read_text())
            assert "<no-reply@fincred.example>" in sender, file


class TestSecrets:
    @pytest.fixture
    def secrets(self, tmp_path: Path) -> Path:
        self.make(tmp_path / "secrets")
        return tmp_path / "secrets"

    # An operator's, the last two only while keys are exchanged.
    EMPTY: ClassVar = {"email_url", "alert_mail_password", "secret_key_previous", "jwt_secret_key_previous"}

    def make(self, folder: Path) -> None:
        subprocess.run([DEPLOY / "make-secrets", folder], check=True, capture_output=True)

    def test_are_all_made_but_the_mail_server_and_start_production(self, secrets: Path) -> None:
        made = {path.name: path for path in secrets.iterdir()}
        assert made.keys() == COMPOSE["secrets"].keys()
        assert {name for name, path in made.items() if not path.read_text()} == self.EMPTY
        environment = dict(OURS["web1"]["environment"])
        pointers = {
            name: value
            for name, value in environment.items()
            if name.endswith(FILE_SUFFIX) and value.startswith("/run/secrets/")
        }
        files = {name: str(secrets / Path(value).name) for name, value in pointers.items()}
        (secrets / "email_url").write_text(SECRETS["EMAIL_URL"])
        words = {name: re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", value) for name, value in environment.items()}
        result = start_with(words | files)
        assert result.returncode == 0, result.stderr

    def test_stay_when_they_are_made_again(self, secrets: Path) -> None:
        before = {path.name: path.read_text() for path in secrets.iterdir()}
        self.make(secrets)
        assert {path.name: path.read_text() for path in secrets.iterdir()} == before
        made = [text for text in before.values() if text]
        assert len(set(made)) == len(made)

    def test_take_over_the_password_that_postgresql_knows_from_the_release_before(self, tmp_path: Path) -> None:
        (tmp_path / "postgres_password").write_text("known to PostgreSQL")
        self.make(tmp_path)
        assert (tmp_path / "database_password").read_text() == "known to PostgreSQL"
        (tmp_path / "database_password").write_text("exchanged since")
        self.make(tmp_path)
        assert (tmp_path / "database_password").read_text() == "exchanged since"

    @pytest.mark.parametrize("name", ["SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY_PREVIOUS"])
    def test_of_an_exchange_of_keys_are_a_file_and_a_line_beside_compose(self, name: str) -> None:
        line = f"{name}_FILE=/run/secrets/{name.lower()}"
        assert line in (ROOT / "docs/operations.md").read_text()
        for service in OURS.values():
            assert name.lower() in service["secrets"]
            assert service["environment"][f"{name}_FILE"] == f"${{{name}_FILE:-}}"

    def test_of_the_database_is_one_file_and_stands_in_no_address(self) -> None:
        urls = [
            value
            for paper in DEPLOY.rglob("*")
            if paper.is_file()
            for value in re.findall(r"postgres://(\S+)@", paper.read_text())
        ]
        assert set(urls) == {"fincred"}
        services = COMPOSE["services"].values()
        named = {name for service in services for name in service.get("secrets", ())}
        assert {name for name in named if "database" in name} == {"database_password"}

    def test_are_hidden_by_their_folder_and_can_be_read_inside_of_it(self, secrets: Path) -> None:
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
        (secrets / "email_url").unlink()
        (secrets / "email_url").touch(mode=0o600)  # as it is written under a careful umask
        (secrets / "backup_key").unlink()
        (secrets / "backup_key").write_text("another")
        (secrets / "backup_key").chmod(0o600)
        self.make(secrets)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()}
        assert {name for name, mode in modes.items() if mode != 0o444} == self.EMPTY
        assert {modes[name] for name in self.EMPTY} == {0o644}

    def test_are_made_in_folders_that_git_ignores(self) -> None:
        papers = [ROOT / "docs/operations.md", *DEPLOY.rglob("*.yaml")]
        named = {
            folder
            for paper in papers
            for folder in re.findall(r"make-secrets (\w[\w/]*secrets)", paper.read_text())
        }
        assert named == {"deploy/secrets"}
        assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()

    def test_are_given_to_each_service_that_names_them(self) -> None:
        for name, service in COMPOSE["services"].items():
            named = set(re.findall(r"/run/secrets/(\w+)", json.dumps(service)))
            if name in ("prometheus", "alertmanager"):
                named |= set(re.findall(r"/run/secrets/(\w+)", (DEPLOY / f"prometheus/{name}.yml").read_text()))
            given = set(service.get("secrets", ()))
            assert named <= given, name
            assert given <= COMPOSE["secrets"].keys(), name

    def test_of_kubernetes_and_systemd_have_the_names_that_are_made(self) -> None:
        [settings] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        named = [Path(value).name for name, value in settings.items() if name.endswith(FILE_SUFFIX)]
        for unit in units().values():
            loaded = dict(value.split(":") for key, value in unit if key == "LoadCredential")
            pointed = [value.split("%d/")[1] for key, value in unit if "%d/" in value]
            assert sorted(loaded) == sorted(pointed)
            named += [Path(path).name for path in loaded.values()]
        assert set(named) <= COMPOSE["secrets"].keys()


class TestCompose:
    def test_has_what_the_architecture_promises(self) -> None:
        assert COMPOSE["services"].keys() == {
            "nginx", "web1", "web2", "web3", "work", "migrate", "primary", "replica", "pgbouncer", "redis",
            "prometheus", "grafana", "backup", "check", "alertmanager",
        }  # fmt: skip

    @pytest.mark.parametrize("name", COMPOSE["services"])
    def test_each_service_is_limited_without_rights_and_watched(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        limits = service["deploy"]["resources"]["limits"]
        assert limits.keys() == {"cpus", "memory"}
        assert float(limits["cpus"]) <= 2, (
            "Docker refuses more than the server has, and docs/scaling.md names one of two"
        )
        # Without one of its own, ours have that of the Dockerfile.
        assert int(service["stop_grace_period"].removesuffix("s")) >= 10
        assert "healthcheck" in service or (is_ours(service) and dockerfile("HEALTHCHECK"))
        # Each of these images begins as root unless told otherwise; the others name a user themselves.
        if service.get("image", "").startswith(("postgres:", "redis:")):
            assert service["user"] in ("postgres", "redis")

    def test_agrees_with_the_dockerfile(self) -> None:
        port = dockerfile("EXPOSE")
        assert all(service["stop_grace_period"] == "40s" for service in OURS.values())
        assert OURS["web1"].get("command") is None, "it runs the image's own"
        assert f"0.0.0.0:{port}" in dockerfile("CMD")
        assert "--workers" not in dockerfile("CMD"), "it would make WEB_CONCURRENCY a dead setting"
        assert "WEB_CONCURRENCY=2" in dockerfile("ENV").split()
        command = " ".join(COMPOSE["services"]["nginx"]["command"])
        assert re.findall(r"server (web\d):(\d+)", command) == [(f"web{n}", port) for n in (1, 2, 3)]
        tags = {each["image"] for each in OURS.values()}
        assert tags == {f"fincred:${{VERSION:-{__version__}}}"}, "one for each release, to go back to"
        assert OURS["web1"]["volumes"] == [f"erasures:{Path(OURS['web1']['environment']['ERASURE_LOG']).parent}"]

    def test_its_pooler_keeps_what_is_promised_of_a_database_that_is_away(self) -> None:
        """503 within five seconds, and served again within five: by default it refuses for fifteen more."""
        written = ConfigParser()
        written.read_string((DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text())
        pooler = written["pgbouncer"]
        assert pooler.getint("query_wait_timeout", 120) < 5
        assert pooler.getint("server_login_retry", 15) + pooler.getint("server_connect_timeout", 15) < 5

    def test_what_a_promoted_replica_needs_is_what_the_primary_has(self) -> None:
        primary, replica = (COMPOSE["services"][name] for name in ("primary", "replica"))
        options = [
            {each for each in service["command"] if each.startswith("-c")} for service in (primary, replica)
        ]
        assert options[0] <= options[1]
        for name in ("archive:/var/lib/postgresql", "./postgresql/archive.sh:/archive.sh:ro"):
            assert name in primary["volumes"]
            assert name in replica["volumes"]
        assert primary["environment"]["WAL_ARCHIVE"] == replica["environment"]["WAL_ARCHIVE"]

    def test_its_backup_makes_one_file_a_day_and_keeps_35(self, tmp_path: Path) -> None:
        """Run with a `python` that only writes the file, or fails, and without the sleep."""
        python = tmp_path / "python"
        python.write_text('#!/bin/sh\necho "$@" >> "$0.log"\n[ ! -e "$0.fails" ] && : > "$3"\n')
        python.chmod(0o755)
        backups = tmp_path / "backups"
        backups.mkdir()
        old = backups / "2020-01-01.fincred.gz"
        old.touch()
        os.utime(old, (0, 0))
        script = COMPOSE["services"]["backup"]["command"][2].replace("$$", "$").replace("/backups", str(backups))
        script = script.replace("sleep 3600", "break")
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

        def run() -> int:
            subprocess.run(["sh", "-c", script], check=True, env=environment)
            return len((tmp_path / "python.log").read_text().splitlines())

        (tmp_path / "python.fails").touch()
        assert (run(), list(backups.iterdir())) == (1, [])
        (tmp_path / "python.fails").unlink()
        assert run() == 2
        assert run() == 2
        [made] = backups.iterdir()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d\.fincred\.gz", made.name)
        assert (tmp_path / "python.log").read_text().splitlines()[-1] == f"manage.py backup {made}"

    def test_a_command_is_given_another_database_as_the_handbook_says(self, tmp_path: Path) -> None:
        copy = "postgres://fincred@restored:5432/fincred"
        assert f"-e DATABASE_URL={copy} migrate" in (ROOT / "docs/operations.md").read_text()
        subprocess.run([DEPLOY / "make-secrets", tmp_path], check=True, capture_output=True)
        (tmp_path / "email_url").write_text(SECRETS["EMAIL_URL"])
        environment = {
            name: re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", value).replace("/run/secrets", str(tmp_path))
            for name, value in OURS["migrate"]["environment"].items()
        }
        result = start_with(environment | {"DATABASE_URL": copy})
        assert result.returncode == 0, result.stderr

    def test_mounts_files_that_exist(self) -> None:
        services = COMPOSE["services"].values()
        sources = [mount.split(":")[0] for service in services for mount in service.get("volumes", ())]
        paths = [source for source in sources if source.startswith("./")]
        assert len(paths) > 5
        assert [path for path in paths if path != "./tls" and not (DEPLOY / path).exists()] == []
        assert {source for source in sources if not source.startswith("./")} == COMPOSE["volumes"].keys()

    @pytest.mark.slow
    @pytest.mark.nginx
    def test_the_configuration_that_its_nginx_makes_is_taken_by_nginx(self, tmp_path: Path) -> None:
        tls = tmp_path / "tls"
        tls.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1",
             "-keyout", tls / "fincred.key", "-out", tls / "fincred.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        script = COMPOSE["services"]["nginx"]["command"][2]
        here = {
            "/nginx/fincred.conf": f"{DEPLOY}/nginx.conf", "/nginx/refused-networks": f"{DEPLOY}/refused-networks",
            "/tmp/": f"{tmp_path}/", "/etc/ssl/fincred/": f"{tls}/",  # noqa: S108  the container's
            "/dev/": f"{tmp_path}/", " web": " 127.0.0.",
            "exec nginx": f"exec {shlex.quote(str(ThrowawayNginx.installed))} -t",
        }  # fmt: skip
        # All at once, because this checkout may lie in one of these folders.
        script = re.sub("|".join(map(re.escape, here)), lambda found: here[found[0]], script)
        result = subprocess.run(["sh", "-ec", script], check=False, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        made = (tmp_path / "fincred.conf").read_text()
        assert f"include {DEPLOY}/refused-networks/*.conf;" in made
        assert re.findall(r"^    server (\S+) max_fails=1 fail_timeout=2s;", made, re.MULTILINE) == [
            "127.0.0.1:8000", "127.0.0.2:8000", "127.0.0.3:8000",
        ]  # fmt: skip


class TestScripts:
    @pytest.mark.parametrize(
        "file",
        [
            *sorted(DEPLOY.rglob("*.sh")),
            *(DEPLOY / name for name in ("copy-elsewhere", "make-secrets", "systemd/fincred-manage")),
        ],
        ids=lambda file: file.name,
    )
    def test_are_shell_and_may_be_run(self, file: Path) -> None:
        subprocess.run(["sh", "-n", file], check=True)
        assert os.access(file, os.X_OK)
