"""What an entry's title says of its place: its season and part, and the title without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from sync.model.anilist import Media

ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
ROMANS = {"II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6}
SEASON = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th) season|season (\d{1,2})|(" + "|".join(ORDINALS) + r") season)\b", re.IGNORECASE
)
PART = re.compile(
    r"\b(?:part[ .](\d{1,2})|(\d)(?:st|nd|rd|th) (?:part|cour)|cour (\d)|final season|kanketsu-hen|kouhen)\b",
    re.IGNORECASE,
)
JAPANESE_SEASON = re.compile(r"第\s*([2-9二三四五六])\s*(?:期|シーズン)|(?<![0-9])([2-9])期")
JAPANESE_PART = re.compile(r"第\s*([2-9二三四])\s*(?:クール|部)|(後半|後編)")
KANJI = {"二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
EXTRA = re.compile(r"[ :-]+(?:OVA|OAD|ONA|Web Specials?|Specials?|Recaps?|Mini Anime|Movie)\s*$", re.IGNORECASE)
SUBTITLE = re.compile(r": | - | [~～〜]")
TELLING = 6
"""Letters from which a single word tells a title."""
NUMERAL = re.compile(r"^(?:\d+|i{1,3}|iv|vi{0,3}|ix|x)$")
TRAILING = re.compile(r"[ :](?:(II|III|IV|V|VI)|([2-9]))$")


def titles_of(media: Media) -> tuple[str, ...]:
    """Every title of an entry, each once, without the synonyms."""
    named = (media.title_romaji, media.title_english, media.title_native)
    return tuple(dict.fromkeys(title for title in named if title))


def season_in_title(media: Media) -> int | None:
    """The season that a title names (``3rd Season``, ``Season 3``, ``第3期``, a final ``III``), or ``None``."""
    titles = titles_of(media)
    for title in titles:
        match = SEASON.search(title)
        if match:
            return int(match[1] or match[2]) if match[1] or match[2] else ORDINALS[match[3].lower()]
    for title in titles:
        match = JAPANESE_SEASON.search(title)
        if match:
            return _number(match[1] or match[2])
    for title in titles:
        match = TRAILING.search(PART.sub("", title).strip())
        if match:
            return ROMANS[match[1]] if match[1] else int(match[2])
    return None


def part_in_title(media: Media) -> int | None:
    """The part of a season that a title names (``Part 2``, ``2nd Cour``, ``第2クール``), or ``None``."""
    for title in titles_of(media):
        match = PART.search(title)
        number = match and (match[1] or match[2] or match[3])
        if number:
            return int(number)
        match = JAPANESE_PART.search(title)
        if match:
            return _number(match[1]) if match[1] else 2
    return None


def _number(digit: str) -> int:
    return KANJI.get(digit) or int(digit)


def plain(title: str) -> str:
    """A title for comparing: letters and digits only, without accents, in lower case."""
    text = unicodedata.normalize("NFKD", title.lower())
    return "".join(letter for letter in text if letter.isalnum())


def alike(one: str, other: str) -> float:
    """How many words two titles share, of all their words (0–1); 0 when they carry different numbers."""
    own, others = words(one), words(other)
    if not own or {word for word in own if NUMERAL.match(word)} != {word for word in others if NUMERAL.match(word)}:
        return 0.0
    return len(own & others) / len(own | others)


def stems(media: Media) -> Iterator[str]:
    """The titles without season and part, without what follows a colon or a dash, and without words for extras: what
    the work is called of which this may be a sequel or an extra."""
    for title in base_titles(media):
        yield title
        for shorter in (EXTRA.sub("", title), SUBTITLE.split(title)[0]):
            if shorter != title and len(plain(shorter)) > 1:
                yield shorter


def within(short: str, long: str) -> bool:
    """Whether all words of a title stand in a longer one; a single short word says nothing."""
    own = words(short)
    return own <= words(long) and (len(own) > 1 or len(short) >= TELLING)


def words(title: str) -> set[str]:
    """The words of a title, without accents, in lower case."""
    text = "".join(
        letter for letter in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(letter)
    )
    return set("".join(letter if letter.isalnum() else " " for letter in text).split())


def base_titles(media: Media) -> Iterator[str]:
    """The titles without season and part, for finding the show that a sequel belongs to."""
    for title in titles_of(media):
        bare = TRAILING.sub("", PART.sub("", SEASON.sub("", title)).strip(" :-")).strip(" :-")
        if len(plain(bare)) > 1:
            yield bare
