"""The fields of one override while they are read, and the mistakes found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class Problems:
    """The mistakes found so far, each with its file and line."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.found: list[tuple[int, str]] = []

    def add(self, node: YamlNode, says: str) -> None:
        """Note a mistake at a node."""
        self.found.append((node.line, f"{self.file_name}:{node.line}: {says}"))


@dataclass(frozen=True, slots=True)
class Fields:
    """What stands below one AniList id."""

    anilist_id: int
    key: YamlScalar
    nodes: Mapping[str, YamlNode]
    problems: Problems

    def scalar(self, name: str) -> Scalar:
        """A single value; ``None`` if the field is missing or holds something else."""
        node = self.nodes.get(name)
        return node.value if isinstance(node, YamlScalar) else None

    def number(self, name: str, least: int) -> int | None:
        """A whole number from ``least``, or ``None`` if the field holds no such."""
        value = self.scalar(name)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value if is_number and isinstance(value, int) and value >= least else None

    def count(self, name: str, least: int) -> int | None:
        """The same for a field that may be missing; anything else in it is a mistake."""
        found = self.number(name, least)
        if found is None and name in self.nodes:
            self.wrong(name, f"“{name}” must be a number from {least}")
        return found

    def wrong(self, name: str | None, says: str) -> None:
        """Note a mistake in a field, or in the entry as a whole."""
        self.problems.add(self.key if name is None else self.nodes[name], f"{self.anilist_id}: {says}")


Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A single value; dates and other words that YAML would turn into objects stay text."""

    value: Scalar
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlMapping:
    """Keys with their values, in the order of the file; a key may stand there twice."""

    items: tuple[tuple[YamlScalar, YamlNode], ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlSequence:
    """A list."""

    items: tuple[YamlNode, ...]
    line: int
    column: int


YamlNode = YamlScalar | YamlMapping | YamlSequence
