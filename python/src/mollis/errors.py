"""What the program would print, as exceptions; `code` is its exit code."""
from __future__ import annotations


class Error(Exception):
    """The message, with its place where there is one."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class DeckError(Error):
    """Something in the deck is wrong: one line for each thing, `PATH:LINE:COLUMN: [section] key: what; what to do`."""


class DataError(Error):
    """Data that cannot be used: unreadable, of a wrong shape."""


class MissingError(Error):
    """A file or dataset that is not there."""


class UsageError(Error):
    """A wrong override or option."""


class OutputError(Error):
    """Results could not be written."""


class Stopped(Error):
    """A signal or a stop file ended a run early; what was done is in its directory, from where invert(...,
    directory=..., restart=True) or `mollis invert DECK --restart` goes on."""


STOPPED = 75
KINDS: dict[int, type[Error]] = {64: UsageError, 65: DataError, 66: MissingError, 74: OutputError, STOPPED: Stopped, 78: DeckError}


def of(message: str, code: int) -> Error:
    """The exception of an exit code."""
    return KINDS.get(code, Error)(message, code)
