"""``python -m sync connect``: logs in to Trakt with a code typed in on its own page."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress

from sync.commands.shell import Options, Shell, clock_for, run_command
from sync.errors import LoginError, ServiceUnavailable
from sync.services.clock import Clock
from sync.services.tokens.login import is_wanted
from sync.services.tokens.pair import TokenPair
from sync.settings import Settings
from sync.wiring import Services, open_services

log = logging.getLogger(__name__)


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Shows the address and the code, waits, and keeps the log-in."""
    return run_command(env, lambda shell: _connect(shell, clock))


def _connect(shell: Shell, given_clock: Clock | None) -> int:
    if shell.is_fresh_copy():
        return 0
    settings = shell.settings(anilist=False)
    clock = given_clock or clock_for(settings)
    with open_services(settings, clock, shell.redactor) as services:
        services.folder.create()
        with services.folder.locked(clock):
            # A state that cannot be read is said before a code is asked for, which would be wasted.
            services.folder.load()
            pair = _ask(shell, services)
            username = _account_of(pair, settings, services)
            services.store.save(pair.with_username(username) if username else pair)
    who = f"the Trakt account {username}" if username else "the account that typed it in; the next run says which"
    shell.log.notice(f"Connected: plays will go to {who}.", title="Connect Trakt")
    return 0


def _ask(shell: Shell, services: Services) -> TokenPair:
    code = services.auth.request_device_code(services.deadline)
    shell.log.say(f"Open {code.verification_url} and type in the code {code.user_code}")
    shell.log.say(f"The code works for {code.expires_in // 60} minutes. Waiting …")
    pair = services.auth.wait_for_token(code)
    shell.log.mask((pair.access_token, pair.refresh_token))
    return pair


def _account_of(pair: TokenPair, settings: Settings, services: Services) -> str | None:
    """Whose the log-in is; ``None`` if Trakt does not say, because a code that worked must not be wasted, and each run
    looks too. One that is not wanted is ended again, and not kept."""
    try:
        account = services.trakt_as(pair).fetch_account(services.deadline)
    except ServiceUnavailable as trouble:
        log.warning("%s", trouble.message)
        return None
    wanted = settings.trakt_username
    if is_wanted(wanted, account.username, account.slug):
        return account.username
    with suppress(ServiceUnavailable):  # it is not kept, so nobody has it
        services.auth.revoke(pair.access_token, services.deadline)
    raise LoginError(
        f"The code was typed in by the Trakt account {account.username}, but TRAKT_USERNAME is {wanted}. "
        "It was not connected.",
        "Run Connect Trakt again and log in to Trakt as the right account first, or change TRAKT_USERNAME.",
    )
