"""Hostile input, written by hand: generators of random input find almost none of it.

Values are JSON texts, so that texts that aren't JSON (NaN, half a character) can be among them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_DEEP: Final = 100_000

NUMBERS: Final = (
    "0", "-0", "-0.00", "1", "-1", "1.0", "1.005", "0.001", "1E+2", "1e-400", "1e400", "-1e400", "1e999999",
    "1e99999999999999999999", "-1e-99999999999999999999", "NaN", "Infinity", "-Infinity", "9" * 400,
    "-" + "9" * 400, "0." + "9" * 400, "9" * 4_400, "2147483648", "9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "999999999999.99", "999999999999.991", "1000000000000", "-999999999999.99",
)  # fmt: skip

NUMBERS_AS_TEXT: Final = (
    '""', '" 1"', '"1 "', '"1\\n"', '"-0.00"', '"1e5"', '"NaN"', '"Infinity"', '"0x10"', '"1_000"', '"1,000"',
    '"+1"', '".5"', '"5."', '"١٢٣"', '"१२"', '"１２"', '"½"', '"' + "9" * 400 + '"', '"999999999999.99"', '"true"',
    '"null"',
)  # fmt: skip

TEXTS: Final = (
    '" "', '"\\t"', '"\\u0000"', '"a\\u0000b"', '"\\u0007"', '"\\u001b[31m"', '"a\\r\\nSet-Cookie: a=b"',
    '"\\u0085"', '"\\u2028"', '"\\u202e"', '"\\ufeff"', '"\\uffff"', '"\\ud800"', '"a\\udfff"',
    '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"é"', '"e\\u0301"', '"ß"', '"İ"',
    '"' + "\N{COMBINING ACUTE ACCENT}" * 500 + '"', '"' + "x" * 5_000 + '"', '"' + "💶" * 5_000 + '"',
    '"\' OR 1=1 --"', '"%s %d %(a)s {0} {a}"', '"../../etc/passwd"', '"<script>"', '"\\\\x00"', '"a@b"',
    '"a@b.example\\u0000"', '"A@\\u0130.example"', '"' + "a" * 5_000 + '@b.example"', '"@"', '"a@b.c@d.example"',
)  # fmt: skip

DATES: Final = (
    '"0001-01-01"', '"0001-01-02"', '"9999-12-31"', '"9999-12-30"', '"2028-02-29"', '"2027-02-29"',
    '"0000-00-00"', '"10000-01-01"', '"-001-01-01"', '"2026-W01-1"', '"2026W011"', '"20260101"', '"2026-001"',
    '"2026-1-1"', '"2026-02-30"', '"2026-01-01T00:00:00Z"', '"2026-01-01\\n"', '"٢٠٢٦-٠١-٠١"', '"today"',
)  # fmt: skip

IDS: Final = (
    '"00000000-0000-0000-0000-000000000000"', '"00000000000000000000000000000000"',
    '"{00000000-0000-0000-0000-000000000000}"', '"urn:uuid:00000000-0000-0000-0000-000000000000"',
    '"００000000-0000-0000-0000-000000000000"', '"Europe/Berlin\\u0000"', '"../UTC"', '"/etc/localtime"', '"utc"',
)  # fmt: skip

SHAPES: Final = (
    "null", "true", "false", "[]", "{}", "[null]", "[[]]", "[{}]", '{"": 0}', '{"a": 1, "a": 2}',
    '["a", 1, null, {}]', '{"__proto__": {}, "$ne": null, "__class__": 0}', "[" + "0," * 5_000 + "0]",
    "[" + "{}," * 60 + "{}]", "[" * 50 + "]" * 50, '{"a":' * 50 + "0" + "}" * 50,
)  # fmt: skip

# Of every kind one or two: what a field of any other kind gets.
WRONG_KINDS: Final = (
    "0", "-1.5", "1e400", "1e99999999999999999999", "NaN", "9" * 400, '""', '"1"', '"١٢٣"', '"\\u0000"',
    '"\\ud800"', '"' + "x" * 5_000 + '"', '"2026-W01-1"', '"9999-12-31"',
    '"00000000-0000-0000-0000-000000000000"', "null", "true", "[]", "{}", '[{"a": [null]}]', '{"a": 1, "a": 2}',
    "[" * 50 + "]" * 50,
)  # fmt: skip

OF_FORMAT: Final = {"date": DATES, "uuid": IDS}
OF_TYPE: Final = {
    "number": NUMBERS + NUMBERS_AS_TEXT, "integer": NUMBERS + NUMBERS_AS_TEXT, "string": TEXTS, "array": SHAPES,
    "object": SHAPES,
}  # fmt: skip


def values_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """What to try where this schema is expected: everything of its own kind, and some of every other."""
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind  # such as ["string", "null"]
    own = OF_FORMAT.get(schema.get("format", ""), OF_TYPE.get(kind, TEXTS))
    return tuple(dict.fromkeys(WRONG_KINDS + own))


# Not JSON, or JSON that says two things at once: refused by everything that reads a body.
UNREADABLE: Final = (
    b" ", b"{", b"}", b"[", b"]", b'"', b"'a'", b"nul", b"{a: 1}", b'{"a": 1,}', b'{"a": 01}', b'{"a": +1}',
    b'{"a": .5}', b'{"a": 1} {"b": 2}', b'{"a": 1} // but', b"<a/>", b"a=1&b=2", b"\x00", b"{}\x00",
    b'{"a": "\x01"}', b'{"a": "\\x41"}', b'{"a": "\\u12"}', b"\xff\xfe", b'{"a": "\xff"}', b'{"a": "\xc3\x28"}',
    b'{"a": "\xc0\x80"}', b'{"a": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}", '{"a": 1}'.encode("utf-16"),
    '{"a": 1}'.encode("utf-32"), b"\x1f\x8b\x08\x00", b'{"a": NaN}', b'{"a": [Infinity]}', b'{"a": -Infinity}',
    b'{"a": 1, "a": 1}', b'{"a": {"b": 1, "b": 2}}', b'{"a": 1, "\\u0061": 2}', b'{"a": "\\ud800"}',
    b'{"\\udfff": 1}', b'{"a": ["\\udc00\\ud800"]}', b'{"a": ' + b"9" * 5_000 + b"}",
    b"{" + b",".join(b'"%d":0' % number for number in range(30_000)) + b',"29999":0}', b"[" * 400 + b"]" * 400,
    b'{"a":' * 400 + b"1" + b"}" * 400, b"[" * _DEEP, b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP,
    b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
)  # fmt: skip

# JSON, but no object.
NO_OBJECT: Final = (
    b"null", b"true", b"0", b"-0.00", b"1e400", b'"a"', b'""', b"[]", b"[{}]", b"[[[]]]", b"[null]",
)  # fmt: skip

# Unknown fields are ignored, with any content.
_SOUND_SHAPES: Final = {f"shape {place}": value for place, value in enumerate(SHAPES) if '"a": 2' not in value}
UNKNOWN: Final[Mapping[str, str]] = _SOUND_SHAPES | {
    "a number": "1e400", "a long number": "9" * 400, "a long integer": "18446744073709551616",
    "\\u0000": '"\\u0000"', "": "0", "id": '"\\u0000"', "x" * 5_000: '"' + "x" * 5_000 + '"', "__class__": "{}",
    "a.b": "0", "0": "0",
}  # fmt: skip

TOO_LARGE: Final = b'{"a": "' + b"x" * 1024 * 1024 + b'"}'

# Never JSON.
OTHER_TYPES: Final = (
    "", "text/plain", "text/html", "application/xml", "application/octet-stream", "application/vnd.api+json",
    "multipart/form-data", "multipart/form-data; boundary=a", "nonsense", "/", "a/b/c", ";;;",
    "application/json,text/plain", "\x00", "\u00ff\u00fe", "x" * 5_000,
)  # fmt: skip

# As they stand in a URL.
QUERIES: Final = (
    "", "%20", "0", "-0", "-1", "1", "101", "1.0", "1e3", "%2B1", "+1", "0x10", "1_0", "NaN", "Infinity", "null",
    "true", "100001", "100000", "9" * 9, "9" * 10, "9" * 400, "%D9%A1", "%EF%BC%91", "%00", "a%00b", "%ff",
    "%ED%A0%80", "%", "%zz", "%0d%0aX-A:%20b", "%5B%5D", "%5B1%5D", "%7B%7D", "a,b", "x" * 5_000,
    "%F0%9F%92%B6" * 500, "%27%20OR%201=1--", "%25s", "%5C", "_", "%25", "2026-W01-1", "20260101", "2026-02-30",
    "0001-01-01", "9999-12-31", "10000-01-01", "2026-01-01T00:00:00Z", "%D9%A2%D9%A0%D9%A2%D9%A6-01-01",
    "created_at", "-created_at", "--created_at", "created_at,id", "user__password", "password", "%3F", "active",
    "ACTIVE", "High", "emergency_fund", "00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000",
)  # fmt: skip

WHOLE_QUERIES: Final = (
    "&", "=", "&&&===", "a", "%00=%00", "%ff=%ff", "limit=1&limit=x", "limit[]=1", "format=xml", "format=",
    "_method=DELETE", "&".join(f"a{number}=1" for number in range(1_500)), "a=" + "x" * 8_000, ";limit=x",
    "limit=1;offset=x",
)  # fmt: skip

# In the place of an id in a path.
PATH_IDS: Final = (
    "0", "-1", "null", "id", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000",
    "%7B00000000-0000-0000-0000-000000000000%7D", "%EF%BC%90" * 8 + "-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-00000000000g", "00000000-0000-0000-0000-000000000000%0a", "%00", "%ff", "%ED%A0%80",
    "%2e%2e", "%2F", "..", "*", "%25", "%27%20OR%201=1--", "x" * 5_000, "00000000-0000-0000-0000-000000000000/",
)  # fmt: skip

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Authorization": (
        "", " ", "Bearer", "Bearer ", "Bearer  ", "bearer a", "Bearer a b c", "Bearer a.b.c", "Bearer ..",
        "Bearer null", "Basic YTpi", "Token a", "Bearer \xff\xfe", "Bearer \x00", "Bearer " + "x" * 10_000,
        "Bearer " + "." * 1_000, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Bearer W10.W10.W10",
        "Bearer bnVsbA.bnVsbA.bnVsbA", "," * 100,
    ),
    "Accept": (
        "", " ", "*", "*/*", "*/*;q=a", "*/*;q=0", "text/html", "application/xml", "application/json;q=0", ";;;",
        "/", ",,,", "application/json; indent=999999999", "application/json; indent=a",
        "application/json;version=9", "\xff", "a" * 5_000, ",".join(["text/html"] * 2_000), "application/*",
        "APPLICATION/JSON", "application/json; charset=utf-16",
    ),
    "Idempotency-Key": (
        "", " ", "a b", "\xff", "\x7f", "\x00", "x" * 256, "x" * 10_000, "😀".encode().decode("latin-1"),
    ),
    "X-Request-ID": (
        "", " ", "x" * 129, "a b", "\xff", "\x00", "\x1b[31m", "<script>", "{}", "%0a",
        "🙂".encode().decode("latin-1"),
    ),
    "X-Forwarded-For": (
        "", ",", "a", "1.2.3.4, a", "999.1.1.1", "::1", "[::1]", "\xff", "1.2.3.4," * 1_000, "%00",
    ),
    "X-Forwarded-Proto": ("", "https", "javascript", "\xff"),
    "X-Forwarded-Host": ("", "evil.example", "\xff"),
    "X-HTTP-Method-Override": ("DELETE", "\xff"),
    "Content-Length": ("", "a", "-1", "1e1", "\u00b2"),
    "Content-Encoding": ("gzip", "identity", "\xff"),
    "Cookie": (
        "", "=", "a", "sessionid=", "sessionid=\x00", "sessionid=\xff", "csrftoken=" + "x" * 5_000, ";" * 1_000,
        '"',
    ),
    "Origin": ("", "null", "evil", "https://evil.example", "http://[", "\xff"),
    "Referer": ("http://[", "\xff"),
    "Accept-Language": ("x" * 5_000, "\xff", "*;q=a"),
    "Range": ("bytes=0-1", "bytes=9-0", "a"),
    "If-Match": ("*", '"zzz"', "zzz", '"99999999999999999999-a"', "\xff", "", '"', "\x00", '"1-a",' * 10_000),
    "If-None-Match": ("*", '"a"', "\xff", "", '"', '"a" "b"', "\x00", '"\x00"', '"a",' * 10_000),
    "If-Modified-Since": ("Thu, 01 Jan 0001 00:00:00 GMT", "a"),
    "Host": (
        "", "evil.example", "a b", "[", "[::1", "localhost:99999999", "localhost:a", "\xff", "x" * 5_000,
        "@localhost",
    ),
}  # fmt: skip

METHODS: Final = (
    "GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "get", "",
)  # fmt: skip

OTHER_PATHS: Final = (
    "/api/v0", "/api/v0/", "/api/v0/goals/", "/api/v0//goals", "/api/v0/Goals", "/api/v1/goals", "/api", "/x",
    "/%00", "/%ff", "/%ED%A0%80", "/..%2f..%2fetc/passwd", "/../../etc/passwd", "/static/../../manage.py",
    "/static/%00", "/static/x", "/favicon.ico", "/openapi.json/", "/" + "x" * 5_000, "/" + "a/" * 2_000,
    "/%0d%0aX-A:b", "/.env",
)  # fmt: skip

Path = tuple[str | int, ...]


def fields(
    schema: Mapping[str, Any], components: dict[str, Mapping[str, Any]], path: Path = ()
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every value that a body of this schema has, objects, lists and entries too: its place and its schema.

    What was looked into is taken out of `components`, so what several bodies share is looked into once.
    """
    whole = schema.get("allOf", [schema])[0]
    if "$ref" in whole:
        schema = components.pop(whole["$ref"].rpartition("/")[2], {"type": "object"})
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        if not inner.get("readOnly"):
            yield from fields(inner, components, (*path, name))
    if "items" in schema:
        yield from fields(schema["items"], components, (*path, 0))


def planted(example: Any, path: Path, value: str) -> bytes:
    """The example as JSON, with the JSON text `value` at `path`, which is made where the example lacks it."""
    return json.dumps(_planted(example, path, _HERE)).replace(json.dumps(_HERE), value).encode()


_HERE: Final = "the hostile value"


def _planted(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    place, *rest = path
    if isinstance(place, int):
        entries = document if isinstance(document, list) else []
        return [_planted(entries[place] if entries else None, tuple(rest), value), *entries[1:]]
    known = document if isinstance(document, dict) else {}
    return known | {place: _planted(known.get(place), tuple(rest), value)}


def with_unknown(example: Mapping[str, Any]) -> bytes:
    """The example with every unknown field besides."""
    unknown = ", ".join(f'"{name}": {value}' for name, value in UNKNOWN.items())
    return f"{{{unknown}{', ' if example else ''}{json.dumps(example)[1:-1]}}}".encode()
