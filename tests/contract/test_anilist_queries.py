"""AniList's service takes and refuses queries as AniList's own schema says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import requests
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLSchema, get_named_type, graphql_sync

from demo.anilist.account import sample_user
from demo.anilist.query import anilist_schema, check_query
from demo.anilist.rows import compared_field, order_field
from demo.anilist.views import AniListViews
from demo.library import sample_library
from demo.start import DemoServices
from sync.services.anilist.schema import (
    ACTIVITY_FILTERS,
    AIRING_QUERY,
    MEDIA_QUERY,
    RELATIONS_QUERY,
    VIEWER_QUERY,
    activity_query,
    library_query,
)
from tests.demo_world import ask_anilist
from tests.fakes import FakeClock

PAGE = 50


def refused(still: DemoServices, query: str, variables: Mapping[str, object] | None = None) -> list[str]:
    """The messages of a 400, in the shape in which AniList sends them."""
    answer = ask_anilist(still, query, variables)
    body = answer.json()
    assert answer.status_code == 400, answer.text
    assert body["data"] is None
    for error in body["errors"]:
        assert error.keys() == {"message", "status", "locations"}
        assert error["status"] == 400
        assert error["locations"][0].keys() == {"line", "column"}
    return [error["message"] for error in body["errors"]]


@pytest.mark.parametrize(
    "query",
    [
        "{ Page { media(format: CARTOON) { id } } }",
        '{ Page { media(format: "TV") { id } } }',
        "{ Page { media(format_in: [TV, CARTOON]) { id } } }",
        "{ Page { media(sort: BEST) { id } } }",
        '{ MediaListCollection(userName: "misaki", type: ANIME, status: WATCHING) { hasNextChunk } }',
        "{ Page { mediaList(userId: 5000123) { score(format: POINT_20) } } }",
    ],
)
def test_a_value_that_an_enum_does_not_have_is_refused(still: DemoServices, query: str) -> None:
    """Source: AniList schema, enums MediaFormat, MediaSort, MediaListStatus, ScoreFormat."""
    assert len(refused(still, query)) == 1


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("MediaFormat", "CARTOON"),
        ("MediaFormat", 1),
        ("MediaFormat", True),
        ("[MediaFormat]", ["TV", "CARTOON"]),
    ],
)
def test_an_enum_is_checked_in_a_variable_too(still: DemoServices, declared: str, value: object) -> None:
    """Source: AniList schema, Page.media."""
    argument = "format_in" if declared.startswith("[") else "format"
    query = f"query($f: {declared}) {{ Page {{ media({argument}: $f) {{ id }} }} }}"

    (message,) = refused(still, query, {"f": value})

    assert '"$f"' in message


@pytest.mark.parametrize(
    ("argument", "value"), [("perPage", '"5"'), ("perPage", "5.5"), ("page", "true"), ("perPage", "[5]"), ("page", "X")]
)
def test_a_literal_of_another_type_is_refused(still: DemoServices, argument: str, value: str) -> None:
    """Source: AniList schema, Query.Page."""
    assert len(refused(still, f"{{ Page({argument}: {value}) {{ media {{ id }} }} }}")) == 1


@pytest.mark.parametrize("value", ["5", 5.5, True, [5], {"n": 5}, 2**31])
def test_a_variable_of_another_type_is_refused(still: DemoServices, value: object) -> None:
    """Source: AniList schema, Query.Page."""
    (message,) = refused(still, "query($n: Int) { Page(perPage: $n) { media { id } } }", {"n": value})

    assert '"$n"' in message


def test_a_date_is_a_number_of_eight_digits(still: DemoServices) -> None:
    """Source: AniList schema, scalar FuzzyDateInt."""
    query = "query($d: FuzzyDateInt) { Page { media(startDate_greater: $d) { id } } }"

    assert refused(still, query, {"d": "2026-01-01"})
    assert {"id": 172463} in ask_anilist(still, query, {"d": 20260101}).json()["data"]["Page"]["media"]


def test_a_variable_may_stand_only_where_its_type_fits(still: DemoServices) -> None:
    """Source: AniList schema, Query.Media; GraphQL specification, All Variable Usages Are Allowed."""
    assert refused(still, "query($id: String) { Media(id: $id) { id } }", {"id": "1"}) == [
        'Variable "$id" of type "String" used in position expecting type "Int".'
    ]


def test_a_variable_must_be_declared(still: DemoServices) -> None:
    """Source: GraphQL specification, All Variable Uses Defined."""
    assert refused(still, "{ Media(id: $id) { id } }", {"id": 1}) == ['Variable "$id" is not defined.']


def test_a_declared_variable_must_be_used(still: DemoServices) -> None:
    """Source: GraphQL specification, All Variables Used."""
    assert refused(still, "query($id: Int) { Media(id: 1) { id } }") == ['Variable "$id" is never used.']


def test_a_variable_that_may_not_be_null_must_be_given(still: DemoServices) -> None:
    """Source: GraphQL specification, Coercing Variable Values."""
    (message,) = refused(still, "query($id: Int!) { Media(id: $id) { id } }")

    assert message.startswith('Variable "$id"')


def test_variables_that_were_not_asked_for_are_no_harm(still: DemoServices) -> None:
    """Source: GraphQL specification, Coercing Variable Values."""
    answer = ask_anilist(still, "{ Media(id: 1) { id } }", {"page": 1})

    assert answer.json() == {"data": {"Media": {"id": 1}}}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ Media(id: 1) { id nmae } }", 'Cannot query field "nmae" on type "Media".'),
        ("{ Anime(id: 1) { id } }", 'Cannot query field "Anime" on type "Query".'),
        ("{ Media(ident: 1) { id } }", 'Unknown argument "ident" on field "Query.Media".'),
        ("{ Media(id: 1) { title } }", 'Field "title" of type "MediaTitle" must have a selection of subfields.'),
        ("{ Media(id: 1) { id { x } } }", 'Field "id" must not have a selection since type "Int!" has no subfields.'),
        (
            "{ Page { activities { ... on Media { id } } } }",
            'Fragment cannot be spread here as objects of type "ActivityUnion" can never be of type "Media".',
        ),
        ("{ Page { activities { id } } }", 'Cannot query field "id" on type "ActivityUnion".'),
        ("{ Media(id: 1) { ...Names } }", 'Unknown fragment "Names".'),
    ],
)
def test_what_the_schema_does_not_have_is_refused(still: DemoServices, query: str, message: str) -> None:
    """Source: AniList schema, every type; GraphQL specification, Validation."""
    assert refused(still, query) == [message]


def test_all_that_is_wrong_is_named_at_once_with_its_place(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/errors.md."""
    answer = ask_anilist(still, "{\n  Media(id: 1) {\n    nmae\n    formt\n  }\n}").json()

    assert [error["locations"] for error in answer["errors"]] == [
        [{"line": 3, "column": 5}],
        [{"line": 4, "column": 5}],
    ]


