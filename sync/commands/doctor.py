"""``python -m sync doctor``: what is missing or wrong in the set-up, and where to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sync.commands.shell import Options, Shell, clock_for, place_of, read_overrides, run_command
from sync.errors import (
    AppRefused,
    ConfigError,
    LoginError,
    LoginLost,
    NotConnected,
    ServiceUnavailable,
    StateError,
    SyncError,
)
from sync.model.anilist import AniListUser
from sync.model.mapping import TitleRef
from sync.model.run import LastSync, Pages
from sync.model.trakt import Kind
from sync.planning.safety import check_accounts
from sync.report.command_pages import Finding, Level, finding_lines, render_findings
from sync.services.anilist.answers import token_expiry
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.services.tokens.login import CONNECT
from sync.services.tokens.pair import TokenPair
from sync.services.trakt.wire import APPS_PAGE
from sync.settings import Settings
from sync.steps.reading import WARN_BEFORE
from sync.wiring import Services, open_services

ANY_SHOW = TitleRef("slug", Kind.SHOW, "cowboy-bebop")
"""Asked for only to see whether Trakt knows the app; whether it has the show does not matter."""
SCHEDULE = {
    "disabled_fork": "GitHub has switched the schedule off because this is a fork.",
    "disabled_inactivity": "GitHub has switched the schedule off after 60 days without activity.",
    "disabled_manually": "The schedule was switched off by hand.",
}
ANILIST_CLIENTS = "https://anilist.co/settings/developer"
VIP_PAGE = "https://app.trakt.tv/vip"


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Looks at everything and changes nothing; gives 0 when the sync can work."""
    return run_command(env, lambda shell: _examine(shell, clock))


def _examine(shell: Shell, given_clock: Clock | None) -> int:
    if shell.is_fresh_copy(anywhere=True):
        return 0
    settings, problems = shell.read_settings()
    with open_services(settings, given_clock or clock_for(settings), shell.redactor, read_only=True) as services:
        pages = services.repository.pages if services.repository else Pages()
        found = _inspect_settings(settings, problems, pages)
        findings = Examination(settings, services, pages).findings(found)
    _say(shell, settings, findings)
    return next((found.exit_code for found in findings if found.exit_code), 0)


def _inspect_settings(settings: Settings, problems: Sequence[str], pages: Pages) -> list[Finding]:
    """What is wrong with the settings and with ``overrides.yaml``."""
    code = ConfigError.exit_code
    found = [Finding(Level.WRONG, problem, page=pages.secrets, exit_code=code) for problem in problems]
    if not found:
        found = [Finding(Level.GOOD, "All settings that are needed are there.")]
    overrides, mistakes = read_overrides(settings.overrides_file)
    for mistake in mistakes:
        file, line = place_of(mistake)
        found.append(Finding(Level.WRONG, mistake, page=pages.overrides, file=file, line=line, exit_code=code))
    if not mistakes:
        count = len(overrides.entries)
        found.append(Finding(Level.GOOD, f"{settings.overrides_file.name} is in order ({count} of your own mappings)."))
    return found


def _say(shell: Shell, settings: Settings, findings: Sequence[Finding]) -> None:
    for line in finding_lines(findings):
        shell.log.say(line)
    if not shell.in_actions:
        return
    for found in findings:
        if found.level is Level.WRONG:
            shell.log.error(f"{found.what} {found.remedy}".strip(), title="Set-up", file=found.file, line=found.line)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, shell.redactor.redact(render_findings(findings)))


