"""A regular expression as an automaton over bytes: what may come next, one byte after another.

A token can be a part of a character, so that the automaton reads UTF-8 and not characters. The
expression is read by Python's own parser. It becomes a nondeterministic automaton (Thompson 1968),
of which the states that can be reached together are one state here (subset construction), made when
they are first needed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

LARGEST = 20_000
"""The most states an automaton may have: an expression with more of them repeats too much."""

MOST_WORK = 10_000_000
"""The most states to go through before an expression is given up: some seconds."""

_parser: Any = cast(Any, re)._parser
_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
Range = tuple[int, int]

_CLASSES: dict[str, list[Range]] = {
    "DIGIT": [(48, 57)],
    "WORD": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "SPACE": [(9, 13), (32, 32)],
}
"""The classes of characters, as of ASCII."""


class Automaton:
    """What a regular expression matches, read byte by byte; states are numbers.

    What it takes: characters, classes, `.`, `|`, groups, `*`, `+`, `?` and counts, with `\\d`,
    `\\w` and `\\s` as of ASCII. It matches whole texts; `.` is no line break.

    Args:
        pattern: the expression.

    Raises:
        ValueError: a sentence, for what is no expression or has something else in it.

    Example:
        >>> automaton = Automaton("(ya|ye)s")
        >>> state = automaton.read(automaton.start, b"ye")
        >>> automaton.accepts(state), automaton.accepts(automaton.read(state, b"s"))
        (False, True)
        >>> automaton.read(state, b"x") is None
        True
    """

    def __init__(self, pattern: str) -> None:
        self._bytes: list[list[tuple[int, int, int]]] = []
        self._free: list[list[int]] = []
        first = self._state()
        try:
            tree = _parser.parse(pattern)
            if tree.state.flags & ~re.UNICODE:
                raise _unknown("a flag such as (?i)")
            self._last = self._sequence(tree, first)
        except (re.error, OverflowError) as error:
            raise ValueError(f"This is no regular expression: {error}.") from None
        except RecursionError:
            raise ValueError("This expression has too many brackets inside each other.") from None
        self._sets: list[frozenset[int]] = []
        self._numbers: dict[frozenset[int], int] = {}
        self._known: dict[tuple[int, int], int | None] = {}
        self._alike = _classes_of_bytes(self._bytes)
        self._work = 0
        start = self._number(self._closure([first]))
        assert start is not None  # it holds the first state
        self.start = start

    def read(self, state: int, text: bytes) -> int | None:
        """The state after more bytes; None if nothing that begins like this can match."""
        place: int | None = state
        for byte in text:
            if place is None:
                return None
            step = place, self._alike[byte]
            if step not in self._known:
                self._known[step] = self._step(place, byte)
            place = self._known[step]
        return place

    def accepts(self, state: int) -> bool:
        """Whether what was read is a match as it stands."""
        return self._last in self._sets[state]

    def _step(self, state: int, byte: int) -> int | None:
        self._work += len(self._sets[state])
        if self._work > MOST_WORK:
            raise ValueError(
                "This expression can match in too many ways at once: make its counts smaller, or "
                "take a +, * or ? out of a group that is repeated."
            )
        to = {
            target
            for place in self._sets[state]
            for low, high, target in self._bytes[place]
            if low <= byte <= high
        }
        return self._number(self._closure(to))

    def _number(self, places: frozenset[int]) -> int | None:
        if places and places not in self._numbers:
            self._numbers[places] = len(self._sets)
            self._sets.append(places)
        return self._numbers.get(places)

    def _closure(self, places: Iterable[int]) -> frozenset[int]:
        """These states and all that are reached from them without a byte."""
        found, waiting = set(places), list(places)
        while waiting:
            new = [place for place in self._free[waiting.pop()] if place not in found]
            found.update(new)
            waiting += new
        return frozenset(found)

    def _state(self) -> int:
        if len(self._bytes) >= LARGEST:
            raise ValueError("This expression repeats too much: make its counts smaller.")
        self._bytes.append([])
        self._free.append([])
        return len(self._bytes) - 1

    def _after(self, start: int) -> int:
        """A new state, reached without a byte: so even a repeated nothing is counted."""
        place = self._state()
        self._free[start].append(place)
        return place

    def _sequence(self, items: Iterable[tuple[Any, Any]], start: int) -> int:
        """Add what matches one item after another; the state it ends in."""
        for kind, argument in items:
            start = self._item(str(kind), argument, start)
        return start

    def _item(self, kind: str, argument: Any, start: int) -> int:
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, items = argument
            return self._repeated(least, most, items, start)
        if kind == "BRANCH":
            return self._either(argument[1], start)
        if kind == "SUBPATTERN" and not any(argument[1:3]):
            return self._sequence(argument[3], start)
        return self._characters(_ranges(kind, argument), start)

    def _either(self, options: Sequence[Any], start: int) -> int:
        end = self._state()
        for option in options:
            self._free[self._sequence(option, self._after(start))].append(end)
        return end

    def _repeated(self, least: int, most: Any, items: Any, start: int) -> int:
        for _ in range(least):
            start = self._sequence(items, self._after(start))
        if str(most) == "MAXREPEAT":
            again = self._after(start)
            self._free[self._sequence(items, again)].append(again)
            return again
        end = self._state()
        for _ in range(most - least):
            self._free[start].append(end)
            start = self._sequence(items, self._after(start))
        self._free[start].append(end)
        return end

    def _characters(self, ranges: Iterable[Range], start: int) -> int:
        end = self._state()
        for low, high in ranges:
            for steps in utf8_ranges(low, high):
                place = start
                for i, (first, last) in enumerate(steps):
                    target = end if i == len(steps) - 1 else self._state()
                    self._bytes[place].append((first, last, target))
                    place = target
        return end


def _classes_of_bytes(steps: Iterable[Iterable[tuple[int, int, int]]]) -> list[int]:
    """For each byte the number of its class: those of a class lead to the same from everywhere.

    >>> _classes_of_bytes([[(1, 2, 0)], [(2, 3, 0)]])[:6]
    [0, 1, 2, 3, 4, 4]
    """
    ends = {end for of_state in steps for low, high, _ in of_state for end in (low, high + 1)}
    borders = sorted(ends)
    return [bisect_right(borders, byte) for byte in range(256)]


def _unknown(what: str) -> ValueError:
    return ValueError(
        f"A pattern cannot have {what}: it matches the whole text, from left to right."
    )


def _ranges(kind: str, argument: Any) -> list[Range]:
    """The characters that an item of the parser's tree matches."""
    if kind == "LITERAL":
        return [(argument, argument)]
    if kind == "NOT_LITERAL":
        return _others([(argument, argument)])
    if kind == "ANY":
        return _others([(10, 10)])
    if kind == "RANGE":
        return [argument]
    if kind == "CATEGORY":
        *nots, name = str(argument).removeprefix("CATEGORY_").split("_")
        return _others(_CLASSES[name]) if nots else _CLASSES[name]
    if kind != "IN":
        raise _unknown(_NAMES.get(kind, "what is written there"))
    negated = str(argument[0][0]) == "NEGATE"
    inside = [part for item in argument[negated:] for part in _ranges(str(item[0]), item[1])]
    ranges = _others(inside) if negated else inside
    if not ranges:
        raise _unknown("a class that no character is in")
    return ranges