@pytest.mark.parametrize("query", ["", "{", "{ Media(id: 1) { id ", "{ Media(id: 1) { id } ] }", "Media", "{ € }"])
def test_what_is_no_graphql_is_refused(still: DemoServices, query: str) -> None:
    """Source: GraphQL specification, Language."""
    (message,) = refused(still, query)

    assert message.startswith("Syntax Error")


def test_nothing_can_be_changed_here(still: DemoServices) -> None:
    """Source: Demo, without mutations, because the program reads AniList only: one that is sent is noticed."""
    assert refused(still, "mutation { SaveMediaListEntry(mediaId: 1, progress: 1) { id } }")


@pytest.mark.parametrize("body", [{}, {"query": None}, {"query": 1}, {"query": "{ x }", "variables": 1}, []])
def test_a_body_without_a_query_is_no_query(still: DemoServices, body: object) -> None:
    """Source: AniList docs, guide/graphql/index.md."""
    answer = requests.post(still.urls["anilist"], json=body, headers={"Referer": "https://example.com/"}, timeout=10)

    assert (answer.status_code, answer.json()["errors"][0]["status"]) == (400, 400)


def test_of_several_operations_one_is_named(still: DemoServices) -> None:
    """Source: GraphQL specification, Executing Requests."""
    query = "query One { Media(id: 1) { id } } query Two { Media(id: 5) { id } }"

    def ask(name: str | None) -> requests.Response:
        body = {"query": query, "operationName": name}
        return requests.post(still.urls["anilist"], json=body, headers={"Referer": "https://example.com/"}, timeout=10)

    assert ask("Two").json() == {"data": {"Media": {"id": 5}}}
    assert (ask(None).status_code, ask("Three").status_code) == (400, 400)


