"""The page as a file: its size, its policy, its words."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.library import EntryState, Library
from sync.model.run import Pages
from sync.report.library_page.document import SPARE, PageAssets, render_library_page
from tests.report.library_page.made_up_library import entries, large_library, library

FOLDER = Path("sync/report/library_page")
ASSETS = PageAssets((FOLDER / "page.css").read_text("utf-8"), (FOLDER / "page.js").read_text("utf-8"))
BARE = PageAssets("p{}", "1")


class Shape(HTMLParser):
    """The tags of a page, each with its attributes but those that hold words of others."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


def titled(words: str) -> Library:
    values = library()
    changed = tuple(
        replace(
            entry,
            title=words,
            other_titles=(words,),
            why=words,
            against=(words,),
            trakt=entry.trakt and replace(entry.trakt, title=words + "2", ids=replace(entry.trakt.ids, slug=words)),
            episodes=tuple(replace(episode, title=words) for episode in entry.episodes),
            choices=tuple(replace(choice, line=words, speaks_for=(words,)) for choice in entry.choices),
        )
        for entry in values.entries
    )
    return replace(values, entries=changed, headline=words, anilist_user=words, notes=(words,))


def test_three_thousand_entries_and_sixty_thousand_plays_stay_under_three_megabytes() -> None:
    values = large_library()
    page = render_library_page(values, ASSETS)

    assert (len(values.entries), sum(len(e.plays) for entry in values.entries for e in entry.episodes)) == (
        3_000,
        60_000,
    )
    assert len(page.encode()) < 3_000_000
    assert page.count("<details id=e") == 3_000


def test_titles_of_episodes_give_way_to_the_limit_and_the_oldest_first() -> None:
    whole = render_library_page(library(), BARE)
    short = render_library_page(library(), BARE, limit=len(whole.encode()) + SPARE - 1_200)

    assert "A turning point 3" in whole
    assert "id=titles" not in whole
    assert "id=titles" in short
    assert "Egghead, part 1" in short
    assert "The Journey&#x27;s End" not in short


def test_only_the_pages_own_script_and_style_are_allowed_by_their_hashes() -> None:
    page = render_library_page(library(), ASSETS)
    policy = dict(rule.split(" ", 1) for rule in re.findall(r'content="([^"]*)"', page)[0].split("; "))
    inside = {name: re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL) for name in ("style", "script")}

    def hash_of(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert policy == {
        "default-src": "'none'",
        "img-src": "https://s4.anilist.co",
        "style-src": hash_of(inside["style"][0]),
        "script-src": hash_of(inside["script"][0]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")


def test_the_page_loads_nothing_and_styles_nothing_inline() -> None:
    tags = Shape(render_library_page(library(), ASSETS)).tags
    names = {tag for tag, _ in tags}
    attributes = {name for _, attributes in tags for name in attributes}

    assert names.isdisjoint({"img", "link", "iframe", "object", "base", "form"})
    assert attributes.isdisjoint({"style", "src", "srcset"})
    assert [name for name in attributes if name.startswith("on")] == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from(['"', "'", "<", ">", "&", "</script>", "</pre>", "<!--", " ", "=", "`", "\t", "\n"]) | st.text()
    )
    .map("".join)
    .filter(lambda words: words.split() != [])
)
def test_a_text_changes_nothing_but_itself(words: str) -> None:
    benign = Shape(render_library_page(titled("Qqq" + "q" * len(words)), BARE)).tags

    assert Shape(render_library_page(titled("Qqq" + words), BARE)).tags == benign


def test_a_hidden_entry_is_an_id() -> None:
    row = next(
        line for line in render_library_page(library(), BARE).split("\n") if line.startswith("<details id=e777 ")
    )

    assert row == (
        '<details id=e777 class="a OVA 2015"><summary><b>AniList 777</b><i>2/2</i><i>S1E1–2</i><i>2015</i>'
        "<i>anibridge</i></summary><p>added · OVA · 30 min · <a href=https://anilist.co/anime/777>AniList</a> · "
        "<a href=https://trakt.tv/shows/555>Trakt</a></p><pre>S1E1 unknown"
    )


def test_an_empty_library_says_so_in_each_part() -> None:
    page = render_library_page(replace(library(), entries=(), runs=(), pages=Pages()), BARE)

    assert "Nothing needs you" in page
    assert "No run has added anything yet." in page
    assert "There are no plays to count yet." in page


def test_times_name_their_zone() -> None:
    page = render_library_page(replace(library(), utc_offset=timedelta(hours=-3, minutes=-30)), BARE)

    assert "25 Nov 2026, 19:23 UTC−3:30" in page


def test_every_state_is_a_filter_with_its_count() -> None:
    found = re.findall(
        r"<button data-state=(\w) aria-pressed=false>([^<]*) <span>(\d+)</span>", render_library_page(library(), BARE)
    )
    count = {state: sum(entry.state is state for entry in entries()) for state in EntryState}

    assert found == [(state.value[0], state.value, str(count[state])) for state in EntryState]