class Examination:
    """One examination: about five requests, none of which changes anything anywhere."""

    def __init__(self, settings: Settings, services: Services, pages: Pages) -> None:
        self._settings = settings
        self._services = services
        self._pages = pages
        self._last = LastSync()
        self._trakt_user: str | None = None
        self._anilist_user: AniListUser | None = None
        self._findings: list[Finding] = []

    def findings(self, settings: Sequence[Finding]) -> tuple[Finding, ...]:
        """All findings, beginning with those about the ``settings`` and files; nothing that fails hides another."""
        self._findings = list(settings)
        # In this order, because the later ones use what the earlier ones found.
        for check in (self._state, self._anilist, self._trakt, self._accounts, self._schedule, self._rights):
            self._try(check)
        return tuple(self._findings)

    def _try(self, check: Callable[[], None]) -> None:
        try:
            check()
        except SyncError as error:
            self._findings += findings_of(error, self._page_for(error, check))

    def _good(self, what: str) -> None:
        self._findings.append(Finding(Level.GOOD, what))

    def _note(self, what: str, remedy: str = "", page: str = "") -> None:
        self._findings.append(Finding(Level.NOTE, what, remedy, page))

    def _wrong(self, what: str, remedy: str, page: str, *, code: int) -> None:
        self._findings.append(Finding(Level.WRONG, what, remedy, page, exit_code=code))

    def _page_for(self, error: SyncError, check: Callable[[], None]) -> str:
        """Where the remedy is carried out, ``""`` for no page: AniList takes its name and token from the secrets."""
        if isinstance(error, StateError):
            return self._pages.state
        if isinstance(error, AppRefused):
            return APPS_PAGE
        if isinstance(error, LoginLost | NotConnected):
            return self._pages.connect
        if check == self._anilist and isinstance(error, LoginError | ConfigError):
            return self._pages.secrets
        return ""

    def _state(self) -> None:
        self._last = self._services.folder.load().last_sync
        self._good("What earlier runs remember (state/) can be read.")

    def _anilist(self) -> None:
        settings, services = self._settings, self._services
        token = settings.anilist_access_token
        expiry, now = token_expiry(token) if token else None, services.clock.now()
        if expiry is not None and now <= expiry <= now + WARN_BEFORE:
            self._note(
                f"ANILIST_ACCESS_TOKEN expires on {expiry:%d %b %Y}.",
                "Make a new one (docs/setup.md, step 3) and replace the secret.",
                ANILIST_CLIENTS,
            )
        if not token and not settings.anilist_username:
            return  # named among the settings already
        user = self._anilist_user = services.anilist.fetch_owner(settings.anilist_username, services.deadline)
        how = "with your token" if token else "without a token, as it is public"
        self._good(f"The AniList list of {user.name} can be read, {how}.")

    def _trakt(self) -> None:
        if not self._settings.trakt_client_id:
            return  # named among the settings already
        pair = self._services.store.load() if self._settings.trakt_client_secret else None
        if pair is None:
            self._try(self._app)
            if self._settings.trakt_client_secret:
                raise NotConnected("No Trakt account is connected yet.", "Run Actions → Connect Trakt.")
            return
        now, until = self._services.clock.now(), pair.expires_at
        if until is None or now < until:
            self._account(pair)
            return
        self._try(self._app)
        if pair.spent:
            says = "The answer to the last renewal of the Trakt log-in was lost, and the old one has expired."
            raise LoginLost(says, CONNECT)
        self._note("The Trakt access token has run out since the last run; the next run renews it.")

    def _account(self, pair: TokenPair) -> None:
        try:
            account = self._services.trakt_as(pair).fetch_account(self._services.deadline)
        except LoginLost:
            says = "Trakt no longer takes the stored log-in: it was revoked or is too old."
            raise LoginLost(says, CONNECT) from None
        self._trakt_user = account.username
        wanted = self._settings.trakt_username
        if wanted and wanted.casefold() not in (account.username.casefold(), (account.slug or "").casefold()):
            self._wrong(
                f"The connected Trakt account is {account.username}, but TRAKT_USERNAME is {wanted}.",
                "Run Actions → Connect Trakt as the right account, or change TRAKT_USERNAME.",
                self._pages.connect,
                code=LoginError.exit_code,
            )
        else:
            self._good(f"Trakt is connected as {account.username}.")
        if pair.spent:
            self._note("The answer to the last renewal of the Trakt log-in was lost.", CONNECT, self._pages.connect)
        if not account.vip:
            self._note(
                f"The Trakt account {account.username} has no VIP membership. Trakt asks for one to make an API app, "
                "may delete the app of a membership that ended, and lets a free account connect one community app.",
                "If connecting fails, disconnect the other app or renew VIP.",
                VIP_PAGE,
            )

    def _app(self) -> None:
        self._services.trakt_as(None).fetch_title(ANY_SHOW, self._services.deadline)
        self._good("Trakt knows your API app (TRAKT_CLIENT_ID).")

    def _accounts(self) -> None:
        if self._anilist_user is not None:
            check_accounts(self._last, user=self._anilist_user, trakt_user=self._trakt_user)

    def _schedule(self) -> None:
        repository = self._services.repository
        state = repository.github.fetch_workflow_state("sync.yml") if repository else None
        if state in SCHEDULE:
            remedy = "Press Enable workflow on the page of Sync."
            self._wrong(SCHEDULE[state], remedy, self._pages.sync, code=ConfigError.exit_code)
        elif state is not None:
            self._good("The schedule is switched on.")

    def _rights(self) -> None:
        repository = self._services.repository
        if repository is None:
            return
        for right, what in (("contents", "commit state/"), ("issues", "keep its issues up to date")):
            if not repository.github.may_write(right):
                self._wrong(
                    f"The job's token (GITHUB_TOKEN) may not {what}: it lacks {right}: write.",
                    "Choose “Read and write permissions” under Settings → Actions → General → Workflow permissions, "
                    f"or give the job `permissions: {right}: write` in its workflow.",
                    self._pages.permissions,
                    code=ConfigError.exit_code,
                )
            else:
                self._good(f"The job may {what}.")


def findings_of(error: SyncError, page: str = "") -> list[Finding]:
    """An error as findings: each mistake in the settings by itself."""
    if isinstance(error, ConfigError):
        found = [Finding(Level.WRONG, problem, page=page, exit_code=error.exit_code) for problem in error.problems]
        return [*found[:-1], replace(found[-1], remedy=error.remedy)]
    level = Level.OUTAGE if isinstance(error, ServiceUnavailable) else Level.WRONG
    return [Finding(level, error.message, error.remedy, page, exit_code=error.exit_code)]
