"""Lists and arrays that are changed in their place."""

from __future__ import annotations

from collections.abc import Iterable

from .expressions import Expressions
from .values import NOTHING, Array, Masked, Number, Picked, Several, Table, Thing, Value

# methods that change a list
CHANGE = frozenset("append extend insert pop remove clear reverse sort".split())


class Lists(Expressions):
    """What is changed in its place, under whatever name."""

    def changed(self, several: Several, how: str, given: list[Value]) -> Value | None:
        """What a list gives that is changed in its place; None where what becomes of it is not known."""
        if not self.sizes.binding or self.branch or not several.is_list:
            return None
        items = list(several.items)
        place = given[0].value if given and isinstance(given[0], Number) else None
        if how == "append" and len(given) == 1:
            items.append(given[0])
        elif how == "extend" and given and isinstance(given[0], Several):
            items.extend(given[0].items)
        elif how == "insert" and len(given) == 2 and place is not None:
            items.insert(int(place), given[1])
        elif how == "reverse":
            items.reverse()
        elif how == "pop" and items and (place is not None or not given):
            taken = items.pop(-1 if place is None else int(place))
            several.items = tuple(items)
            return taken
        else:
            return None
        several.items = tuple(items)
        return NOTHING

    def put(self, several: Several, place: Value, value: Value) -> bool:
        """Put something at a place of a list; False where that is not read."""
        if not self.sizes.binding or self.branch or not isinstance(place, Number) or place.value is None:
            return False
        items = list(several.items)
        if not -len(items) <= place.value < len(items):
            return False
        items[int(place.value)] = value
        several.items = tuple(items)
        return True

    # arrays

    def written_over(self, old: Value, new: Value) -> None:
        """An array that has other entries from here on, under whatever name."""
        if not isinstance(old, Array) or isinstance(old, (Number, Masked, Picked)) or not isinstance(new, Array):
            return
        self.refuse_part(old)
        if old is new or old.open or new.open or not old.rank or old.rank != new.rank:
            return
        moved = self.arrays.over(new, old.axes)
        old.term, old.why, old.cells = moved.term, moved.why, None

    def refuse_part(self, array: Array) -> None:
        """What is written into a part of an array is written into the whole, where that is looked at again."""
        if array.base is not None and array.rank and array.base in set(reached(self.environment.values())):
            self.broken = self.broken or "a part of an array that is written into under another name"


def reached(values: Iterable[Value]) -> list[Value]:
    """All that values hold: entries of lists, of dictionaries, and attributes."""
    found: dict[Value, None] = {}
    todo = list(values)
    while todo:
        value = todo.pop()
        if value in found:
            continue
        found[value] = None
        if isinstance(value, Several):
            todo.extend(value.items)
        elif isinstance(value, Table):
            todo.extend(value.items.values())
        elif isinstance(value, Thing):
            todo.extend(value.attributes.values())
    return list(found)
