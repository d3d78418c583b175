"""The commands of the program on decks and arrays in memory."""
from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from . import _core, errors
from ._arrays import Store, coordinates_of, ordered
from ._progress import Bar
from ._ranks import agreed, is_first, told
from ._result import Result, load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Deck = Union[str, "os.PathLike[str]", Mapping[str, Any]]
Progress = Union[bool, str, Callable[[str], Any], None]


class _Deck:
    """Text, the name it goes by in messages, and where its relative files start."""

    def __init__(self, deck: Deck) -> None:
        if isinstance(deck, Mapping):
            import tomli_w
            self.text, self.path, self.directory = tomli_w.dumps(dict(deck)), "deck", os.getcwd()
        elif isinstance(deck, str) and ("\n" in deck or "=" in deck):
            self.text, self.path, self.directory = deck, "deck", os.getcwd()
        else:
            self.path = os.fspath(deck)
            self.directory = os.path.dirname(os.path.abspath(self.path))
            try:
                with open(self.path, encoding="utf-8") as file:
                    self.text = file.read()
            except OSError as error:
                raise errors.MissingError(f"{self.path}: cannot be read ({error.strerror}); check the path", 66) from error

    def sections(self) -> dict[str, Any]:
        """The deck as a dictionary; empty where it is no TOML, which the program itself will say."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError:
            return {}


def _named(deck: _Deck, arrays: Mapping[str, Any], truths: Mapping[str, Any], path: str) -> tuple[dict[str, Any], list[str]]:
    """The datasets of the file `path`, and the overrides that name them in the deck."""
    sections = deck.sections()
    axes = sections.get("grid", {}).get("axes", [])
    overrides: list[str] = []
    datasets: dict[str, Any] = {}
    coordinates = coordinates_of(arrays, sections.get("grid", {}))
    if coordinates:
        datasets.update({f"coordinate_{a}": v for a, v in coordinates.items()})
        names = ", ".join(f'"coordinate_{a}"' for a in axes)
        overrides.append(f'grid.coordinates={{file="{path}", datasets=[{names}]}}')
    for name, values in arrays.items():
        section = next((s for s in ("observations", "fields") if name in sections.get(s, {})), None)
        if section is None:
            known = [n for s in ("observations", "fields") for n in sections.get(s, {})]
            raise TypeError(f"{name}: the deck has no [observations.{name}] and no [fields.{name}]; it has {', '.join(known) or 'none'}")
        datasets[name] = ordered(name, values, axes)
        overrides += [f'{section}.{name}.file="{path}"', f'{section}.{name}.dataset="{name}"']
    for name, values in truths.items():
        if name not in sections.get("parameters", {}):
            raise TypeError(f"{name}: the deck has no [parameters.{name}] to which a truth could belong")
        datasets["truth_" + name] = ordered(name, values, axes)
        overrides.append(f'parameters.{name}.truth={{file="{path}", dataset="truth_{name}"}}')
    return datasets, overrides


def _silent(_line: str) -> None:
    pass


def _listener(progress: Progress) -> Callable[[str], Any]:
    if progress == "bar":
        return Bar()
    if isinstance(progress, str):
        raise ValueError(f'progress = {progress!r}: use True, "bar" or a function of a line')
    if callable(progress):
        return progress
    return print if progress else _silent


def _run(command: str, deck: _Deck, overrides: Sequence[str], overwrite: bool, progress: Progress, comm: Any, restart: str = "",
         max_walltime: float = math.inf, arrays: str = "", kept: str = "") -> None:
    """arrays: the path of the store, which messages call "arrays". kept: the directory in which the checkpoint of a stopped run stays."""
    say = _listener(progress)
    handle = -1 if comm is None else comm.py2f()
    try:
        _core.run(command, deck.path, deck.directory, deck.text, list(overrides), overwrite, say, handle, restart, float(max_walltime))
    except _core.Error as error:
        message, code = error.args
        if arrays:
            message = message.replace(arrays, "arrays")
        if code == errors.STOPPED:
            message = message.split(";")[0] + ("; directory=... would have kept what was done" if not kept else
                                               f"; what was done is in {kept}: invert(..., directory={kept!r}, restart=True) goes on")
        if message.startswith("stopped by SIGINT"):
            raise KeyboardInterrupt(message) from None
        raise errors.of(message, code) from None
    finally:
        if isinstance(say, Bar):
            say.close()


def invert(deck: Deck, *, truths: Mapping[str, Any] | None = None, overrides: Sequence[str] = (), directory: str | os.PathLike[str] | None = None,
           overwrite: bool = False, restart: bool | str = False, max_walltime: float | None = None, progress: Progress = None,
           comm: Any = None, scratch: str | os.PathLike[str] | None = None, **arrays: Any) -> Result:
    """Recovers the hidden parameters of a deck.

    deck: path of a deck, its text, or a dictionary with the same keys.
    arrays: observations and known fields by name, shaped as [grid] has it (axes slowest first, t z y x; NaN: not observed), in the deck's
        units. They take the place of `file` and `dataset`. xarray.DataArrays are ordered by the names of their dimensions, and give their
        coordinates where [grid] has neither points nor coordinates (times as numbers; they must increase and agree). Under MPI a
        mollis.Block is this rank's part; of other arrays rank 0's are used.
    truths: parameters that are known, by name; they are scored and never used by the fit.
    overrides: "section.key=value", as on the command line.
    directory: where to write the results; by default they live as long as what is returned. overwrite: as --overwrite.
    progress: True prints the program's lines, "bar" draws a bar; a function gets each line (on rank 0), and may raise to stop the run. Ctrl-C
        stops it too.
    restart: True goes on from the checkpoint that a stopped run left in `directory`, on the same deck and data; "auto": if there is one.
    max_walltime: seconds after which the run stops with a checkpoint and raises Stopped. Both need a directory.
    comm: an mpi4py communicator; None: this process alone. scratch: a folder that all its ranks see, for arrays and results on their way
        (one process keeps its arrays in memory).

    Returns a Result, of a run that converged or not: ask its verdict. Raises mollis.Error (DeckError, DataError, ...) where the program would
    end with a message, the same lines. Releases the GIL; one run at a time. Collective on comm.
    """
    if restart not in (False, True, "auto"):
        raise ValueError(f'restart = {restart!r}: use True, False or "auto"')
    if (restart or max_walltime is not None) and directory is None:
        raise ValueError("restart and max_walltime need directory=..., where the checkpoint stays")
    source = agreed(comm, lambda: _Deck(deck))
    home = told(comm, agreed(comm, lambda: tempfile.mkdtemp(prefix="mollis-", dir=scratch) if is_first(comm) else ""))
    keep = False
    try:
        output = os.path.abspath(directory) if directory else os.path.join(home, "out")
        with Store(home, comm) as store:
            datasets, words = agreed(comm, lambda: _named(source, arrays, truths or {}, store.path))
            store.write(datasets, comm)
            words.append(f'output.directory="{output}"')
            _run("invert", source, [*words, *overrides], overwrite, progress, comm, "yes" if restart is True else restart or "",
                 math.inf if max_walltime is None else max_walltime, store.path, os.fspath(directory) if directory else "")
        keep = directory is None
        return Result(output, home if keep and is_first(comm) else None)
    finally:
        if not keep and is_first(comm):
            shutil.rmtree(home, ignore_errors=True)


def forward(deck: Deck, *, overrides: Sequence[str] = (), overwrite: bool = False, comm: Any = None) -> None:
    """Makes the synthetic observations of [forward], in the files that [observations.*] names. Ctrl-C waits for its end. Collective on comm."""
    _run("forward", _Deck(deck), overrides, overwrite, None, comm)


def mollify(deck: Deck, directory: str | os.PathLike[str], *, overrides: Sequence[str] = (), overwrite: bool = False, progress: Progress = None,
            comm: Any = None) -> Result:
    """Smoothed states and the derivatives of [mollify] with their standard errors. Returns a Result. Ctrl-C stops it between two lines. Collective
    on comm."""
    output = os.path.abspath(directory)
    _run("mollify", _Deck(deck), [f'output.directory="{output}"', *overrides], overwrite, progress, comm)
    return load(output)


def check(deck: Deck, *, overrides: Sequence[str] = (), comm: Any = None) -> str:
    """What `mollis check` prints: the effective deck, memory, decomposition. Raises DeckError where the deck is wrong."""
    lines: list[str] = []
    _run("check", _Deck(deck), overrides, False, lines.append, comm)
    return "\n".join(lines)
