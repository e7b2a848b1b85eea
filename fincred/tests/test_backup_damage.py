"""A file that isn't what `backup` wrote is refused in one sentence, and changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from fincred.db import backup as archive
from fincred.tests.live import migrated_file
from fincred.tests.test_backup import manage

pytestmark = [
    pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.django_db, pytest.mark.slow,
]  # fmt: skip

KEY = "k" * 32
Lines = list[Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An unsigned archive of a database with people in it, made in a process of its own."""
    folder = tmp_path_factory.mktemp("backup")
    database, file = folder / "db.sqlite3", folder / "all.fincred.gz"
    shutil.copy(migrated_file(), database)
    for command in (["seed_demo"], ["backup", str(file)]):
        done = manage(database, *command)
        assert done.returncode == 0, done.stderr
    return file.read_bytes()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.fincred.gz"


def reason_for(file: Path, content: bytes) -> str:
    """Why the content is refused; every refusal is a sentence, and the database stays as it was."""
    file.write_bytes(content)
    before = archive.digests()
    with pytest.raises(CommandError) as refused:
        call_command("restore", str(file), stdout=StringIO(), stderr=StringIO())
    assert archive.digests() == before
    words = str(refused.value)
    assert words.startswith(f"{file}: ")
    assert words.endswith(". Nothing was changed.")
    assert "\n" not in words
    return words.removeprefix(f"{file}: ").removesuffix(". Nothing was changed.")


def lines_of(content: bytes) -> Lines:
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


def packed(lines: Lines) -> bytes:
    return gzip.compress(b"".join(f"{json.dumps(line)}\n".encode() for line in lines))


def forged(lines: Lines, key: str = "") -> bytes:
    """With hashes, and a signature where there is a key, that are right again."""
    counted: dict[str, dict[str, Any]] = {}
    table = ""
    for line in lines:
        if isinstance(line, dict) and isinstance(line.get("table"), str):
            table = line["table"]
            counted[table] = {"rows": 0, "hash": hashlib.sha256()}
        elif isinstance(line, list) and table:
            counted[table]["rows"] += 1
            counted[table]["hash"].update(f"{json.dumps(line)}\n".encode())
    digests = {
        name: {"rows": found["rows"], "sha256": found["hash"].hexdigest() if found["rows"] else ""}
        for name, found in counted.items()
    }
    kept = [line for line in lines if not (isinstance(line, dict) and {"digests", "hmac_sha256"} & line.keys())]
    body = [*kept, {"digests": digests}]
    text = b"".join(f"{json.dumps(line)}\n".encode() for line in body)
    signature = hmac.new(key.encode(), text, hashlib.sha256).hexdigest() if key else None
    return packed([*body, {"hmac_sha256": signature}])


def start_of(lines: Lines, table: str) -> int:
    """Where the table's first row is."""
    return 1 + next(n for n, line in enumerate(lines) if isinstance(line, dict) and line.get("table") == table)


class TestDamage:
    def test_the_whole_file_is_restored_and_so_is_one_that_was_packed_anew(self, whole: bytes, file: Path) -> None:
        file.write_bytes(forged(lines_of(whole)))
        out = StringIO()
        call_command("restore", str(file), stdout=out, stderr=out)
        assert "detected, but not forgery" in out.getvalue()
        assert User.objects.filter(email="demo@fincred.example").exists()

    @pytest.mark.parametrize("part", [0, 1, 9, 10, 11, 0.2, 0.5, 0.8, -9, -8, -4, -1])
    def test_cut_off(self, whole: bytes, file: Path, part: float) -> None:
        end = int(len(whole) * part) if isinstance(part, float) else part
        assert re.search("cut off|not a FinCred backup", reason_for(file, whole[:end]))

    def test_cut_off_at_every_kind_of_line(self, whole: bytes, file: Path) -> None:
        text = gzip.decompress(whole)
        ends = [text.rindex(b"\n", 0, -1) + 1, text.index(b"\n") + 1, len(text) // 2, len(text) - 1]
        for end in ends:
            assert re.search("cut off|damaged", reason_for(file, gzip.compress(text[:end])))

    @pytest.mark.parametrize("bit", [0, 5])
    @pytest.mark.parametrize("tenth", range(10))
    def test_a_flipped_bit(self, whole: bytes, file: Path, tenth: int, bit: int) -> None:
        content = bytearray(whole)
        content[10 + tenth * (len(whole) - 18) // 10] ^= 1 << bit
        assert re.search("damaged|cut off|hashes|other|header|not a FinCred", reason_for(file, bytes(content)))

    @pytest.mark.parametrize("place", [-8, -4])
    def test_a_flipped_bit_in_the_checksum_or_length(self, whole: bytes, file: Path, place: int) -> None:
        content = bytearray(whole)
        content[place] ^= 1
        assert "damaged" in reason_for(file, bytes(content))

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x1f\x8b",
            b"hello",
            b"\x00" * 100,
            gzip.compress(b""),
            gzip.compress(b"hello\n"),
            gzip.compress(b"\n"),
        ],
        ids=["empty", "magic", "text", "zeros", "nothing", "words", "line"],
    )
    def test_another_file(self, file: Path, content: bytes) -> None:
        assert re.search("not a FinCred backup|cut off", reason_for(file, content))

    @pytest.mark.parametrize("more", [b"x", b"hello", gzip.compress(b"hello\n"), gzip.compress(b"[1]\n")])
    def test_something_after_the_end(self, whole: bytes, file: Path, more: bytes) -> None:
        assert re.search("goes on|damaged", reason_for(file, whole + more))

    def test_a_folder_and_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "none"):
            with pytest.raises(CommandError, match=r"Nothing was changed\."):
                call_command("restore", str(path))


