"""Arrays of Python on their way to the program: checked, ordered, and put where it reads them."""
from __future__ import annotations

import itertools
import math
import os
import zipfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import h5py
import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import errors
from ._ranks import agreed


class Block:
    """This rank's part of an array that is spread over the ranks of comm: mollis.invert(deck, u=mollis.Block(mine, where), comm=comm).

    values: this rank's, in any cut of the whole; NaN: not observed. where: a slice of the whole along each axis, slowest first, such as
    mollis.Mollifier(..., comm=comm).block; start and stop are given, there is no step. Together the blocks of all ranks cover the whole
    array once; a rank may hold none of it (a slice without points).
    """

    def __init__(self, values: ArrayLike, where: Sequence[slice]) -> None:
        self.values = real("Block", values)
        self.where = tuple(where)
        if any(not isinstance(s, slice) or s.start is None or s.stop is None or s.step not in (None, 1) for s in self.where):
            raise ValueError("Block: `where` is a slice with start and stop, and no step, along each axis")
        self.box = tuple((int(s.start), max(int(s.start), int(s.stop))) for s in self.where)
        shape = tuple(b - a for a, b in self.box)
        if self.values.shape != shape:
            raise ValueError(f"Block: values of shape {self.values.shape} do not fill {shape}, which `where` says")

    @property
    def size(self) -> int:
        """How many points this rank holds."""
        return math.prod(b - a for a, b in self.box)


def real(name: str, values: Any) -> NDArray[Any]:
    """As an array; TypeError where it holds no real numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: an array of real numbers is needed, not of {array.dtype}")
    return array


def ordered(name: str, values: Any, axes: Sequence[str]) -> Any:
    """The array of what may be an xarray.DataArray: its dimensions in the order of the deck's axes, by name. Blocks as they are."""
    if isinstance(values, Block):
        return values
    dims = getattr(values, "dims", None)
    if dims is None or not axes:
        return real(name, values)
    strange = [d for d in dims if d not in axes]
    if strange:
        raise ValueError(f"{name}: dimension {', '.join(map(str, strange))} is no axis of [grid] axes = {axes}; rename(...) it")
    return real(name, values.transpose(*[a for a in axes if a in dims]).values)


def coordinates_of(arrays: Mapping[str, Any], grid: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The coordinates that xarray.DataArrays bring along, where [grid] says neither points nor coordinates. They must agree, and increase."""
    found: dict[str, NDArray[Any]] = {}
    for name, values in arrays.items():
        for axis in [a for a in grid.get("axes", []) if a in getattr(values, "coords", {})]:
            own = real(f"coordinate {axis} of {name}", values.coords[axis].values)
            if own.ndim == 1 and own.size > 1 and not (np.diff(own) > 0).all():
                raise ValueError(f"{name}: its coordinate {axis} does not increase; {name}.sortby({axis!r}) puts it in order")
            if not np.array_equal(found.setdefault(axis, own), own):
                raise ValueError(f"{name}: its coordinate {axis} differs from that of another array; interp_like(...) brings them together")
    return found if "points" not in grid and "coordinates" not in grid and len(found) == len(grid.get("axes", [])) else {}


class Store:
    """The file in which the program finds the arrays: on Linux, of one process, a link to memory of its own; else a file of a folder that all
    ranks see.

    path: its name. A context manager; the memory goes at its end.
    """

    def __init__(self, folder: str, comm: Any) -> None:
        self._memory: int | None = None
        alone = comm is None or comm.Get_size() == 1
        if alone and hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
            self._memory = os.memfd_create("mollis")
            self.path = os.path.join(folder, "arrays.npz")
            os.symlink(f"/proc/self/fd/{self._memory}", self.path)
        else:
            self.path = os.path.join(folder, "arrays.h5")

    def write(self, datasets: Mapping[str, Any], comm: Any) -> None:
        """Arrays of rank 0, and the blocks of all ranks, rank after rank. Collective on comm."""
        if not datasets:
            return
        shapes = agree({n: v for n, v in datasets.items() if isinstance(v, Block)}, comm)
        if self._memory is not None:
            return self._keep(datasets)
        rank, ranks = (0, 1) if comm is None else (comm.Get_rank(), comm.Get_size())
        for turn in range(ranks if shapes else 1):
            agreed(comm, lambda: self._add(datasets, shapes, turn == 0) if turn == rank else None)

    def _keep(self, datasets: Mapping[str, Any]) -> None:
        """As numpy.savez does."""
        with open(self.path, "r+b") as stream, zipfile.ZipFile(stream, "w") as archive:
            for name, values in datasets.items():
                with archive.open(name + ".npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, values.values if isinstance(values, Block) else values, allow_pickle=False)

    def _add(self, datasets: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], first: bool) -> None:
        try:
            with h5py.File(self.path, "w" if first else "r+") as file:
                for name, shape in shapes.items() if first else ():
                    file.create_dataset(name, shape, float)
                for name, values in datasets.items():
                    if isinstance(values, Block):
                        if values.size:
                            file[name][tuple(slice(a, b) for a, b in values.box)] = values.values
                    elif first:
                        file[name] = values
        except OSError as error:
            raise errors.OutputError(f"{self.path}: the arrays cannot be put there ({error}); scratch=... names another folder", 74) from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._memory is not None:
            os.close(self._memory)


def agree(blocks: Mapping[str, Block], comm: Any) -> dict[str, tuple[int, ...]]:
    """The shape of the whole of each, once every rank has shown its part; ValueError, the same on all, where these do not make one array.
    Collective on comm."""
    mine = {name: block.box for name, block in blocks.items()}
    every = [mine] if comm is None else comm.allgather(mine)
    shapes = {}
    for name in sorted(set().union(*every)):
        if any(name not in boxes for boxes in every):
            raise ValueError(f"{name}: a Block on some ranks alone; each rank of comm gives its part, if only one without points")
        parts = [boxes[name] for boxes in every]
        if len({len(p) for p in parts}) > 1:
            raise ValueError(f"{name}: blocks with different numbers of axes")
        filled = [p for p in parts if all(b > a for a, b in p)]
        shape = tuple(max((p[k][1] for p in filled), default=0) for k in range(len(parts[0])))
        covered = sum(math.prod(b - a for a, b in p) for p in filled)
        twice = any(all(max(p[0], q[0]) < min(p[1], q[1]) for p, q in zip(one, other)) for one, other in itertools.combinations(filled, 2))
        if twice or covered != math.prod(shape):
            raise ValueError(f"{name}: the blocks of the ranks {'overlap' if twice else 'leave gaps'} in an array of shape {shape}; each point "
                             "belongs to one rank")
        shapes[name] = shape
    return shapes
