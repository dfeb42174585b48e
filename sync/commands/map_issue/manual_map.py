"""The issue form of a manual map → a pull request on ``overrides.yaml``, and an answer in the issue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sync.commands.map_issue.issue_form import BadForm, RequestedMap, parse_form
from sync.commands.map_issue.overrides_text import put_entry
from sync.commands.shell import OVERRIDES_FILE, changed_entries, parse_overrides_text
from sync.errors import ConfigError
from sync.mapping.overrides.document import Overrides
from sync.report import manual_map_texts as texts
from sync.services.github.pull_requests import Event, GitHubProposals, PullRequestsForbidden
from sync.steps.preview import Preview

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Issue:
    """The issue as the event tells it. ``people`` wrote it or changed it now: all of them must be allowed to write."""

    number: int
    body: str
    people: frozenset[str]

    @classmethod
    def of_event(cls, event: Event) -> Issue | None:
        """``None`` for an event about anything else."""
        issue, sender = event.issue, event.sender
        if issue is None or sender is None or issue.is_pull_request:
            return None
        author = {issue.user.login} if issue.user else set()
        return cls(issue.number, (issue.body or "").strip(), frozenset({sender.login} | author))


Previews = Callable[[Overrides, frozenset[int]], Preview]


class ManualMap:
    """Acts on one issue. ``path`` is where ``overrides.yaml`` is in the repository; ``pages`` gives links to it."""

    def __init__(self, proposals: GitHubProposals, path: str, editor: str, previews: Previews) -> None:
        self._proposals = proposals
        self._path = path
        self._editor = editor
        self._previews = previews

    def act_on(self, issue: Issue) -> str:
        """Answers the issue, with a pull request if its form is good; gives what was done, in a sentence.

        A person without write access gets nothing, not even an answer. Raises ``SyncError`` when GitHub cannot be had.
        """
        strangers = [login for login in sorted(issue.people) if not self._proposals.may_write(login)]
        if strangers:
            return f"Issue {issue.number} was left alone: {', '.join(strangers)} may not write to this repository."
        try:
            asked = parse_form(issue.body)
            return self._propose(issue, asked)
        except (BadForm, ConfigError) as wrong:
            self._proposals.comment(issue.number, texts.render_bad_form(wrong.problems))
            return f"Issue {issue.number} was answered with what is wrong in it."

    def _propose(self, issue: Issue, asked: RequestedMap) -> str:
        before = self._proposals.fetch_file(self._path, self._proposals.base) or ""
        known = parse_overrides_text(before)
        parse_overrides_text(asked.line)  # a mistake in the line itself is the form's, not the file's
        try:
            after = put_entry(before, asked.anilist_id, asked.line)
        except ConfigError as error:
            answer = texts.render_by_hand(str(error), "Change it by hand.", asked.line, editor=self._editor)
            self._proposals.comment(issue.number, answer)
            return f"Issue {issue.number} was answered with the line to paste."
        overrides = parse_overrides_text(after)
        changed, _ = changed_entries(known, overrides)
        if not changed:
            self._proposals.comment(issue.number, texts.render_already_so(asked.line))
            return f"Issue {issue.number} was answered: {OVERRIDES_FILE} says so already."
        return self._open(issue, asked, after, self._previews(overrides, changed))

    def _open(self, issue: Issue, asked: RequestedMap, after: str, preview: Preview) -> str:
        branch = f"map/issue-{issue.number}"
        message = f"Map AniList {asked.anilist_id} (issue {issue.number})"
        self._proposals.push_file(branch, self._path, after, message)
        body = texts.render_pull_request(asked.line, preview.entries, preview.notes, issue=issue.number)
        try:
            made = self._proposals.propose(branch, title=texts.pull_request_title(preview.entries[0]), body=body)
        except PullRequestsForbidden as refusal:
            answer = texts.render_by_hand(
                refusal.message, refusal.remedy, asked.line, editor=self._editor, compare=refusal.compare_url
            )
            self._proposals.comment(issue.number, answer)
            log.warning("%s", refusal)
            return f"Issue {issue.number} was answered with the line to paste."
        answer = texts.render_answer(made.number, made.url, fresh=made.fresh, entries=preview.entries)
        self._proposals.comment(issue.number, answer)
        return f"Issue {issue.number} became pull request {made.number}: {made.url}"
