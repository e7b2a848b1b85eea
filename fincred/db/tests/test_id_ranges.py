from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from accounts.models import User
from fincred.db.id_ranges import ALL, IdRange

pytestmark = [pytest.mark.platform]

LOWEST, HIGHEST = UUID(int=0), UUID(int=(1 << 128) - 1)


def holds(ids: IdRange, each: UUID) -> bool:
    return (ids.after is None or each > ids.after) and (ids.until is None or each <= ids.until)


@pytest.mark.unit
class TestShard:
    @pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
    def test_each_id_is_in_exactly_one(self, count: int) -> None:
        shards = [IdRange.shard(f"{number}/{count}") for number in range(1, count + 1)]
        ends = [end for shard in shards if (end := shard.until)]
        near = [UUID(int=end.int + step) for end in ends for step in (-1, 0, 1)]
        for each in [LOWEST, HIGHEST, *near]:
            assert sum(holds(shard, each) for shard in shards) == 1

    def test_shards_are_equally_large(self) -> None:
        second = IdRange.shard("2/4")
        assert second == IdRange(UUID("3" + "f" * 31), UUID("7" + "f" * 31))

    @pytest.mark.parametrize(
        "text", ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "1.5/4", "a/b", "1/1001", " 1/4", "١/٤"]
    )
    def test_nothing_else_is_a_shard(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011  it has no message
            IdRange.shard(text)


@pytest.mark.unit
class TestBeginning:
    def test_is_the_later_one(self) -> None:
        shard = IdRange.shard("2/4")
        inside = UUID("5" + "0" * 31)
        assert shard.beginning_after(inside) == IdRange(inside, shard.until)
        assert shard.beginning_after(LOWEST) == shard
        assert shard.beginning_after(None) == shard
        assert ALL.beginning_after(inside) == IdRange(inside, None)


@pytest.mark.integration
@pytest.mark.django_db
def test_the_database_orders_ids_in_the_same_way() -> None:
    ids = sorted(uuid4() for _ in range(40))
    for each in ids:
        User.objects.create_user(f"{each}@example.com", id=each)
    shards = [IdRange.shard(f"{number}/3") for number in (1, 2, 3)]
    people = User.objects.order_by("pk").values_list("pk", flat=True)
    assert [each for shard in shards for each in people.filter(shard.of("pk"))] == ids
    assert list(people.filter(ALL.of("pk"))) == ids