def with_header(header: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [header(lines[0]) if callable(header) else header, *lines[1:]]


def without(key: str) -> Callable[[Lines], Lines]:
    return with_header(lambda header: {name: value for name, value in header.items() if name != key})


def changed(**values: Any) -> Callable[[Lines], Lines]:
    return with_header(lambda header: header | values)


class TestStructure:
    """Files that unpack, and whose lines are JSON."""

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (with_header([]), "not a FinCred backup"),
            (with_header(7), "not a FinCred backup"),
            (with_header({}), "not a FinCred backup"),
            (without("format"), "not a FinCred backup"),
            (changed(format=1), "its format is 1"),
            (changed(format="2"), "not a FinCred backup"),
            (changed(format=True), "not a FinCred backup"),
            (without("migrations"), "header"),
            (changed(migrations={}), "header"),
            (changed(migrations=[]), "migrations"),
            (changed(migrations=[[1], None]), "migrations"),
            (without("made_at"), "header"),
            (changed(made_at=7), "header"),
            (changed(made_at="yesterday"), "header"),
            (changed(made_at="2026-03-10"), "header"),
            (changed(made_at="9999-12-31T23:59:59-23:59"), "header"),
        ],
    )
    def test_of_the_header(self, whole: bytes, file: Path, spoil: Callable[[Lines], Lines], reason: str) -> None:
        assert reason in reason_for(file, forged(spoil(lines_of(whole))))

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ({"table": "no.such", "columns": ["id"]}, "other tables"),
            ({"table": "accounts.user", "columns": []}, "other tables"),
            ({"table": ["accounts.user"], "columns": ["id"]}, "damaged"),
            ({"table": "accounts.user"}, "damaged"),
            ({"columns": ["id"]}, "damaged"),
            ({}, "damaged"),
            ("a string", "damaged"),
            (None, "damaged"),
            (7, "damaged"),
            ([], "damaged"),
            ([1] * 99, "damaged"),
        ],
    )
    @pytest.mark.parametrize("place", [1, 9, -2])
    def test_of_a_line(self, whole: bytes, file: Path, line: Any, place: int, reason: str) -> None:
        lines = lines_of(whole)
        lines.insert(place, line)
        content = packed(lines) if isinstance(line, dict) else forged(lines)
        assert re.search(f"{reason}|damaged", reason_for(file, content))

    @pytest.mark.parametrize(
        "raw", [b"[" * 100_000 + b"\n", b"\xff\xfe\n", b'{"a": \n', b"[NaN, Infinity\n", b"[1]" * 9]
    )
    def test_of_a_line_that_is_no_json(self, whole: bytes, file: Path, raw: bytes) -> None:
        text = gzip.decompress(whole).splitlines(keepends=True)
        text.insert(5, raw)
        assert "damaged in line" in reason_for(file, gzip.compress(b"".join(text)))

    def test_of_a_table_that_is_missing_or_comes_twice_or_is_another(self, whole: bytes, file: Path) -> None:
        lines = lines_of(whole)
        place = start_of(lines, "accounts.ratecounter")
        assert "other tables" in reason_for(file, forged(lines[: place - 1] + lines[place:]))
        assert "damaged" in reason_for(file, forged([*lines[:place], lines[place - 1], *lines[place:]]))
        lines[place - 1]["columns"].append("more")
        assert "other tables" in reason_for(file, forged(lines))

    @pytest.mark.parametrize(
        "digests", [[], {}, {"accounts.user": 7}, None, "all"], ids=["list", "empty", "number", "null", "text"]
    )
    def test_of_the_hashes(self, whole: bytes, file: Path, digests: Any) -> None:
        lines = lines_of(whole)
        assert re.search(
            "hashes|damaged", reason_for(file, packed([*lines[:-2], {"digests": digests}, lines[-1]]))
        )

    @pytest.mark.parametrize("last", [{}, [], 7, {"hmac": None}, {"hmac_sha256": None, "more": 1}])
    def test_of_the_last_line(self, whole: bytes, file: Path, last: Any) -> None:
        assert "damaged" in reason_for(file, packed([*lines_of(whole)[:-1], last]))


