"""The issue form of a manual map → a pull request on ``overrides.yaml``, and an answer in the issue."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.commands.map_issue.issue_form import BadForm, RequestedMap, parse_form
from sync.commands.shell import (
    OVERRIDES_FILE,
    Options,
    Shell,
    changed_entries,
    clock_for,
    contents_of,
    parse_overrides_text,
    run_command,
)
from sync.errors import ConfigError
from sync.mapping.overrides.document import Overrides
from sync.mapping.overrides.fields import YamlMapping
from sync.report import command_pages as texts
from sync.report.text import plain
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.services.github.pull_requests import Event, GitHubProposals, PullRequestsForbidden
from sync.services.yaml_file import parse_yaml
from sync.settings import Settings
from sync.steps.preview import Preview, Previewer
from sync.wiring import open_services

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


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Answers the issue; gives 0 also when the form was bad, since the answer says so."""
    return run_command(env, lambda shell: _map_issue(shell, env, clock))


def _map_issue(shell: Shell, env: Mapping[str, str], given_clock: Clock | None) -> int:
    settings = shell.settings(trakt=False, anilist=False)
    event_file = env.get("GITHUB_EVENT_PATH", "").strip()
    if settings.github is None or not event_file:
        raise ConfigError(["map-issue runs in a workflow that an issue starts; here there is none."])

    from sync.services.github.pull_requests import GitHubProposals, load_event

    issue = Issue.of_event(load_event(Path(event_file)))
    if issue is None:
        shell.log.say("This was not started by an issue, so there is nothing to map.")
        return 0

    proposals = GitHubProposals(settings.github)
    path = _in_repository(settings)
    editor = f"{settings.github.server_url}/{settings.github.repository}/edit/{proposals.base}/{path}"

    def previews(overrides: Overrides, changed: frozenset[int]) -> Preview:
        clock = given_clock or clock_for(settings)
        with open_services(settings, clock, shell.redactor, anonymous=True) as services:
            return Previewer(settings, services, overrides).preview(changed)

    done = ManualMap(proposals, path, editor, previews).act_on(issue)
    shell.log.say(done)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, f"{plain(done, 400)}\n")
    return 0


def _in_repository(settings: Settings) -> str:
    """Where ``overrides.yaml`` is in the repository; the job runs at its root."""
    path = settings.overrides_file
    return (path.resolve().relative_to(Path().resolve()) if path.is_absolute() else path).as_posix()
