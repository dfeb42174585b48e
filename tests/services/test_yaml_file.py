"""Reading YAML that a person wrote: small, plain and harmless, or refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import ConfigError
from sync.mapping.overrides.fields import Scalar, YamlMapping, YamlScalar, YamlSequence
from sync.services.yaml_file import load_yaml, parse_yaml


def test_every_node_knows_its_line_and_column() -> None:
    node = parse_yaml(b"a:\n  - 1\n  - two\n", "o.yaml")

    assert node == YamlMapping(
        ((YamlScalar("a", 1, 1), YamlSequence((YamlScalar(1, 2, 5), YamlScalar("two", 3, 5)), 2, 3)),), 1, 1
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("1-12", "1-12"),
        ("'7'", "7"),
        ("2020-10-16", "2020-10-16"),
        ("99999-99-99", "99999-99-99"),
        ("2020-99-99", "2020-99-99"),
    ],
)
def test_values_are_what_yaml_says_and_dates_stay_text(text: str, value: Scalar) -> None:
    assert parse_yaml(text.encode(), "o.yaml") == YamlScalar(value, 1, 1)


@pytest.mark.parametrize("raw", [b"", b"# a comment\n", b"---\n", b"\xef\xbb\xbf# with a mark\n"])
def test_an_empty_document_is_an_empty_scalar(raw: bytes) -> None:
    node = parse_yaml(raw, "o.yaml")

    assert isinstance(node, YamlScalar)
    assert node.value is None


def test_a_missing_file_is_an_empty_document(tmp_path: Path) -> None:
    assert load_yaml(tmp_path / "overrides.yaml") == YamlScalar(None, 1, 1)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_yaml(tmp_path)


BOMB = b"a: &a [x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (BOMB, "o.yaml:1:4: anchors"),
        (b"b: *nowhere\n", "o.yaml:1:4: anchors"),
        (b"1:\n  <<: {skip: true}\n", "o.yaml:2:3: merge keys"),
        (b"1: !!python/object/apply:os.system [ls]\n", "o.yaml:1:4: tags"),
        (b"1: !mine x\n", "o.yaml:1:4: tags"),
        (b"1: {trakt: 5\n2: x\n", "o.yaml:2:2: "),
        (b"1:\n\t- x\n", "o.yaml:2:1: "),
        (b"a: 1\n---\nb: 2\n", "o.yaml:3:1: a second document"),
        (b"[" * 40 + b"]" * 40, "o.yaml:1:21: is nested"),
        (b"? [1, 2]\n: x\n", "o.yaml:1:3: a key must be"),
        (b"a: 1\nb: \xff\n", "o.yaml:2: is not UTF-8"),
        (b"a: 1\nb: \x07\n", "o.yaml:2: holds a character"),
        (b"#" * (1024 * 1024 + 1), "o.yaml: is larger than 1 MiB"),
    ],
    ids=range(13),
)
def test_what_is_not_plain_is_refused_with_its_place(raw: bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(raw, "o.yaml")

    assert caught.value.problems[0].startswith(says)
