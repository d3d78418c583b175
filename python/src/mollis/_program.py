"""The commands of the program on decks and arrays in memory."""
import math
import os
import shutil
import tempfile

import h5py
import numpy as np

from . import _core, errors
from ._result import Result, load

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib


class _Deck:
    """Text, the name it goes by in messages, and where its relative files start."""

    def __init__(self, deck):
        if isinstance(deck, dict):
            import tomli_w
            self.text, self.path, self.directory = tomli_w.dumps(deck), "deck", os.getcwd()
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

    def sections(self):
        """The deck as a dictionary; empty where it is no TOML, which the program itself will say."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError:
            return {}


def _is_first(comm):
    return comm is None or comm.Get_rank() == 0


def _agree(comm, value):
    return value if comm is None else comm.bcast(value)


def _array(name, values):
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: an array of real numbers is needed, not of {array.dtype}")
    return array


def _ordered(name, values, axes):
    """The array of what may be an xarray.DataArray: its dimensions in the order of the deck's axes, by name."""
    dims = getattr(values, "dims", None)
    if dims is None or not axes:
        return _array(name, values)
    strange = [d for d in dims if d not in axes]
    if strange:
        raise ValueError(f"{name}: dimension {', '.join(map(str, strange))} is no axis of [grid] axes = {axes}; rename(...) it")
    return _array(name, values.transpose(*[a for a in axes if a in dims]).values)


def _coordinates(deck, arrays):
    """The coordinates that xarray.DataArrays bring along, where [grid] says neither points nor coordinates. They must agree, and increase."""
    grid, found = deck.sections().get("grid", {}), {}
    for name, values in arrays.items():
        for axis in [a for a in grid.get("axes", []) if a in getattr(values, "coords", {})]:
            own = _array(f"coordinate {axis} of {name}", values.coords[axis].values)
            if own.ndim == 1 and own.size > 1 and not (np.diff(own) > 0).all():
                raise ValueError(f"{name}: its coordinate {axis} does not increase; {name}.sortby({axis!r}) puts it in order")
            if not np.array_equal(found.setdefault(axis, own), own):
                raise ValueError(f"{name}: its coordinate {axis} differs from that of another array; interp_like(...) brings them together")
    return found if "points" not in grid and "coordinates" not in grid and len(found) == len(grid.get("axes", [])) else {}


def _hand_over(deck, arrays, truths, path, comm):
    """Writes the arrays beside each other and returns the overrides that name them in the deck."""
    sections = deck.sections()
    axes = sections.get("grid", {}).get("axes", [])
    overrides, datasets = [], {}
    coordinates = _coordinates(deck, arrays)
    if coordinates:
        datasets.update({f"coordinate_{a}": v for a, v in coordinates.items()})
        names = ", ".join(f'"coordinate_{a}"' for a in axes)
        overrides.append(f'grid.coordinates={{file="{path}", datasets=[{names}]}}')
    for name, values in arrays.items():
        section = next((s for s in ("observations", "fields") if name in sections.get(s, {})), None)
        if section is None:
            known = [n for s in ("observations", "fields") for n in sections.get(s, {})]
            raise TypeError(f"{name}: the deck has no [observations.{name}] and no [fields.{name}]; it has {', '.join(known) or 'none'}")
        datasets[name] = _ordered(name, values, axes)
        overrides += [f'{section}.{name}.file="{path}"', f'{section}.{name}.dataset="{name}"']
    for name, values in truths.items():
        if name not in sections.get("parameters", {}):
            raise TypeError(f"{name}: the deck has no [parameters.{name}] to which a truth could belong")
        datasets["truth_" + name] = _ordered(name, values, axes)
        overrides.append(f'parameters.{name}.truth={{file="{path}", dataset="truth_{name}"}}')
    if datasets and _is_first(comm):
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values
    return overrides


def _silent(_line):
    pass


