"""deploy/prometheus and deploy/grafana: the rules fire when they should, say what to do, and reach an operator."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from fincred.ops import own_work
from fincred.ops.jobs import registered_jobs
from fincred.ops.tests.test_counters import DASHBOARD, RULES
from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]


# What takes minutes, and what takes days and is evaluated more rarely.
TESTS = [RULES.with_name("alerts_test.yml"), RULES.with_name("alerts_days_test.yml")]


class TestAlerts:
    def test_every_alert_says_what_to_do_and_the_handbook_has_the_page(self) -> None:
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        pages = (ROOT / "docs" / "operations.md").read_text()
        for rule in rules:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"].keys() == {"summary", "do"}
            for page in re.findall(r"the handbook, '([^']+)'", rule["annotations"]["do"]):
                assert re.search(rf"^#+ {re.escape(page)}$", pages, re.MULTILINE), page
            # Without quotes it would say nothing that can be held to the dashboard.
            named = re.findall(r"the dashboard's '([^']+)'", rule["annotations"]["do"])
            assert rule["annotations"]["do"].count("dashboard") == len(named)
            assert set(named) <= {panel["title"] for panel in json.loads(DASHBOARD.read_text())["panels"]}

    @pytest.mark.promtool
    def test_prometheus_takes_the_rules_and_they_fire_when_they_should(self, tmp_path: Path) -> None:
        cluster = tmp_path / "kubernetes.yml"
        whole = RULES.with_name("kubernetes.yml").read_text()
        # Debian's is built without Kubernetes.
        cluster.write_text(re.sub(r"kubernetes_sd_configs: .*", "static_configs: []", whole))
        for command in (
            ["check", "config", "--syntax-only", str(RULES.with_name("prometheus.yml"))],
            ["check", "config", "--syntax-only", str(cluster)],
            ["check", "rules", str(RULES)],
            *(["test", "rules", str(file)] for file in TESTS),
        ):
            result = subprocess.run(["promtool", *command], check=False, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout + result.stderr

    def test_every_alert_fires_in_a_test(self) -> None:
        tests = [test for file in TESTS for test in yaml.safe_load(file.read_text())["tests"]]
        asked = [each for test in tests for each in test.get("promql_expr_test", ())]
        fires = {
            name
            for each in asked
            if any(sample["value"] for sample in each["exp_samples"])
            for name in re.findall(r'alertname="(\w+)"', f"{each['expr']} {each['exp_samples']}")
        }
        fires |= {
            each["alertname"] for test in tests for each in test.get("alert_rule_test", ()) if each["exp_alerts"]
        }
        groups = yaml.safe_load(RULES.read_text())["groups"]
        assert {rule["alert"] for group in groups for rule in group["rules"]} == fires

    def test_jobs_that_rules_name_are_those_that_workers_run(self) -> None:
        jobs = {job.name: job.every for job in registered_jobs()}
        rules = {
            rule["alert"]: rule["expr"]
            for group in yaml.safe_load(RULES.read_text())["groups"]
            for rule in group["rules"]
        }
        [daily] = re.findall(r'job=~"([\w|]+)"', rules["FinCredJobLate"])
        assert set(daily.split("|")) == {name for name, every in jobs.items() if every >= timedelta(days=1)}
        [alive] = re.findall(r'job=~"([\w|]+)"', rules["FinCredWorkerSilent"])
        assert set(alive.split("|")) == {name for name, every in jobs.items() if every <= timedelta(minutes=1)}

    def test_what_operators_run_has_an_alert_of_its_own(self) -> None:
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        exprs = {rule["alert"]: rule["expr"] for rule in rules}
        for work, alert in own_work._ALERTS.items():
            assert f'{{job="{work}"}}' in exprs[alert]
        [others] = re.findall(r'job!~"([\w|]+)"', exprs["FinCredJobLate"])
        assert set(own_work.OwnWork) < set(others.split("|"))

    def test_every_severity_has_a_receiver(self) -> None:
        receivers = yaml.safe_load(RULES.with_name("alertmanager.yml").read_text())
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        routed = {
            matcher: route["receiver"] for route in receivers["route"]["routes"] for matcher in route["matchers"]
        }
        for severity in {rule["labels"]["severity"] for rule in rules}:
            assert routed.get(f'severity="{severity}"', receivers["route"]["receiver"]) == severity
        assert {each["name"] for each in receivers["receivers"]} == {"page", "ticket"}

    def test_the_dashboard_leaves_out_probes_where_the_alerts_do(self) -> None:
        panels = {panel["title"]: panel["targets"] for panel in json.loads(DASHBOARD.read_text())["panels"]}
        for title in ("Errors of a hundred requests", "Seconds to answer", "Slowest routes, p95"):
            for target in panels[title]:
                asked = re.findall(r"fincred_http_\w+(\{[^}]*\})?", target["expr"])
                assert asked
                assert all('route!~"/api/v0/health.*|/metrics"' in labels for labels in asked), title

    def test_the_dashboard_is_whole(self) -> None:
        dashboard = json.loads(DASHBOARD.read_text())
        sources = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
        assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {sources["datasources"][0]["uid"]}
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
        assert len(set(places)) == len(places)
