"""The lines of a run as a bar."""
from __future__ import annotations

import re
import sys
from typing import TextIO

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def seconds_of(text: str) -> float | None:
    """Of "59s", "2m05s", "3h20m"; None where it is none of these."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (float(g or 0) for g in found.groups())
    return 3600 * hours + 60 * minutes + seconds


class Bar:
    """A function of the program's lines that keeps one line of its own up to date: the phase and its step, the time so far, and how much is
    left at most. In terminals and notebooks alike (a carriage return, no other package)."""

    width = 30

    def __init__(self, to: TextIO | None = None) -> None:
        self._to = to or sys.stdout
        self._longest = 0

    def __call__(self, line: str) -> None:
        words = line.split()
        if not words:
            return
        step = len(words) > 3 and words[1].isdigit() and seconds_of(words[-2]) is not None
        if not step:
            return self._draw(0.0, words[0])
        spent, left = seconds_of(words[-2]) or 0.0, seconds_of(words[-1])
        share = 0.0 if left is None else (spent + 0.5) / (spent + left + 0.5)
        self._draw(share, f"{words[0]} {words[1]}, {words[-2]}" + ("" if left is None else f", at most {words[-1]} left"))

    def _draw(self, share: float, words: str) -> None:
        done = int(share * self.width)
        text = f"[{'#' * done}{'.' * (self.width - done)}] {words}"
        self._to.write("\r" + text.ljust(self._longest))
        self._to.flush()
        self._longest = len(text)

    def close(self) -> None:
        """Ends the line."""
        if self._longest:
            self._to.write("\n")
            self._longest = 0