class TestRows:
    """Files that are consistent, hashes and all, and hold what the database can't."""

    @pytest.mark.parametrize(
        "value",
        [None, {}, [], "x", "\ud800", "nul\x00", 10**30, -1, 1.5, "9" * 9999],
        ids=lambda value: repr(value)[:9],
    )
    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("accounts.user", "id"),
            ("accounts.user", "is_active"),
            ("accounts.user", "created_at"),
            ("accounts.user", "audit_key"),
            ("accounts.user_groups", "id"),
            ("accounts.profile", "user_id"),
            ("accounts.profile", "currency"),
            ("goals.goal", "target_amount"),
            ("goals.goal", "target_date"),
            ("goals.goal", "check_in_count"),
        ],
    )
    def test_with_a_value_of_the_wrong_kind(
        self, whole: bytes, file: Path, table: str, column: str, value: Any
    ) -> None:
        lines = lines_of(whole)
        place = start_of(lines, table)
        lines[place][lines[place - 1]["columns"].index(column)] = value
        assert re.search("refuses|relations|stores otherwise|give back", reason_for(file, forged(lines)))

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("accounts.profile", "country", "nul\x00"),
            ("accounts.profile", "country", "c" * 101),
            ("planning.snapshot", "incomes", [{"source_label": "nul\x00"}]),
            ("planning.snapshot", "incomes", [{"nul\x00": 1}]),
            ("accounts.user", "mailbox_rank", 2**15),
            ("accounts.user", "session_epoch", 2**31),
            ("goals.goal", "revision", -(2**31) - 1),
        ],
        ids=["nul", "long", "nul in a document", "nul in a name", "two bytes", "four bytes", "below zero"],
    )
    def test_with_a_value_that_only_sqlite_would_take(
        self, whole: bytes, file: Path, table: str, column: str, value: Any
    ) -> None:
        lines = lines_of(whole)
        place = start_of(lines, table)
        lines[place][lines[place - 1]["columns"].index(column)] = value
        assert "that the database refuses" in reason_for(file, forged(lines))

    def test_with_a_value_as_deep_as_can_be_read(self, whole: bytes, file: Path) -> None:
        """Python may not be able to write it again."""
        lines = lines_of(whole)
        place = start_of(lines, "planning.snapshot")
        column = lines[place - 1]["columns"].index("incomes")
        for depth in range(sys.getrecursionlimit(), 0, -1):
            lines[place][column] = []
            for _ in range(depth):
                lines[place][column] = [lines[place][column]]
            with suppress(RecursionError):
                reason = reason_for(file, forged(lines))
                if "damaged" not in reason:
                    break
        assert "planning.Snapshot that the database refuses" in reason

    def test_with_the_same_key_twice_or_without_their_person(self, whole: bytes, file: Path) -> None:
        lines = lines_of(whole)
        place = start_of(lines, "goals.goal")
        assert "goals.Goal that the database refuses" in reason_for(
            file, forged([*lines[:place], lines[place], *lines[place:]])
        )
        place = start_of(lines, "accounts.user")
        orphaned = forged(lines[:place] + [line for n, line in enumerate(lines) if n > place])
        assert re.search("relations|refuses", reason_for(file, orphaned))


class TestSignature:
    @pytest.fixture(autouse=True)
    def with_key(self, settings: Any) -> None:
        settings.BACKUP_KEY = KEY

    def test_that_is_right_is_restored(self, whole: bytes, file: Path) -> None:
        file.write_bytes(forged(lines_of(whole), KEY))
        out = StringIO()
        call_command("restore", str(file), stdout=out, stderr=out)
        assert "forger" not in out.getvalue()

    @pytest.mark.parametrize("key", ["", "other" * 8])
    def test_of_an_altered_file_is_wrong(self, whole: bytes, file: Path, key: str) -> None:
        lines = lines_of(forged(lines_of(whole), KEY))
        place = start_of(lines, "goals.goal")
        lines[place][lines[place - 1]["columns"].index("name")] = "Altered"
        assert re.search("forged|isn't signed", reason_for(file, forged(lines, key)))

    @pytest.mark.parametrize("signature", [7, "", "0" * 64, "\u00e9", "\ud800", []])
    def test_that_is_none_is_refused(self, whole: bytes, file: Path, signature: Any) -> None:
        lines = lines_of(whole)
        assert "forged" in reason_for(file, packed([*lines[:-1], {"hmac_sha256": signature}]))
