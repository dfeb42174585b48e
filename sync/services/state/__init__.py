"""What the job remembers between runs: the folder ``state/``, its files, and how two versions of them become one."""

from sync.model.journal import JournalAction, JournalLine, JournalPlay, standing_changes, standing_plays
from sync.services.state.disk import StateInUse, save_atomically
from sync.services.state.folder import PAGES, StateFolder, merge_file
from sync.services.state.last_sync_file import LAST_SYNC_FILE
from sync.services.state.ledger_file import LEDGER_FILE, merge_ledgers

__all__ = [
    "LAST_SYNC_FILE",
    "LEDGER_FILE",
    "PAGES",
    "JournalAction",
    "JournalLine",
    "JournalPlay",
    "StateFolder",
    "StateInUse",
    "merge_file",
    "merge_ledgers",
    "save_atomically",
    "standing_changes",
    "standing_plays",
]
