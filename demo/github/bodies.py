"""The bodies that GitHub's REST API takes; one of another shape is refused before anything is done.

Source: GitHub's OpenAPI description, as @octokit/openapi 23.0.2 publishes it. GitHub leaves fields alone that it does
not know. An issue's title may be a number there, though GitHub speaks of it as a text: here it must be one.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from demo.server import Request

Name = Annotated[str, Meta(min_length=1)]
Base64 = Annotated[str, Meta(pattern="^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")]
Text = Annotated[str, Meta(max_length=65_536)]

T = TypeVar("T")


class BadRequestError(Exception):
    """A body that GitHub refuses with ``status``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Body(msgspec.Struct, frozen=True):
    """What is looked at of a body."""


class RefBody(_Body, frozen=True):
    """``POST /git/refs``."""

    ref: Annotated[str, Meta(pattern="^refs/.+/.+|^refs/heads/.+")]
    sha: str


class RefUpdateBody(_Body, frozen=True):
    """``PATCH /git/refs/:ref``."""

    sha: str
    force: bool = False


class Person(_Body, frozen=True):
    """Who made a commit."""

    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    date: str | UnsetType = UNSET


class CommitBody(_Body, frozen=True):
    """``POST /git/commits``."""

    message: str
    tree: str
    parents: list[str] = []
    author: Person | None = None
    committer: Person | None = None


class TreeRow(_Body, frozen=True):
    """One file of a new tree: its content, the blob that it is, or null to delete it."""

    path: Name
    mode: Literal["100644", "100755", "040000", "160000", "120000"] | UnsetType = UNSET
    type: Literal["blob", "tree", "commit"] | UnsetType = UNSET
    sha: str | UnsetType | None = UNSET
    content: str | UnsetType = UNSET


class TreeBody(_Body, frozen=True):
    """``POST /git/trees``."""

    tree: Annotated[list[TreeRow], Meta(min_length=1)]
    base_tree: str | UnsetType = UNSET


class BlobBody(_Body, frozen=True):
    """``POST /git/blobs``."""

    content: str
    encoding: Literal["utf-8", "base64"] = "utf-8"


class FileBody(_Body, frozen=True):
    """``PUT /contents/:path``."""

    message: str
    content: Base64
    sha: str | UnsetType = UNSET
    branch: str = "main"


class NamedLabel(_Body, frozen=True):
    """A label as an object."""

    name: Name


class IssueBody(_Body, frozen=True):
    """``POST /issues``."""

    title: Name
    body: Text | None = None
    labels: list[str | NamedLabel] = []
    assignees: list[str] = []


class IssueEditBody(_Body, frozen=True):
    """``PATCH /issues/:number``."""

    title: Name | UnsetType = UNSET
    body: Text | UnsetType | None = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | UnsetType | None = UNSET
    labels: list[str | NamedLabel] | UnsetType = UNSET


class CommentBody(_Body, frozen=True):
    """``POST /issues/:number/comments``."""

    body: Annotated[str, Meta(min_length=1, max_length=65_536)]


class LabelsBody(_Body, frozen=True):
    """``POST /issues/:number/labels``."""

    labels: Annotated[list[str | NamedLabel], Meta(min_length=1)]


class LabelBody(_Body, frozen=True):
    """``POST /labels``."""

    name: Name
    color: Annotated[str, Meta(pattern="^[0-9a-fA-F]{6}$")] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=100)] | None = None


class PullBody(_Body, frozen=True):
    """``POST /pulls``."""

    head: Name
    base: Name
    title: Name
    body: Text | None = None
    draft: bool = False
    maintainer_can_modify: bool = True


class SecretBody(_Body, frozen=True):
    """``PUT /actions/secrets/:name``."""

    encrypted_value: Base64
    key_id: str


class DispatchBody(_Body, frozen=True):
    """``POST /actions/workflows/:id/dispatches``."""

    ref: Name
    inputs: Annotated[dict[str, str | bool | int | float], Meta(max_length=25)] = {}


def read_body(request: Request, kind: type[T]) -> T:
    """The request's body. Raises ``BadRequestError``: 400 for what is no JSON object, 422 for one of another shape."""
    body = request.json()
    if body is None:
        raise BadRequestError(400, "Problems parsing JSON")
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(422, f"Invalid request.\n\n{error}") from error


def one_of(request: Request, key: str, *allowed: str) -> str:
    """A word of the query string; the first of ``allowed`` if it is not there. Raises ``BadRequestError``."""
    word = request.query.get(key, allowed[0])
    if word not in allowed:
        raise BadRequestError(422, f"Validation Failed: {key} must be one of {', '.join(allowed)}")
    return word
