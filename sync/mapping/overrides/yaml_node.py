"""A YAML document as a small frozen tree in which every node knows its line and column (both from 1)."""

from __future__ import annotations

from dataclasses import dataclass

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