def _run(command, deck, overrides, overwrite, progress, comm, restart="", max_walltime=math.inf):
    say = print if progress is True else (progress or _silent)
    handle = -1 if comm is None else comm.py2f()
    try:
        return _core.run(command, deck.path, deck.directory, deck.text, list(overrides), overwrite, say, handle, restart,
                         float(max_walltime))
    except _core.Error as error:
        message, code = error.args
        if code == errors.STOPPED and message.startswith("stopped by SIGINT"):
            raise KeyboardInterrupt(message) from None
        raise errors.of(message, code) from None


def invert(deck, *, truths=None, overrides=(), directory=None, overwrite=False, restart=False, max_walltime=None, progress=None,
           comm=None, scratch=None, **arrays):
    """Recovers the hidden parameters of a deck.

    deck: path of a deck, its text, or a dictionary with the same keys.
    arrays: observations and known fields by name, shaped as [grid] has it (axes slowest first, t z y x; NaN: not observed). They
        take the place of `file` and `dataset`. xarray.DataArrays are ordered by the names of their dimensions, and give their coordinates
        where [grid] has neither points nor coordinates (times as numbers; they must increase and agree). Under MPI rank 0's are used.
    truths: parameters that are known, by name; they are scored and never used by the fit.
    overrides: "section.key=value", as on the command line.
    directory: where to write the results; by default they live as long as what is returned. overwrite: as --overwrite.
    progress: True prints the program's lines; a function gets each of them, and may raise to stop the run. Ctrl-C stops it too.
    restart: True goes on from the checkpoint that a stopped run left in `directory`, on the same deck and data; "auto": if there is one.
    max_walltime: seconds after which the run stops with a checkpoint and raises Stopped. Both need a directory.
    comm: an mpi4py communicator; None: this process alone. scratch: a folder that all its ranks see, for the arrays.

    Returns a Result, of a run that converged or not: ask its verdict. Raises errors.Error where the program would end with a
    message. Releases the GIL. Collective on comm.
    """
    if restart not in (False, True, "auto"):
        raise ValueError(f'restart = {restart!r}: use True, False or "auto"')
    if (restart or max_walltime is not None) and directory is None:
        raise ValueError("restart and max_walltime need directory=..., where the checkpoint stays")
    deck = _Deck(deck)
    home = tempfile.mkdtemp(prefix="mollis-", dir=scratch) if _is_first(comm) else None
    home = _agree(comm, home)
    keep = False
    try:
        words = _hand_over(deck, arrays, truths or {}, os.path.join(home, "arrays.h5"), comm)
        output = os.path.abspath(directory) if directory else os.path.join(home, "out")
        words.append(f'output.directory="{output}"')
        _run("invert", deck, [*words, *overrides], overwrite, progress, comm, {False: "", True: "yes"}.get(restart, restart),
             math.inf if max_walltime is None else max_walltime)
        keep = directory is None
        return Result(output, home if keep and _is_first(comm) else None)
    finally:
        if not keep and _is_first(comm):
            shutil.rmtree(home, ignore_errors=True)


def forward(deck, *, overrides=(), overwrite=False, comm=None):
    """Makes the synthetic observations of [forward], in the files that [observations.*] names. Collective on comm."""
    _run("forward", _Deck(deck), overrides, overwrite, None, comm)


def mollify(deck, directory, *, overrides=(), overwrite=False, progress=None, comm=None):
    """Smoothed states and the derivatives of [mollify] with their standard errors. Returns a Result. Collective on comm."""
    output = os.path.abspath(directory)
    _run("mollify", _Deck(deck), [f'output.directory="{output}"', *overrides], overwrite, progress, comm)
    return load(output)


def check(deck, *, overrides=(), comm=None):
    """What `mollis check` prints: the effective deck, memory, decomposition. Raises DeckError where the deck is wrong."""
    lines = []
    _run("check", _Deck(deck), overrides, False, lines.append, comm)
    return "\n".join(lines)
