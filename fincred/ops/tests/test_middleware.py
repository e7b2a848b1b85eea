from __future__ import annotations

import json
import logging
from ipaddress import ip_network
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.models import User
from fincred.db.tests.links import address
from fincred.ops.middleware import RequestContextMiddleware, TrustedProxyMiddleware

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
}


def assert_envelope(response: Any, status: int, code: str) -> None:
    body = json.loads(response.content)
    assert response.status_code == status
    assert set(body) == {"success", "error", "error_code", "details"}
    assert body["success"] is False
    assert body["error_code"] == code
    assert isinstance(body["details"], dict)


class BrokenOff:
    """A body that its client breaks off."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError

    readline = read


class TestEveryAnswer:
    @pytest.mark.parametrize(
        "path", ["/", "/docs", "/openapi.json", "/api/v0/health", "/nowhere", "/metrics", "/admin/"]
    )
    def test_carries_an_id_a_time_and_the_security_headers(self, path: str) -> None:
        response = Client().get(path)
        assert SECURITY.items() <= dict(response.headers).items()
        assert "max-age=" in response.headers["Strict-Transport-Security"]
        assert len(response.headers["X-Request-ID"]) == 36
        assert response.headers["X-Process-Time"].endswith("ms")
        float(response.headers["X-Process-Time"].removesuffix("ms"))

    def test_keeps_the_id_of_the_client_when_it_is_harmless(self) -> None:
        ask = Client().get
        assert (
            ask("/api/v0/health", headers={"X-Request-ID": "abc.DEF_1-2"}).headers["X-Request-ID"] == "abc.DEF_1-2"
        )
        for forged in ("a b", "x" * 129, "a\r\nSet-Cookie: b", "<script>", "é"):
            answer = ask("/api/v0/health", headers={"X-Request-ID": forged})
            assert answer.headers["X-Request-ID"] != forged

    def test_a_prefix_in_front_of_the_path_changes_nothing(self) -> None:
        response = Client().get("/api/v0/health", SCRIPT_NAME="/x")
        assert response.wsgi_request.path == "/x/api/v0/health"
        assert response.headers["Cache-Control"] == "no-store"

    def test_under_auth_nothing_may_be_stored(self) -> None:
        assert Client().post("/api/v0/auth/login").headers["Cache-Control"] == "no-store"


class TestEnvelope:
    def test_of_an_unknown_path(self) -> None:
        assert_envelope(Client().get("/nowhere"), 404, "RESOURCE_NOT_FOUND")
        assert_envelope(Client().get("/api/v0/goals/"), 404, "RESOURCE_NOT_FOUND")

    def test_of_a_bad_host(self) -> None:
        assert_envelope(Client(SERVER_NAME="evil.example").get("/api/v0/goals"), 400, "MALFORMED_REQUEST")

    @pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/metrics"])
    def test_of_a_wrong_method_outside_the_api(self, path: str) -> None:
        response = Client(enforce_csrf_checks=True).post(path)
        assert_envelope(response, 405, "METHOD_NOT_ALLOWED")
        assert {"GET", "HEAD"} <= set(response["Allow"].split(", "))

    @pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options", "trace"])
    @pytest.mark.parametrize("path", ["goals", "users/me", "dashboard", "auth/logout", "auth/verify-email"])
    def test_of_a_wrong_method_tells_the_right_ones(self, as_saver: APIClient, path: str, method: str) -> None:
        response = as_saver.generic(method.upper(), f"/api/v0/{path}")
        assert (response.status_code == 405) == (method.upper() not in response["Allow"].split(", "))

    def test_of_a_body_that_is_too_large(self, api: APIClient) -> None:
        body = json.dumps({"email": "x" * (1024 * 1024)})
        response = api.post("/api/v0/auth/register", body, content_type="application/json")
        assert_envelope(response, 413, "REQUEST_TOO_LARGE")

    @pytest.mark.parametrize("coding", ["gzip, chunked", "identity, chunked", "gzip", "chunked, chunked"])
    def test_of_a_body_in_a_coding_that_is_not_read(self, as_saver: APIClient, coding: str) -> None:
        sent: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": coding, "CONTENT_LENGTH": ""}
        response = as_saver.generic("PUT", "/api/v0/snapshot", "{}", "application/json", **sent)
        assert_envelope(response, 415, "UNSUPPORTED_MEDIA_TYPE")
        assert "chunked" in response.json()["error"]

    def test_of_a_body_that_is_broken_off(self, api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
        sent: dict[str, Any] = {"CONTENT_LENGTH": "46", "wsgi.input": BrokenOff()}
        response = api.generic("POST", "/api/v0/auth/login", "", "application/json", **sent)
        assert_envelope(response, 400, "MALFORMED_REQUEST")
        assert not [record for record in caplog.records if record.exc_info]

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    def test_of_a_form_that_is_broken_off(self, kind: str, caplog: pytest.LogCaptureFixture) -> None:
        client = Client(enforce_csrf_checks=True)
        client.get("/admin/login/")
        sent: dict[str, Any] = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": "46", "wsgi.input": BrokenOff()}
        response = client.generic("POST", "/admin/login/", **sent)
        assert_envelope(response, 400, "MALFORMED_REQUEST")
        assert not [record for record in caplog.records if record.exc_info]

    @pytest.mark.parametrize(
        "kind",
        [
            *(
                "text/plain",
                "application/xml",
                "multipart/form-data; boundary=x",
                "*/*",
                "application/*",
                "*/json",
            ),
            *(
                "application/json; charset=utf-16",
                'application/json;Charset="ISO-8859-1"',
                "application/json; charset=",
            ),
        ],
    )
    def test_of_a_body_that_is_not_json(self, api: APIClient, kind: str) -> None:
        response = api.post("/api/v0/auth/register", "hello", content_type=kind)
        assert_envelope(response, 415, "UNSUPPORTED_MEDIA_TYPE")
        assert response.json()["error"] == "Send JSON in UTF-8, with Content-Type: application/json"

    def test_of_a_range_of_types_where_forms_are_taken_too(self, api: APIClient) -> None:
        for kind in ("*/*", "application/*", "multipart/*"):
            assert_envelope(
                api.post("/api/v0/auth/login", "hello", content_type=kind), 415, "UNSUPPORTED_MEDIA_TYPE"
            )

    @pytest.mark.parametrize("kind", ["application/json;charset=UTF-8", 'application/json; charset="utf-8"'])
    def test_of_no_body_that_says_it_is_utf_8(self, api: APIClient, kind: str) -> None:
        assert_envelope(api.post("/api/v0/auth/register", "{}", content_type=kind), 400, "VALIDATION_ERROR")

    @pytest.mark.parametrize("accept", ["text/csv", "application/json;q=0", "text/html, application/json; q=0.0"])
    def test_of_an_accept_that_excludes_json(self, api: APIClient, accept: str) -> None:
        assert_envelope(api.get("/api/v0/health", headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")

    @pytest.mark.parametrize(
        "accept", ["text/html;q=0, */*", "text/html, application/json;q=0.1", "application/*"]
    )
    def test_of_no_accept_that_takes_json_at_all(self, api: APIClient, accept: str) -> None:
        assert api.get("/api/v0/health", headers={"Accept": accept}).status_code == 200

    def test_of_a_missing_token(self, api: APIClient) -> None:
        response = api.get("/api/v0/goals")
        assert_envelope(response, 401, "NOT_AUTHENTICATED")
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestCutConnection:
    @pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
    def test_is_a_503(self, as_saver: APIClient, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        as_saver.raise_request_exception = False
        assert as_saver.get("/api/v0/goals").status_code == 200
        with psycopg.connect(**address(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        answer = as_saver.get("/api/v0/goals")
        connection.close()  # the end of a request does it; the test client keeps it for the next one
        assert_envelope(answer, 503, "DATABASE_UNAVAILABLE")
        assert "Retry-After" in answer.headers

    @pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
    def test_is_a_503_in_the_back_office_too(self, client: Client, settings: Any, debug: bool) -> None:
        settings.DEBUG = debug
        client.force_login(User.objects.create_superuser("boss@example.com"))
        client.raise_request_exception = False
        assert client.get("/admin/").status_code == 200
        with psycopg.connect(**address(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        answer = client.get("/admin/")
        connection.close()
        assert_envelope(answer, 503, "DATABASE_UNAVAILABLE")


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
def test_a_database_that_is_away_is_asked_once(client: Client, settings: Any, debug: bool) -> None:
    """Each time it is asked takes seconds, and Django's page for DEBUG would ask for every query that it shows."""
    settings.DEBUG = debug
    client.force_login(User.objects.create_superuser("boss@example.com"))
    client.raise_request_exception = False
    asked: list[str] = []

    def away(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        raise OperationalError

    with connection.execute_wrapper(away):
        assert client.get("/admin/").status_code == 503
    assert len(asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
@pytest.mark.parametrize("route", ["/api/v0/goals", "/admin/", "/api/v0/calendar/{secret}.ics"])
def test_a_database_that_is_away_is_logged_as_it_is_answered(
    as_saver: APIClient, settings: Any, debug: bool, route: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = debug
    as_saver.force_login(User.objects.create_superuser("boss@example.com"))
    as_saver.raise_request_exception = False

    def away(*args: Any) -> Any:
        raise OperationalError

    with connection.execute_wrapper(away):
        assert as_saver.get(route.format(secret="s3cret")).status_code == 503
    [line] = [record for record in caplog.records if record.name == "django.request"]
    assert (line.getMessage(), vars(line)["status_code"]) == (f"Service Unavailable: {route}", 503)
    assert line.exc_info


@pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
@pytest.mark.parametrize("accept", ["text/html", "*/*", "text/plain"])
class TestAClientsFault:
    """Is answered alike with DEBUG, also where only the back office's people read."""

    def test_of_a_host_that_is_not_served(self, settings: Any, debug: bool, accept: str) -> None:
        settings.DEBUG, settings.ALLOWED_HOSTS = debug, ["api.example"]
        settings.CORS_ALLOWED_ORIGINS = [app := "https://app.example"]
        for path, allowed in (("/admin/", None), ("/api/v0/goals", app)):
            asked_by = {"Host": "evil.example", "Accept": accept, "Origin": app}
            answer = Client().get(path, headers=asked_by)
            assert_envelope(answer, 400, "MALFORMED_REQUEST")
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed

    def test_of_too_many_parameters(self, settings: Any, debug: bool, accept: str) -> None:
        settings.DEBUG = debug
        answer = Client().get("/admin/login/?" + "&".join(["a="] * 1500), headers={"Accept": accept})
        assert answer.status_code == 400
        assert (b"Too much was sent at once" in answer.content) == (accept == "text/html")


class TestRequestLine:
    def test_has_the_route_and_neither_the_query_nor_an_id(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, logger="fincred.ops.middleware"):
            Client().get("/api/v0/goals/8d5c9b3e-0000-4000-8000-000000000000?token=s3cret")
        line = vars(caplog.records[-1])
        assert line["route"] == "/api/v0/goals/{goal_id}"
        assert (line["method"], line["status"]) == ("GET", 401)
        assert "s3cret" not in str(line)


class TestHead:
    def test_has_the_length_and_no_content(self, rf: RequestFactory) -> None:
        response = RequestContextMiddleware(lambda request: HttpResponse(b"abc"))(rf.head("/docs"))
        assert (response.content, response.headers["Content-Length"]) == (b"", "3")


class TestCORS:
    def test_only_listed_origins_may_read(self, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
        allowed = Client().get("/api/v0/health", headers={"Origin": "https://app.example"})
        refused = Client().get("/api/v0/health", headers={"Origin": "https://evil.example"})
        assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert "Access-Control-Allow-Origin" not in refused.headers

    @pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
    def test_listed_origins_may_read_refusals(self, settings: Any, debug: bool) -> None:
        settings.DEBUG, settings.CORS_ALLOWED_ORIGINS = debug, ["https://app.example"]
        answer = Client().get("/api/v0/nowhere", headers={"Origin": "https://app.example"})
        assert_envelope(answer, 404, "RESOURCE_NOT_FOUND")
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Vary"] == "origin"

    @pytest.mark.parametrize("headers", [{}, {"Origin": "https://app.example"}])
    def test_caches_are_told_that_the_origin_matters(self, headers: dict[str, str]) -> None:
        assert Client().get("/api/v0/health", headers=headers).headers["Vary"] == "origin"
        assert "origin" not in Client().get("/openapi.json", headers=headers).headers.get("Vary", "")


class TestBrowserMiddleware:
    def test_only_pages_go_through_what_is_for_browsers(self) -> None:
        """SecurityMiddleware, the first of it, is the only one that sets this."""
        assert "Cross-Origin-Opener-Policy" in Client().get("/docs").headers
        assert "Cross-Origin-Opener-Policy" not in Client().get("/api/v0/health").headers


class TestTrustedProxy:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
            ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
        ],
    )
    def test_the_client_is_the_nearest_hop_that_is_not_ours(
        self, settings: Any, peer: str, forwarded: str, address: str
    ) -> None:
        settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
        seen: list[HttpRequest] = []

        def remember(request: HttpRequest) -> HttpResponse:
            seen.append(request)
            return HttpResponse()

        sent: dict[str, Any] = {
            "REMOTE_ADDR": peer,
            "HTTP_X_FORWARDED_FOR": forwarded,
            "HTTP_X_FORWARDED_PROTO": "https",
        }
        TrustedProxyMiddleware(remember)(RequestFactory().get("/", **sent))
        assert seen[0].META["REMOTE_ADDR"] == address
        assert seen[0].is_secure() == peer.startswith("10.")


class TestMetrics:
    def test_counts_by_route_method_and_status(self) -> None:
        Client().get("/api/v0/health/live")
        text = Client().get("/metrics").content.decode()
        assert 'fincred_http_requests_total{method="GET",route="/api/v0/health/live",status="200"}' in text
        assert 'fincred_http_request_seconds_bucket{le="0.005",method="GET",route="/api/v0/health/live"}' in text

    def test_an_invented_method_adds_no_series(self) -> None:
        Client().generic("BREW", "/api/v0/health/live")
        text = Client().get("/metrics").content.decode()
        assert "BREW" not in text
        assert 'method="OTHER"' in text

    def test_needs_its_token_where_one_is_set(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "m" * 32
        assert_envelope(Client().get("/metrics"), 401, "NOT_AUTHENTICATED")
        assert Client().get("/metrics", headers={"Authorization": f"Bearer {'m' * 32}"}).status_code == 200
