"""A GraphQL query as AniList takes it: parsed and checked against AniList's schema, then filled with its variables.

graphql-core does the parsing, the checking and the coercing, as GraphQL's specification says; only the cutting of an
answer down to what was selected is done here, because it is many times faster over a whole list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_argument_values,
    get_directive_values,
    get_named_type,
    get_variable_values,
    parse,
    validate,
)
from graphql.execution.values import VariableValues
from graphql.type import is_composite_type

JsonObject = dict[str, object]

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")
MOST_COMPLEX = 500
"""The most fields that a query may have, aliases counted each (AniList answers 400 with the number beyond)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a query, and where in its text (1-based)."""

    message: str
    line: int = 1
    column: int = 1


class QueryError(Exception):
    """A query that AniList refuses with a 400."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected field: ``key`` is its alias or name. ``on`` is the type that a union's member must have."""

    key: str
    name: str
    arguments: Mapping[str, object]
    selections: tuple[Selection, ...]
    line: int
    column: int
    on: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Line and column in the query's text (1-based)."""
        return self.line, self.column


@cache
def anilist_schema() -> GraphQLSchema:
    """The part of AniList's schema that the stand-in answers. Its dates are whole numbers of eight digits."""
    schema = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    date = schema.type_map["FuzzyDateInt"]
    if isinstance(date, GraphQLScalarType):
        date.coerce_input_value = GraphQLInt.coerce_input_value
        date.coerce_input_literal = GraphQLInt.coerce_input_literal
    return schema


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that is right by itself; its variables may still be wrong."""

    document: DocumentNode

    def roots(self, variables: JsonObject, operation_name: object = None) -> tuple[Selection, ...]:
        """What is selected at the root, with the variables filled in. Raises ``QueryError``."""
        operation = self._operation(operation_name)
        values = get_variable_values(
            anilist_schema(), operation.variable_definitions or (), variables, hide_suggestions=True
        )
        if isinstance(values, list):
            raise QueryError(*_problems(values))
        root = anilist_schema().query_type
        if operation.operation.value != "query" or root is None:
            raise QueryError(Problem("Schema is not configured to execute mutation operation."))
        fragments = {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}
        try:
            return _Filled(fragments, values).selections(operation.selection_set, root)
        except GraphQLError as error:
            raise QueryError(*_problems([error])) from error

    def _operation(self, name: object) -> OperationDefinitionNode:
        operations = [d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)]
        if name is None and len(operations) > 1:
            raise QueryError(Problem("Must provide operation name if query contains multiple operations."))
        found = [each for each in operations if name is None or (each.name and each.name.value == name)]
        if not found:
            raise QueryError(Problem(f'Unknown operation named "{name}".'))
        return found[0]


@lru_cache(maxsize=256)
def check_query(text: str) -> CheckedQuery:
    """Parses a query and checks it against the schema. Raises ``QueryError`` with every problem in it."""
    try:
        document = parse(text)
    except GraphQLError as error:
        raise QueryError(*_problems([error])) from error
    if errors := validate(anilist_schema(), document, hide_suggestions=True):
        raise QueryError(*_problems(errors))
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            found = _complexity(operation.selection_set, fragments)
            if found > MOST_COMPLEX:
                raise QueryError(Problem(f"Max query complexity should be {MOST_COMPLEX} but got {found}."))
    return CheckedQuery(document)


def select(value: object, selections: tuple[Selection, ...]) -> object:
    """Cuts a value (nested dicts and lists) down to what was selected. A field may be a function of its arguments."""
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


@dataclass(frozen=True, slots=True)
class _Filled:
    """Turns the nodes of a query into ``Selection``s, with fragments and variables put in."""

    fragments: Mapping[str, FragmentDefinitionNode]
    values: VariableValues

    def selections(
        self, nodes: SelectionSetNode, parent: GraphQLNamedType, on: str | None = None
    ) -> tuple[Selection, ...]:
        return _merged(self._each(nodes, parent, on))

    def _each(self, nodes: SelectionSetNode, parent: GraphQLNamedType, on: str | None) -> Iterator[Selection]:
        for node in nodes.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield self._field(node, parent, on)
            elif isinstance(node, FragmentSpreadNode | InlineFragmentNode):
                inner = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                name = inner.type_condition.name.value if inner.type_condition else parent.name
                narrowed = name if isinstance(parent, GraphQLUnionType) else on
                yield from self._each(inner.selection_set, anilist_schema().type_map[name], narrowed)

    def _field(self, node: FieldNode, parent: GraphQLNamedType, on: str | None) -> Selection:
        schema, name = anilist_schema(), node.name.value
        if not is_composite_type(parent):
            raise TypeError(f"{parent} has no fields")
        definition = schema.get_field(parent, name)
        if definition is None:
            raise LookupError(f"{parent} has no field {name}")
        arguments = get_argument_values(definition, node, self.values)
        of = get_named_type(definition.type)
        inner = self.selections(node.selection_set, of) if node.selection_set else ()
        start = node.loc.start_token if node.loc else None
        line, column = (start.line, start.column) if start else (1, 1)
        return Selection(node.alias.value if node.alias else name, name, arguments, inner, line, column, on)

    def _included(self, node: object) -> bool:
        if not isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode):
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.values)
        include = get_directive_values(GraphQLIncludeDirective, node, self.values)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))


def _merged(selections: Iterable[Selection]) -> tuple[Selection, ...]:
    """Each field once: what was selected below it at several places is put together."""
    found: dict[tuple[str, str | None], Selection] = {}
    for each in selections:
        known = found.get((each.key, each.on))
        below = each.selections if known is None else _merged((*known.selections, *each.selections))
        found[each.key, each.on] = replace(each, selections=below)
    return tuple(found.values())


def _complexity(nodes: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """One for each field, as webonyx, AniList's GraphQL library, counts by default; not for each row."""
    count = 0
    for node in nodes.selections:
        if isinstance(node, FieldNode):
            count += not node.name.value.startswith("__")
            count += _complexity(node.selection_set, fragments) if node.selection_set else 0
        elif isinstance(node, FragmentSpreadNode):
            count += _complexity(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            count += _complexity(node.selection_set, fragments)
    return count


def _problems(errors: Iterable[GraphQLError]) -> list[Problem]:
    """Without what graphql-core would rather have; and names are in double quotes, as webonyx quotes them."""
    found = []
    for error in errors:
        at = error.locations[0] if error.locations else None
        message = error.message.partition(" Did you mean ")[0].replace("'", '"')
        found.append(Problem(message, at.line if at else 1, at.column if at else 1))
    return found
