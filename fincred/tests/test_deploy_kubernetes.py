"""deploy/kubernetes: what its objects name exists, and agrees with the Dockerfile."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from runpy import run_path

import pytest
import yaml

from fincred.tests.live import ROOT
from fincred.tests.test_deploy import DEPLOY, containers, dockerfile, find_all, manifests, pods

pytestmark = [pytest.mark.unit, pytest.mark.platform]


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
        workers = int(settings["WEB_CONCURRENCY"])
        scaled = {
            "fincred-web": scaler["maxReplicas"],
            "fincred-work": deployments["fincred-work"]["spec"]["replicas"],
        }
        most_pods = {}
        for name, spec in ((name, deployment["spec"]) for name, deployment in deployments.items()):
            # maxSurge doesn't count a pod that is ending. As a new one counts as ready only after a longer time
            # than the end of an old one takes, no two end at once.
            assert spec["minReadySeconds"] > spec["template"]["spec"]["terminationGracePeriodSeconds"]
            how = spec["strategy"]["rollingUpdate"]
            assert how["maxSurge"] + how["maxUnavailable"] == 1, "one after another"
            most_pods[name] = scaled[name] + how["maxSurge"] + 1
        web, work = most_pods["fincred-web"] * workers, most_pods["fincred-work"]
        jobs = sum(each["kind"] in ("Job", "CronJob") for each in manifests())
        most, least = int(settings["DB_POOL_MAX"]), int(settings["DB_POOL_MIN"])
        # Of its 100 PostgreSQL keeps three for superusers.
        assert (web + work) * most + jobs * least <= 97

    def test_a_web_pod_asks_for_a_processor_for_each_of_its_workers(self) -> None:
        [settings] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        assert containers()["web"]["resources"]["requests"]["cpu"] == settings["WEB_CONCURRENCY"]

    def test_the_secret_that_the_handbook_has_made_holds_what_pods_are_pointed_to_and_no_more(self) -> None:
        handbook = (ROOT / "docs/operations.md").read_text()
        [names] = re.findall(r"^ +for name in (.+); do .*--from-file", handbook, re.MULTILINE)
        overlay = (DEPLOY / "kubernetes/overlays/production/kustomization.yaml").read_text()
        [settings] = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
        pointed = re.findall(r"/run/secrets/fincred/(\w+)", overlay + json.dumps(settings))
        assert sorted(names.split()) == sorted(pointed)

    def test_not_all_pods_of_one_kind_are_taken_away_at_once(self) -> None:
        kept = [each["spec"] for each in manifests() if each["kind"] == "PodDisruptionBudget"]
        deployments = [each["spec"] for each in manifests() if each["kind"] == "Deployment"]
        selected = [each["selector"]["matchLabels"]["app.kubernetes.io/component"] for each in kept]
        assert sorted(selected) == sorted(
            each["selector"]["matchLabels"]["app.kubernetes.io/component"] for each in deployments
        )
        assert {each["maxUnavailable"] for each in kept} == {1}

    @pytest.mark.parametrize("code", [0, 3])
    def test_old_backups_are_deleted_whether_or_not_one_is_made(self, tmp_path: Path, code: int) -> None:
        """Run with a `python` that does nothing, or fails."""
        (tmp_path / "python").write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / "python").chmod(0o755)
        backups = tmp_path / "backups"
        backups.mkdir()
        (backups / "2020-01-01.fincred.gz").touch()
        os.utime(backups / "2020-01-01.fincred.gz", (0, 0))
        shell, option, script = containers()["backup"]["args"]
        result = subprocess.run(
            [shell, option, script.replace("/backups", str(backups))],
            check=False,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        )
        assert (result.returncode, list(backups.iterdir())) == (code, [])

    def test_prometheus_finds_the_web_pods_by_what_they_have(self) -> None:
        [job] = yaml.safe_load((DEPLOY / "prometheus/kubernetes.yml").read_text())["scrape_configs"]
        [elsewhere] = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
        assert (job["job_name"], job["honor_labels"]) == (elsewhere["job_name"], True), "rules name the job"
        keep = next(each for each in job["relabel_configs"] if each["action"] == "keep")
        web = containers()["web"]["ports"][0]
        assert keep["regex"] == f"web;{web['name']}"

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