_NAMES = {
    "AT": "^, $ or \\b",
    "ASSERT": "a look ahead or behind",
    "ASSERT_NOT": "a look ahead or behind",
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a reference to a group",
    "SUBPATTERN": "a flag such as (?i)",
}


def _others(ranges: Iterable[Range]) -> list[Range]:
    """All characters that are in none of the ranges.

    >>> _others([(0, 9), (5, 20)])
    [(21, 1114111)]
    """
    result, free = [], 0
    for low, high in sorted(ranges):
        if low > free:
            result.append((free, low - 1))
        free = max(free, high + 1)
    return [*result, (free, _LAST)] if free <= _LAST else result


def utf8_ranges(low: int, high: int) -> Iterator[list[Range]]:
    """The characters low … high as UTF-8: sequences of ranges of bytes, which together are all of
    them and nothing else.

    >>> list(utf8_ranges(ord("a"), ord("é")))
    [[(97, 127)], [(194, 194), (128, 191)], [(195, 195), (128, 169)]]
    """
    for limit in (0x7F, 0x7FF, _SURROGATES[0] - 1, _SURROGATES[1], 0xFFFF):
        if low <= limit < high:
            yield from utf8_ranges(low, limit)
            yield from utf8_ranges(limit + 1, high)
            return
    if _SURROGATES[0] <= low <= _SURROGATES[1]:
        return
    for bits in (6, 12, 18) if high > 0x7F else ():
        below = (1 << bits) - 1
        if low | below == high | below:
            continue
        cut = (low | below) if low & below else (high & ~below) - 1
        if low & below or high & below != below:
            yield from utf8_ranges(low, cut)
            yield from utf8_ranges(cut + 1, high)
            return
    yield list(zip(chr(low).encode(), chr(high).encode(), strict=True))
