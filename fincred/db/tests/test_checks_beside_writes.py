from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from fincred.db.checks_beside_writes import AddCheckBesideWrites, ValidateCheck

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db(transaction=True)]

MAKE = migrations.CreateModel(
    "Thing", [("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField())]
)
ADD = AddCheckBesideWrites(
    "thing", models.CheckConstraint(condition=models.Q(number__gt=0), name="thing_number_positive")
)
VALIDATE = ValidateCheck("thing", "thing_number_positive")


class Database:
    """With what these operations have made of it, one after another."""

    def __init__(self) -> None:
        self.states = [ProjectState()]

    def do(self, operation: Operation) -> None:
        before, after = self.states[-1], self.states[-1].clone()
        operation.state_forwards("shop", after)
        with connection.schema_editor() as editor:
            operation.database_forwards("shop", editor, before, after)
        self.states.append(after)

    def undo(self, operation: Operation) -> None:
        after = self.states.pop()
        with connection.schema_editor() as editor:
            operation.database_backwards("shop", editor, after, self.states[-1])

    @property
    def things(self) -> Any:
        return self.states[-1].apps.get_model("shop", "Thing")._default_manager


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    made.do(MAKE)
    yield made
    with connection.schema_editor() as editor:
        editor.execute("DROP TABLE shop_thing")


class TestAddCheckBesideWrites:
    def test_refuses_at_once_what_is_written_from_now_on(self, database: Database) -> None:
        database.things.create(number=1)

        database.do(ADD)

        with pytest.raises(IntegrityError, match="thing_number_positive"):
            database.things.create(number=0)
        assert database.things.count() == 1

    def test_can_be_taken_back(self, database: Database) -> None:
        database.do(ADD)
        database.do(VALIDATE)

        database.undo(VALIDATE)
        database.undo(ADD)

        database.things.create(number=0)

    @pytest.mark.postgresql
    def test_reads_no_row_that_is_there(self, database: Database) -> None:
        database.things.create(number=0)

        database.do(ADD)

        assert database.things.count() == 1


class TestValidateCheck:
    def test_passes_where_all_rows_keep_it(self, database: Database) -> None:
        database.things.create(number=1)
        database.do(ADD)

        database.do(VALIDATE)

        with pytest.raises(IntegrityError, match="thing_number_positive"):
            database.things.create(number=0)

    @pytest.mark.postgresql
    def test_refuses_a_row_that_was_there_before(self, database: Database) -> None:
        database.things.create(number=0)
        database.do(ADD)

        with pytest.raises(IntegrityError, match="thing_number_positive"):
            database.do(VALIDATE)
