"""One small, harmless YAML document from a file, with the place of every node.

Only what a person writes by hand is taken: no anchors, aliases, merge keys or tags, at most 1 MiB and 20 levels.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Protocol

import yaml

from sync.errors import ConfigError
from sync.mapping.overrides.fields import Scalar, YamlMapping, YamlNode, YamlScalar, YamlSequence

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}


def load_yaml(path: Path) -> YamlNode:
    """The one document in ``path``; an empty or missing file is an empty document.

    Raises ``ConfigError`` naming file, line and column when it cannot be read, is too large, or uses more of YAML
    than is needed here.
    """
    try:
        raw = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise ConfigError([f"{path.name}: cannot be read ({error.strerror})"]) from None
    return parse_yaml(raw, path.name)


def parse_yaml(raw: bytes, file_name: str) -> YamlNode:
    """The one document in ``raw``, as ``load_yaml`` reads it from a file: for a file that came from elsewhere."""
    if len(raw) > MAX_BYTES:
        raise ConfigError([f"{file_name}: is larger than 1 MiB, which no overrides file needs"])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError([f"{file_name}:{line}: is not UTF-8 text"]) from None
    return _Reader(text, file_name).document()


class Place(Protocol):
    """PyYAML's marks: where something stands, counted from 0."""

    line: int
    column: int


class _Reader:
    """Walks PyYAML's events, so that a bomb of aliases is refused before anything is built from it."""

    def __init__(self, text: str, file_name: str) -> None:
        self.text = text
        self.file_name = file_name
        self.resolver = yaml.SafeLoader("")
        self.depth = 0

    def document(self) -> YamlNode:
        try:
            for event in yaml.parse(self.text, Loader=yaml.SafeLoader):
                self._check(event)
            nodes = list(yaml.compose_all(self.text, Loader=yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            raise self._error(error.problem_mark or error.context_mark, error.problem or "is no valid YAML") from None
        except yaml.reader.ReaderError as error:
            line = self.text[: error.position].count("\n") + 1
            raise ConfigError([f"{self.file_name}:{line}: holds a character that YAML does not allow"]) from None
        if len(nodes) > 1:
            raise self._error(nodes[1].start_mark, "a second document begins here; there may be only one")
        return self._node(nodes[0], 1) if nodes and nodes[0] is not None else YamlScalar(None, 1, 1)

    def _check(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error(event.start_mark, "anchors (&) and aliases (*) are not allowed; write it out")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise self._error(event.start_mark, f"tags such as {tag} are not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            self.depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self.depth -= 1
        if self.depth > MAX_DEPTH:
            raise self._error(event.start_mark, f"is nested more than {MAX_DEPTH} levels deep")

    def _node(self, node: yaml.Node, depth: int) -> YamlNode:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if isinstance(node, yaml.MappingNode):
            pairs = tuple((self._key(key), self._node(value, depth + 1)) for key, value in node.value)
            return YamlMapping(pairs, line, column)
        if isinstance(node, yaml.SequenceNode):
            return YamlSequence(tuple(self._node(item, depth + 1) for item in node.value), line, column)
        return self._scalar(node)

    def _key(self, node: yaml.Node) -> YamlScalar:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node.start_mark, "a key must be a plain word or number")
        if node.tag == "tag:yaml.org,2002:merge":
            raise self._error(node.start_mark, "merge keys (<<) are not allowed; write it out")
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> YamlScalar:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        return YamlScalar(self._value(node), line, column)

    def _value(self, node: yaml.Node) -> Scalar:
        if node.tag not in PLAIN_TAGS:
            return str(node.value)
        try:
            value: object = self.resolver.construct_object(node)
        except (ValueError, yaml.YAMLError):
            return str(node.value)
        if isinstance(value, dt.date) or not isinstance(value, str | int | float | bool | None):
            return str(node.value)
        return value

    def _error(self, mark: Place | None, says: str) -> ConfigError:
        place = f"{self.file_name}:{mark.line + 1}:{mark.column + 1}" if mark else self.file_name
        return ConfigError([f"{place}: {says}"])
