"""What deploy/ names exists: settings, commands, ports, paths. What needs no containers is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

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


class TestSecrets:
    @pytest.fixture
    def secrets(self, tmp_path: Path) -> Path:
        self.make(tmp_path / "secrets")
        return tmp_path / "secrets"

    def make(self, folder: Path) -> None:
        subprocess.run([DEPLOY / "make-secrets", folder], check=True, capture_output=True)

    def test_are_all_made_but_the_mail_server_and_start_production(self, secrets: Path) -> None:
        made = {path.name: path for path in secrets.iterdir()}
        assert made.keys() == COMPOSE["secrets"].keys()
        assert {name for name, path in made.items() if not path.read_text()} == {
            "email_url",
            "alert_mail_password",
        }
        environment = dict(OURS["web1"]["environment"])
        pointers = {name: value for name, value in environment.items() if name.endswith(FILE_SUFFIX)}
        files = {name: str(secrets / Path(value).name) for name, value in pointers.items()}
        (secrets / "email_url").write_text(SECRETS["EMAIL_URL"])
        words = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in environment.items()}
        result = start_with(words | files)
        assert result.returncode == 0, result.stderr

    def test_stay_when_they_are_made_again(self, secrets: Path) -> None:
        before = {path.name: path.read_text() for path in secrets.iterdir()}
        self.make(secrets)
        assert {path.name: path.read_text() for path in secrets.iterdir()} == before
        passwords = [text for name, text in before.items() if text and not name.startswith("database")]
        assert len(set(passwords)) == len(passwords)

    def test_of_the_database_are_one_password_also_when_it_is_made_anew(self, secrets: Path) -> None:
        def passwords() -> set[str]:
            urls = [path.read_text() for path in secrets.glob("database_*url*")]
            assert len(urls) == 3
            return {url.split(":")[2].split("@")[0] for url in urls} | {
                (secrets / "postgres_password").read_text()
            }

        [before] = passwords()
        for path in (secrets / "postgres_password", *secrets.glob("database_*")):
            path.unlink()
        self.make(secrets)
        [after] = passwords()
        assert after != before

    def test_are_hidden_by_their_folder_and_can_be_read_inside_of_it(self, secrets: Path) -> None:
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
        (secrets / "email_url").unlink()
        (secrets / "email_url").touch(mode=0o600)  # as somebody with a careful umask writes it
        self.make(secrets)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()}
        assert {name for name, mode in modes.items() if mode != 0o444} == {"email_url", "alert_mail_password"}
        assert modes["email_url"] == modes["alert_mail_password"] == 0o644

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
            "prometheus", "grafana", "backup", "alertmanager",
        }  # fmt: skip

    @pytest.mark.parametrize("name", COMPOSE["services"])
    def test_each_service_is_limited_without_rights_and_watched(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
        # Without one of its own, ours have that of the Dockerfile.
        assert "healthcheck" in service or (is_ours(service) and dockerfile("HEALTHCHECK"))
        # Each of these images begins as root unless told otherwise; the others name a user themselves.
        if service.get("image", "").startswith(("postgres:", "redis:")):
            assert service["user"] in ("postgres", "redis")

    def test_agrees_with_the_dockerfile(self) -> None:
        port = dockerfile("EXPOSE")
        assert all(service["stop_grace_period"] == "40s" for name, service in OURS.items() if name != "migrate")
        assert OURS["web1"].get("command") is None, "it runs the image's own"
        assert f"0.0.0.0:{port}" in dockerfile("CMD")
        command = " ".join(COMPOSE["services"]["nginx"]["command"])
        assert re.findall(r"server (web\d):(\d+)", command) == [(f"web{n}", port) for n in (1, 2, 3)]
        tags = {each["image"] for each in OURS.values()}
        assert tags == {f"fincred:${{VERSION:-{__version__}}}"}, "one for each release, to go back to"
        assert OURS["web1"]["volumes"] == [f"erasures:{Path(OURS['web1']['environment']['ERASURE_LOG']).parent}"]

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
            "/nginx/fincred.conf": f"{DEPLOY}/nginx.conf", "/tmp/": f"{tmp_path}/", "/etc/ssl/fincred/": f"{tls}/",  # noqa: S108  the container's
            "/dev/": f"{tmp_path}/", " web": " 127.0.0.",
            "exec nginx": f"exec {shlex.quote(str(ThrowawayNginx.installed))} -t",
        }  # fmt: skip
        # All at once, because this checkout may lie in one of these folders.
        script = re.sub("|".join(map(re.escape, here)), lambda found: here[found[0]], script)
        result = subprocess.run(["sh", "-ec", script], check=False, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        made = (tmp_path / "fincred.conf").read_text()
        assert re.findall(r"^    server (\S+) max_fails=1 fail_timeout=2s;", made, re.MULTILINE) == [
            "127.0.0.1:8000", "127.0.0.2:8000", "127.0.0.3:8000",
        ]  # fmt: skip


class TestKubernetes:
    @pytest.mark.parametrize("component", ["web", "work", "migrate", "backup", "check"])
    def test_each_pod_has_no_rights_and_limits(self, component: str) -> None:
        spec, container = pods()[component], containers()[component]
        uid = int((re.search(r"--uid (\d+)", (ROOT / "Dockerfile").read_text()) or ["", "0"])[1])
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == uid
        assert spec["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in spec["volumes"]}

    def test_agrees_with_the_dockerfile(self) -> None:
        web = containers()["web"]
        assert web["args"] == json.loads(dockerfile("CMD"))
        assert [port["containerPort"] for port in web["ports"]] == [int(dockerfile("EXPOSE"))]
        assert {each["image"] for each in containers().values()} == {"fincred"}
        paths = {mount["name"]: mount["mountPath"] for mount in web["volumeMounts"]}
        variables = {each["name"]: each.get("value") for each in web["env"]}
        assert variables["PROMETHEUS_MULTIPROC_DIR"] == paths["metrics"]
        assert str(Path(variables["ERASURE_LOG"]).parent) == paths["erasures"]
        assert f"install -d -o fincred -m 700 {paths['erasures']}" in (ROOT / "Dockerfile").read_text()

    def test_waits_longer_for_an_end_than_a_process_takes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Where it is absent the file sets it, and all later figures of this process would be sought there.
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        graceful = run_path(str(ROOT / "gunicorn.conf.py"))["graceful_timeout"]
        [settings] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        assert int(settings["DRAIN_SECONDS"]) < graceful < pods()["web"]["terminationGracePeriodSeconds"]

    def test_connections_of_all_pods_fit_into_postgresql(self) -> None:
        [settings] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        deployments = {each["metadata"]["name"]: each for each in manifests() if each["kind"] == "Deployment"}
        [scaler] = [each["spec"] for each in manifests() if each["kind"] == "HorizontalPodAutoscaler"]
        workers = int(containers()["web"]["args"][-1])
        # In an upgrade one pod more starts while one ends.
        web = (scaler["maxReplicas"] + 2) * workers
        work = deployments["fincred-work"]["spec"]["replicas"] + 1
        jobs = sum(each["kind"] in ("Job", "CronJob") for each in manifests())
        most, least = int(settings["DB_POOL_MAX"]), int(settings["DB_POOL_MIN"])
        # Of its 100 PostgreSQL keeps three for superusers.
        assert (web + work) * most + jobs * least <= 97

    def test_probes_paths_that_exist(self) -> None:
        document = (ROOT / "docs/openapi.yaml").read_text()
        paths = {probe["path"] for probe in find_all(list(containers().values()), "httpGet")}
        assert paths == {"/api/v0/health/live", "/api/v0/health/ready"}
        assert all(f"{path}:" in document for path in paths)

    def test_what_is_selected_is_there(self) -> None:
        names = {(each["kind"], each["metadata"]["name"]) for each in manifests()}
        for claim in find_all(manifests(), "claimName"):
            assert ("PersistentVolumeClaim", claim) in names
        for backend in find_all(manifests(), "service"):
            assert ("Service", backend["name"]) in names
        for target in find_all(manifests(), "scaleTargetRef"):
            assert (target["kind"], target["name"]) in names
        labels = [set(each.items()) for each in find_all(manifests(), "matchLabels")]
        known = {("app.kubernetes.io/component", component) for component in pods()}
        known |= {("app.kubernetes.io/name", "fincred")}
        ours = [each for each in labels if not any(key == "kubernetes.io/metadata.name" for key, _ in each)]
        assert all(each <= known for each in ours)

    def test_every_file_of_the_base_is_listed_and_pods_get_the_name_that_policies_select(self) -> None:
        base = DEPLOY / "kubernetes" / "base"
        listed = yaml.safe_load((base / "kustomization.yaml").read_text())
        files = {file.name for file in base.iterdir()} - {"kustomization.yaml"}
        assert set(listed["resources"]) == files
        [labels] = listed["labels"]
        assert labels["pairs"] == {"app.kubernetes.io/name": "fincred"}
        assert labels["includeTemplates"] is True

    @pytest.mark.slow
    @pytest.mark.kubernetes
    def test_the_overlay_is_what_kubernetes_takes(self, tmp_path: Path) -> None:
        overlay = DEPLOY / "kubernetes" / "overlays" / "production"
        made = subprocess.run(["kubectl", "kustomize", overlay], check=True, capture_output=True)
        (tmp_path / "all.yaml").write_bytes(made.stdout)
        result = subprocess.run(
            ["kubernetes-validate", "--strict", "--no-warn", tmp_path / "all.yaml"],
            check=False,
            capture_output=True,
        )
        assert result.returncode == 0, result.stderr.decode()


class TestScripts:
    @pytest.mark.parametrize("file", sorted(DEPLOY.rglob("*.sh")), ids=lambda file: file.name)
    def test_are_shell_and_may_be_run(self, file: Path) -> None:
        subprocess.run(["sh", "-n", file], check=True)
        assert os.access(file, os.X_OK)
