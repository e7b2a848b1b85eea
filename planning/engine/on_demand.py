"""Sequences that are computed on first read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)


class OnDemand(Sequence[Item_co], Generic[Item_co]):
    """A read-only sequence: `make` is called at most once, on first read.

    It equals any sequence with the same items.
    """

    __slots__ = ("_items", "_make")

    def __init__(self, make: Callable[[], Iterable[Item_co]]) -> None:
        self._make = make
        self._items: tuple[Item_co, ...] | None = None

    @property
    def items(self) -> tuple[Item_co, ...]:
        """All items, as a tuple."""
        if self._items is None:
            self._items = tuple(self._make())
        return self._items

    def once(self) -> Iterator[Item_co]:
        """The items. They aren't kept, unless they were read before."""
        return iter(self._make() if self._items is None else self._items)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Item_co | tuple[Item_co, ...]:
        return self.items[index]

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.items == tuple(other)

    def __hash__(self) -> int:
        return hash(self.items)

    def __repr__(self) -> str:
        return repr(self.items)
