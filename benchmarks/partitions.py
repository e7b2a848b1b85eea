# ruff: noqa: S608  the names in these statements are this file's own
"""The tables that grow, as one table each and as native partitions by hash: plans, writes, the way there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from threading import Event, Thread
from typing import Any

import psycopg

from fincred.back_office.tests import many_people

PARTS = 8
PIECE = 100_000
OF_EACH_STATEMENT = 2_000
_NEWEST = "ORDER BY check_in_date DESC, created_at DESC, id DESC LIMIT 20"


@dataclass(frozen=True)
class Table:
    """A table with the column by whose hash it is cut, what is asked of it, and the columns of a copied row.

    Of an example row $1 is its id, $2 the column by which it is cut, $3 the `other` one.
    """

    name: str
    key: str
    other: str
    asked: dict[str, str]
    own: dict[str, str]

    @property
    def partitioned(self) -> str:
        return f"{self.name}_parts"


CHECK_INS = Table(
    name="tracking_checkin",
    key="user_id",
    other="goal_id",
    asked={
        "a goal's newest 20, by goal": f"SELECT * FROM {{table}} WHERE goal_id = $3::uuid {_NEWEST}",
        "the same, by person and goal": (
            f"SELECT * FROM {{table}} WHERE goal_id = $3::uuid AND user_id = $2::uuid {_NEWEST}"
        ),
        "one, by its id": "SELECT * FROM {table} WHERE id = $1::uuid",
    },
    own={"id": "gen_random_uuid()"},
)
ENTRIES = Table(
    name="accounts_auditentry",
    key="person_id",
    other="request_id",
    asked={
        "the last of a person's chain": (
            "SELECT * FROM {table} WHERE person_id = $2::uuid ORDER BY sequence DESC LIMIT 1"
        ),
        "those of a request": "SELECT * FROM {table} WHERE request_id = $3",
        "the newest 100 of staff": "SELECT * FROM {table} WHERE role = 'support' ORDER BY id DESC LIMIT 100",
    },
    own={
        "id": "nextval('accounts_auditentry_id_seq')",
        "sequence": "1000000 + currval('accounts_auditentry_id_seq')",
    },
)


def measure(url: str, people: int) -> None:
    """Both tables with 100 rows a person: 5 000 000 for 50 000 people, which takes some minutes and 8 GB."""
    many_people.fill(people=people, goals=5, check_ins=20, entries=100)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET statement_timeout = 0")
        for table in (CHECK_INS, ENTRIES):
            _measure_table(database, url, table)


def _measure_table(database: psycopg.Connection, url: str, table: Table) -> None:
    [(rows,)] = database.execute(f"SELECT count(*) FROM {table.name}")
    print(f"\n{table.name}, {rows:,} rows: one table, and {PARTS} partitions by hash of {table.key}")
    _divide(database, url, table)
    database.execute(f"VACUUM ANALYZE {table.name}, {table.partitioned}")
    for named, of in ((table.name, "one table"), (table.partitioned, "partitions")):
        [(size,)] = database.execute(
            "SELECT coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(%s::regclass)),"
            " pg_total_relation_size(%s::regclass))::float8",
            [named, named],
        )
        print(f"  size with indexes, {of}: {size / 1e6:,.0f} MB, {size / rows:.0f} bytes a row")
    print(f"  {'PostgreSQL, ms (median), and the indexes looked at':<56}{'one table':>16}{'partitions':>16}")
    examples = database.execute(
        f"SELECT id::text, {table.key}::text, {table.other}::text FROM {table.name} TABLESAMPLE SYSTEM (1) "
        f"LIMIT {OF_EACH_STATEMENT}"
    ).fetchall()
    for what, asked in table.asked.items():
        _print(what, [_of_reads(database, asked.format(table=each), examples) for each in _both(table)])
    _print("writing one", [_of_writes(database, table, each, examples) for each in _both(table)])


def _both(table: Table) -> tuple[str, str]:
    return table.name, table.partitioned


def _print(what: str, taken: list[tuple[float, int]]) -> None:
    print(f"  {what:<56}" + "".join(f"{ms:>12.3f} ({looked:>1})" for ms, looked in taken), flush=True)


def _of_reads(database: psycopg.Connection, asked: str, examples: list[Any]) -> tuple[float, int]:
    database.execute("SET plan_cache_mode = force_generic_plan")
    database.execute(f"PREPARE asked (text, text, text) AS {asked}")
    told = [_explained(database, f"EXECUTE asked ('{one}', '{key}', '{other}')") for one, key, other in examples]
    database.execute("DEALLOCATE asked")
    return median(ms for ms, _ in told), max(looked for _, looked in told)


def _of_writes(database: psycopg.Connection, table: Table, into: str, examples: list[Any]) -> tuple[float, int]:
    """A copy of a row, each in a transaction that is rolled back. Finding the row counts too."""
    told = []
    for one, *_ in examples:
        with database.transaction(force_rollback=True):
            told.append(_explained(database, _copied(database, table, into, one)))
    return median(ms for ms, _ in told), max(looked for _, looked in told)


def _copied(database: psycopg.Connection, table: Table, into: str, one: str) -> str:
    columns = database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [table.name],
    )
    names = [name for (name,) in columns]
    values = [table.own.get(name, f'"{name}"') for name in names]
    into_columns = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {into} ({into_columns}) OVERRIDING SYSTEM VALUE "
        f"SELECT {', '.join(values)} FROM {table.name} WHERE id = '{one}'"
    )


def _explained(database: psycopg.Connection, statement: str) -> tuple[float, int]:
    [(plan,)] = database.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
    [told] = plan if isinstance(plan, list) else json.loads(plan)
    return told["Execution Time"], sum(_scans(told["Plan"]))


def _scans(node: dict[str, Any]) -> Iterator[int]:
    if "Index Name" in node and node["Actual Loops"]:
        yield 1
    for below in node.get("Plans", ()):
        yield from _scans(below)


def _divide(database: psycopg.Connection, url: str, table: Table) -> None:
    """As a live table would be: both are written by a trigger, the old is copied in pieces, then names change."""
    old, new = table.name, table.partitioned
    alike = f"LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY"
    database.execute(f"CREATE TABLE {new} ({alike}) PARTITION BY HASH ({table.key})")
    for part in range(PARTS):
        database.execute(
            f"CREATE TABLE {new}_{part} PARTITION OF {new} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
        )
    for statement in _indexes(database, table):
        database.execute(statement)
    database.execute(f"""
        CREATE FUNCTION also_{new}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM {new} WHERE id = OLD.id AND {table.key} = OLD.{table.key};
            END IF;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO {new} OVERRIDING SYSTEM VALUE VALUES (NEW.*) ON CONFLICT (id, {table.key}) DO NOTHING;
            END IF;
            RETURN NULL;
        END $$""")
    database.execute(
        f"CREATE TRIGGER also AFTER INSERT OR UPDATE OR DELETE ON {old} FOR EACH ROW EXECUTE FUNCTION also_{new}()"
    )
    with _writing(url, table) as waits:
        before = time.monotonic()
        _copy(database, table)
        took = time.monotonic() - before
        began = time.monotonic()
        with database.transaction():
            database.execute("SET LOCAL lock_timeout = '4s'")
            database.execute(f"LOCK TABLE {old} IN ACCESS EXCLUSIVE MODE")
            locked = time.monotonic()
            database.execute(f"ALTER TABLE {old} RENAME TO {old}_old")
            database.execute(f"ALTER TABLE {new} RENAME TO {old}")
        switched = time.monotonic()
    with database.transaction():  # back, so that both can be measured under their names
        database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        database.execute(f"ALTER TABLE {old}_old RENAME TO {old}")
    database.execute(f"DROP TRIGGER also ON {old}")
    [(lost,)] = database.execute(f"SELECT count(*) FROM (SELECT id FROM {old} EXCEPT SELECT id FROM {new}) rows")
    print(f"  copied in {took:.0f} s, {PIECE:,} rows at a time, beside {len(waits)} writes; rows lost: {lost}")
    waited, held, slowest = (f"{1000 * each:.0f} ms" for each in (locked - began, switched - locked, max(waits)))
    print(f"  names changed: {waited} for the lock, {held} with it; the slowest write took {slowest}", flush=True)


def _indexes(database: psycopg.Connection, table: Table) -> Iterator[str]:
    """Those of the table. What is unique holds the key as well: PostgreSQL can't keep it over partitions else."""
    found = database.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table.name])
    for number, (_, definition) in enumerate(found.fetchall()):
        text = re.sub(
            r"INDEX \S+ ON \S+", f"INDEX {table.partitioned}_index_{number} ON {table.partitioned}", definition
        )
        if "UNIQUE" in text and table.key not in text:
            text = re.sub(r"\(([^)]*)\)", rf"(\1, {table.key})", text, count=1)
        yield text