def test_fragments_aliases_and_directives_work(still: DemoServices) -> None:
    """Source: GraphQL specification, Language."""
    query = """
    query($with: Boolean!) {
      bebop: Media(id: 1) { ...Names title { english } id @skip(if: $with) episodes @include(if: $with) }
    }
    fragment Names on Media { __typename title { romaji } }
    """

    assert ask_anilist(still, query, {"with": True}).json()["data"] == {
        "bebop": {
            "__typename": "Media",
            "title": {"romaji": "Cowboy Bebop", "english": "Cowboy Bebop"},
            "episodes": 26,
        }
    }


def test_a_query_of_more_than_500_fields_is_too_complex(still: DemoServices) -> None:
    """Source: AniList clients, Saberr-app/Saberr#12 (2026-07-20): 400 with this message; aliases count, rows do not."""

    def fields(count: int) -> str:
        return "{ Media(id: 1) { " + " ".join(f"a{n}: id" for n in range(count - 1)) + " } }"

    assert ask_anilist(still, fields(500)).status_code == 200
    assert refused(still, fields(501)) == ["Max query complexity should be 500 but got 501."]


def test_a_page_of_fifty_rows_is_not_complex(still: DemoServices) -> None:
    """Source: AniList docs, pagination; webonyx counts fields, not rows."""
    ids = sorted(still.world.user.entries)[:PAGE]

    assert len(ask_anilist(still, MEDIA_QUERY, {"ids": ids}).json()["data"]["Page"]["media"]) == PAGE


@pytest.mark.parametrize(
    "query",
    [
        VIEWER_QUERY,
        MEDIA_QUERY,
        RELATIONS_QUERY,
        AIRING_QUERY,
        library_query("userName"),
        library_query("userId", with_viewer=True),
        activity_query([]),
        activity_query(ACTIVITY_FILTERS),
    ],
)
def test_each_of_our_own_queries_is_right(query: str) -> None:
    """Source: AniList schema, the fields that the program asks for."""
    assert check_query(query).document.definitions


@pytest.mark.parametrize(("depth", "rows"), [(1, 10_000), (3, 12)])
def test_every_view_is_of_its_type(depth: int, rows: int) -> None:
    """Source: AniList schema: graphql-core itself completes what the views hold, so that a wrong enum value, a null
    where there may be none, or a number that is none would be an error."""
    schema, clock, library = anilist_schema(), FakeClock(), sample_library()
    views, user = AniListViews(library, clock.now()), sample_user(library)
    page = {
        "media": views.media_rows()[:rows],
        "airingSchedules": views.airing_rows()[:rows],
        "activities": [views.activity(activity, user) for activity in user.activities[:rows]],
    }
    roots = {
        "Page": page,
        "MediaListCollection": views.collection(list(user.entries.values())[-rows:], user, more=False),
        "Viewer": views.user(user, mine=True),
    }
    for root, value in roots.items():
        fields = list(page) if root == "Page" else [""]
        for field in fields:
            query = whole_query(schema, root, field, depth)
            result = graphql_sync(schema, query, {root: value}, field_resolver=resolve)
            assert result.errors is None, (root, field, result.errors)
            assert result.data is not None


