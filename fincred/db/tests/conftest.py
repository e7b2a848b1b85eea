from __future__ import annotations

from collections.abc import Iterator

import pytest

from fincred.db.postgresql.pipeline import Connection
from fincred.db.tests.links import address


@pytest.fixture
def link(db: None) -> Iterator[Connection]:
    """A connection of the test's own."""
    with Connection.connect(**address(), autocommit=True) as link:
        yield link