def _copy(database: psycopg.Connection, table: Table) -> None:
    """By the order of the disk, so that each row is read once; what the trigger wrote already stays."""
    [(pages,)] = database.execute("SELECT pg_relation_size(%s::regclass) / 8192", [table.name])
    [(rows,)] = database.execute(f"SELECT count(*) FROM {table.name}")
    step = max(1, pages * PIECE // max(1, rows))
    for page in range(0, pages + step, step):
        database.execute(
            f"INSERT INTO {table.partitioned} OVERRIDING SYSTEM VALUE SELECT * FROM {table.name} "
            f"WHERE ctid >= '({page},0)'::tid AND ctid < '({page + step},0)'::tid "
            f"ON CONFLICT (id, {table.key}) DO NOTHING"
        )


@contextmanager
def _writing(url: str, table: Table) -> Iterator[list[float]]:
    """Write rows into the table, one after another, as long as this lasts; yields the seconds of each."""
    waits: list[float] = []
    over = Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as writer:
            [(one,)] = writer.execute(f"SELECT id::text FROM {table.name} LIMIT 1")
            statement = _copied(writer, table, table.name, one)
            while not over.wait(0.005):
                began = time.monotonic()
                writer.execute(statement)
                waits.append(time.monotonic() - began)

    thread = Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()
