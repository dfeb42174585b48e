"""As much of GraphQL as AniList's clients use: one query with variables, aliases, arguments, inline fragments.

Fields and arguments are checked against a schema, as AniList checks them: what it does not know is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

JsonObject = dict[str, object]

_TOKEN = re.compile(
    r"[\s,]+|#[^\n]*|(?P<punct>\.\.\.|[!$():=@\[\]{}|])|(?P<name>[_A-Za-z]\w*)"
    r'|(?P<number>-?\d+(\.\d+)?([eE][+-]?\d+)?)|(?P<string>"([^"\\\n]|\\.)*")'
)


class QueryError(Exception):
    """A query that AniList would refuse; ``line`` and ``column`` say where."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True, slots=True)
class FieldNode:
    """One selected field: ``key`` is its alias or name. ``on`` is the type of the inline fragment it stands in."""

    key: str
    name: str
    arguments: Mapping[str, object]
    selections: tuple[FieldNode, ...]
    line: int
    column: int
    on: str | None = None


@dataclass(frozen=True, slots=True)
class FieldType:
    """What the schema knows of a field: the type of what it holds (``None`` for a scalar) and its arguments."""

    of: str | None = None
    arguments: frozenset[str] = frozenset()


Schema = Mapping[str, Mapping[str, FieldType]]
"""Type → field → what it is. A union is a type whose fields are all of its members'."""


def parse_query(query: str, variables: Mapping[str, object]) -> tuple[FieldNode, ...]:
    """The root selections of the only operation in ``query``. Raises ``QueryError``."""
    return _Parser(query, variables).operation()


def check_query(selections: tuple[FieldNode, ...], schema: Schema, type_name: str = "Query") -> None:
    """Raises ``QueryError`` at the first field or argument that the schema does not know, in AniList's words."""
    for node in selections:
        if node.name == "__typename":
            continue
        owner = node.on or type_name
        known = schema.get(owner, {}).get(node.name)
        if known is None:
            raise QueryError(f'Cannot query field "{node.name}" on type "{owner}".', node.line, node.column)
        for name in node.arguments:
            if name not in known.arguments:
                message = f'Unknown argument "{name}" on field "{node.name}" of type "{owner}".'
                raise QueryError(message, node.line, node.column)
        if known.of and not node.selections:
            message = f'Field "{node.name}" of type "{known.of}" must have a sub selection.'
            raise QueryError(message, node.line, node.column)
        if node.selections and not known.of:
            message = f'Field "{node.name}" must not have a selection since type has no subfields.'
            raise QueryError(message, node.line, node.column)
        if known.of:
            check_query(node.selections, schema, known.of)


def select(value: object, selections: tuple[FieldNode, ...]) -> object:
    """Cuts a value (nested dicts and lists, ``__typename`` in unions) down to what was selected."""
    if isinstance(value, list):
        return [select(item, selections) for item in value]
    if not isinstance(value, dict) or not selections:
        return value
    kept: JsonObject = {}
    for node in selections:
        if node.on and value.get("__typename", node.on) != node.on:
            continue
        found = value.get(node.name)
        kept[node.key] = select(found(node.arguments) if callable(found) else found, node.selections)
    return kept


class _Parser:
    """Reads left to right; ``_peek`` is the token to come."""

    def __init__(self, query: str, variables: Mapping[str, object]) -> None:
        self._query = query
        self._variables = dict(variables)
        self._tokens = list(self._tokenise())
        self._at = 0

    def operation(self) -> tuple[FieldNode, ...]:
        if self._peek == "query":
            self._next()
            if self._peek not in {"(", "{"}:
                self._next()
            if self._peek == "(":
                self._definitions()
        elif self._peek == "mutation":
            self._fail("mutations are not part of the demo")
        selections = self._selection_set()
        if self._peek:
            self._fail(f"Syntax Error: Unexpected {self._peek}")
        return selections

    def _tokenise(self) -> list[tuple[str, int]]:
        found, at = [], 0
        while at < len(self._query):
            match = _TOKEN.match(self._query, at)
            if match is None:
                self._at_error(at, f"Syntax Error: Cannot parse the unexpected character {self._query[at]!r}.")
            else:
                if match.lastgroup:
                    found.append((match.group(), at))
                at = match.end()
        return found

    @property
    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek
        if not token:
            self._fail("Syntax Error: Unexpected <EOF>.")
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            self._at -= 1
            self._fail(f"Syntax Error: Expected {token}, found {found}")

    def _definitions(self) -> None:
        self._expect("(")
        while self._peek != ")":
            self._expect("$")
            name = self._next()
            self._expect(":")
            required = self._type()
            if self._peek == "=":
                self._next()
                self._variables.setdefault(name, self._value())
            if required and self._variables.get(name) is None:
                self._fail(f'Variable "${name}" of required type was not provided.')
        self._expect(")")

    def _type(self) -> bool:
        """Skips a type; whether it is non-null."""
        if self._peek == "[":
            self._next()
            self._type()
            self._expect("]")
        else:
            self._next()
        if self._peek == "!":
            self._next()
            return True
        return False

    def _selection_set(self, on: str | None = None) -> tuple[FieldNode, ...]:
        self._expect("{")
        found: list[FieldNode] = []
        while self._peek != "}":
            if self._peek == "...":
                self._next()
                self._expect("on")
                found += self._selection_set(self._next())
            else:
                found.append(self._field(on))
        self._expect("}")
        return tuple(found)

    def _field(self, on: str | None) -> FieldNode:
        line, column = self._place()
        key = name = self._next()
        if self._peek == ":":
            self._next()
            name = self._next()
        arguments: JsonObject = {}
        if self._peek == "(":
            self._next()
            while self._peek != ")":
                argument = self._next()
                self._expect(":")
                arguments[argument] = self._value()
            self._expect(")")
        selections = self._selection_set() if self._peek == "{" else ()
        return FieldNode(key, name, arguments, selections, line, column, on)

    def _value(self) -> object:
        word = self._next()
        if word == "$":
            return self._variables.get(self._next())
        if word == "[":
            items = []
            while self._peek != "]":
                items.append(self._value())
            self._next()
            return items
        if word.startswith('"'):
            return word[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if word.lstrip("-")[:1].isdigit():
            return float(word) if set(word) & set(".eE") else int(word)
        return {"true": True, "false": False, "null": None}.get(word, word)

    def _place(self) -> tuple[int, int]:
        at = self._tokens[min(self._at, len(self._tokens) - 1)][1] if self._tokens else 0
        return self._query.count("\n", 0, at) + 1, at - self._query.rfind("\n", 0, at)

    def _fail(self, message: str) -> None:
        raise QueryError(message, *self._place())

    def _at_error(self, at: int, message: str) -> None:
        raise QueryError(message, self._query.count("\n", 0, at) + 1, at - self._query.rfind("\n", 0, at))