def resolve(value: Mapping[str, object], info: object, **arguments: object) -> object:
    """A field of a view, as the stand-in itself reads it."""
    found = value.get(getattr(info, "field_name", ""))
    return found(arguments) if callable(found) else found


def whole_query(schema: GraphQLSchema, root: str, field: str, deep: int) -> str:
    """Every field of ``root``, ``deep`` types down; of a page only ``field``."""

    def body(of: object, depth: int) -> str:
        named = get_named_type(of)  # type: ignore[call-overload]
        if named is schema.type_map["ActivityUnion"]:
            return "{ ... on ListActivity " + body(schema.type_map["ListActivity"], depth) + "}"
        if not isinstance(named, GraphQLObjectType):
            return ""
        inner = [
            f"{name} {below}"
            for name, each in named.fields.items()
            if not isinstance(get_named_type(each.type), GraphQLObjectType) or depth
            for below in [body(each.type, depth - 1)]
        ]
        return "{ " + " ".join(inner) + " }"

    query_type = schema.query_type
    assert query_type is not None
    of = query_type.fields[root].type
    if not field:
        return f"{{ {root} {body(of, deep)} }}"
    page = schema.type_map["Page"]
    assert isinstance(page, GraphQLObjectType)
    return f"{{ {root} {{ {field} {body(page.fields[field].type, deep)} }} }}"


ELSEWHERE = {"media": set[str](), "mediaList": {"userName", "type"}, "airingSchedules": set(), "activities": set()}
"""The filters that choose whose rows there are, instead of among them."""


@pytest.mark.parametrize("field", ELSEWHERE)
def test_every_filter_and_order_of_the_schema_is_heeded(field: str) -> None:
    """Source: AniList schema: each filter and each order of the stand-in's part of it is about a field of the rows."""
    library, clock = sample_library(), FakeClock()
    views, user = AniListViews(library, clock.now()), sample_user(library)
    rows = {
        "media": views.media_rows(),
        "mediaList": [views.entry(entry, user) for entry in user.entries.values()],
        "airingSchedules": views.airing_rows(),
        "activities": [views.activity(activity, user) for activity in user.activities],
    }
    page = anilist_schema().type_map["Page"]
    assert isinstance(page, GraphQLObjectType)
    arguments = page.fields[field].args
    filters = {compared_field(name) for name in arguments if name != "sort"} - ELSEWHERE[field]
    sort = get_named_type(arguments["sort"].type)
    assert isinstance(sort, GraphQLEnumType)

    assert filters <= rows[field][0].keys()
    assert {order_field(name) for name in sort.values} <= rows[field][0].keys() | {"id"}


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ("id_in: [1, 21, 30]", [1, 21, 30]),
        ("id_in: [1, 21, 30], id_not: 21", [1, 30]),
        ("id_in: [1, 21, 30], id_not_in: [1, 30]", [21]),
        ("id_in: [1, 21, 30], episodes_greater: 25", [1, 30]),
        ("id_in: [1, 21, 30], startDate_lesser: 19960101", [30]),
        ("id_in: [1, 21, 30], status: RELEASING", [21]),
        ("id_in: [1, 5], format: MOVIE", [5]),
        ("id_in: [1, 21, 30], type: MANGA", []),
        ("idMal: 1", [1]),
        ("id_in: [1, 21, 30], sort: [START_DATE]", [30, 1, 21]),
        ("id_in: [1, 21, 30], sort: [START_DATE_DESC]", [21, 1, 30]),
        ("id_in: [1, 21, 30], id: null", [1, 21, 30]),
    ],
)
def test_media_is_filtered_and_ordered(still: DemoServices, arguments: str, ids: list[int]) -> None:
    """Source: AniList schema, Page.media."""
    rows = ask_anilist(still, f"{{ Page {{ media({arguments}) {{ id }} }} }}").json()["data"]["Page"]["media"]

    assert [row["id"] for row in rows] == ids
