"""Changes one entry in the text of ``overrides.yaml`` and nothing else: comments, order and line ends stay."""

from __future__ import annotations

import re

from sync.commands.shell import OVERRIDES_FILE, contents_of, parse_overrides_text
from sync.errors import ConfigError
from sync.mapping.overrides.document import Overrides
from sync.mapping.overrides.yaml_node import YamlMapping
from sync.services.yaml_file import parse_yaml

_COMMENT = re.compile(r"^(?:[^#\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?<!\s)#)*?(?:(?<=\s)|^)(#.*)$")


def put_entry(text: str, anilist_id: int, line: str) -> str:
    """``text`` with ``line`` in place of the entry of ``anilist_id``, or at its end if there is none.

    The comments of an entry that is replaced are kept. The result is read again by the file's own parser: raises
    ``ConfigError`` if the file has mistakes already, if ``line`` is one, or if the file is written in a way (such as
    all on one line) in which a single entry cannot be changed safely.
    """
    before = parse_overrides_text(text)
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    root = parse_yaml(text.encode(), OVERRIDES_FILE)
    keys = root.items if isinstance(root, YamlMapping) else ()
    indent = " " * (keys[0][0].column - 1) if keys else ""
    starts = [key.line for key, _ in keys]
    index = next((n for n, (key, _) in enumerate(keys) if str(key.value) == str(anilist_id)), None)
    if index is None:
        lines.append(indent + line)
    else:
        first = starts[index] - 1
        last = starts[index + 1] - 1 if index + 1 < len(starts) else len(lines)
        while last - 1 > first and _says_nothing(lines[last - 1]):
            last -= 1
        lines[first:last] = _replacing(lines[first:last], indent + line)
    changed = end.join([*lines, ""])
    _prove(before, changed, anilist_id, line)
    return changed


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _replacing(old: list[str], line: str) -> list[str]:
    """The new line with the comments of the old ones: whole lines above it, the others behind it."""
    above = [one for one in old if one.lstrip().startswith("#")]
    behind = [match[1].strip() for one in old if one not in above and (match := _COMMENT.match(one))]
    return [*above, "  ".join([line, *behind])]


def _prove(before: Overrides, changed: str, anilist_id: int, line: str) -> None:
    """Raises ``ConfigError`` unless exactly this entry changed, to what ``line`` says by itself."""
    wanted = {**contents_of(before), **contents_of(parse_overrides_text(line))}
    try:
        found = contents_of(parse_overrides_text(changed))
    except ConfigError:
        found = {}
    if found != wanted:
        raise ConfigError(
            [f"{OVERRIDES_FILE} is written in a way in which the entry {anilist_id} cannot be changed by a program."]
        )
