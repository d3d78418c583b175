"""Mollified derivatives of arrays."""
from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core

Grid = Union[int, Sequence[Any]]                          # points, or coordinates, of each axis
Order = Union[str, Sequence[int]]                         # "xxy", or a derivative order along each axis
Along = Union[float, Sequence[float], Mapping[str, float]]   # one number, one an axis, or by the axes' names
Periods = Union[Sequence[str], Mapping[str, float]]

_AXES = ("t", "z", "y", "x")
_alive: weakref.WeakSet[Mollifier] = weakref.WeakSet()   # what holds MPI communicators and must be gone before MPI ends


def close_all() -> None:
    """Ends the compiled part; called at exit."""
    for mollifier in list(_alive):
        mollifier._filters.close()
    _core.finish()


def _multi_index(order: Order, axes: Sequence[str]) -> list[int]:
    """"xxy" or (1, 2) as derivative orders along each axis."""
    if isinstance(order, str):
        unknown = sorted(set(order) - set(axes))
        if unknown:
            raise ValueError(f"derivative {order!r}: no axis {', '.join(unknown)} among {', '.join(axes)}")
        return [order.count(a) for a in axes]
    order = [int(k) for k in order]
    if len(order) != len(axes) or min(order) < 0:
        raise ValueError(f"derivative {tuple(order)}: {len(axes)} orders >= 0 are needed, along {', '.join(axes)}")
    return order


def axes_of(grid: Grid) -> list[Any]:
    """A list with the points or the coordinates of each axis."""
    return [grid] if isinstance(grid, (int, np.integer)) else list(grid)   # type: ignore[arg-type]


def along(value: Along, axes: Sequence[str], what: str) -> list[Any]:
    """One value an axis from a number, a dictionary or a sequence."""
    if isinstance(value, Mapping):
        missing = [a for a in axes if a not in value]
        if missing:
            raise ValueError(f"{what}: nothing for axis {', '.join(missing)}")
        return [value[a] for a in axes]
    if isinstance(value, (int, float)) or np.ndim(value) == 0:
        return [value] * len(axes)
    if len(value) != len(axes):
        raise ValueError(f"{what}: {len(value)} values for {len(axes)} axes")
    return list(value)


def _axis(name: str, given: Any, spacing: float, period: Any) -> _core.Axis:
    """An axis of the core from a number of points or from coordinates. period: None, a number, or True (equally spaced)."""
    if np.ndim(given) == 0:
        points = int(given)
        coordinates = np.arange(points) * float(spacing)
        length = points * float(spacing) if period is True else (period or 0.0)
        return _core.Axis(name, coordinates.tolist(), float(length))
    coordinates = np.asarray(given, dtype=float)
    if coordinates.ndim != 1 or not np.isfinite(coordinates).all():
        raise ValueError(f"coordinates of axis {name}: one row of finite numbers is needed")
    if period is True:
        raise ValueError(f"axis {name} has coordinates: give its period as a number, periodic={{'{name}': ...}}")
    return _core.Axis(name, coordinates.tolist(), float(period or 0.0))


def _count(given: Any) -> int:
    return int(given) if np.ndim(given) == 0 else len(given)


def _exists(mask: ArrayLike | None, shape: tuple[int, ...]) -> list[float]:
    """The mask as numbers in a row, empty where there is none."""
    if mask is None:
        return []
    mask = np.asarray(mask)
    if mask.dtype.kind not in "biuf":
        raise TypeError(f"mask: True or False at each point is needed, not {mask.dtype}")
    if mask.shape != shape:
        raise ValueError(f"mask of shape {mask.shape}: the grid has {shape}")
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        raise ValueError("mask: has NaN or infinity; give True or False, e.g. numpy.isfinite(data)")
    exists = mask != 0
    if not exists.any():
        raise ValueError("mask: without a point; True is a point that exists")
    return exists.ravel().astype(float).tolist()


class Mollifier:
    """Smoothed values and derivatives D^k (eta * u) of arrays on a grid, and the exact transpose.

    grid: the shape, or coordinates of each axis (stretched ones too); one to four axes, slowest first.
    derivatives: each "" (the smoothed value), "x", "xx", "xxyy", ..., or orders along the axes, (0, 2).
    radius: of the kernel in points: a number, one an axis, or {"y": 8, "x": 12}.
    degree: of the polynomials on which the results are exact, up to the edges (filter "moment").
    kernel: "bump", "polynomial", "cosine", "gaussian"; exponent: of the polynomial and the cosine.
    filter: "moment" (corrected, one-sided at edges), "analytic" (the kernel's own derivatives, sampled: the published layer; 0
        within a radius of open ends, see `valid`), "difference" (stencils of least width).
    periodic: names of axes that are periodic, or {"x": period}. spacing: of the points where a shape is given.
    names: of the axes; the last of t, z, y, x by default.
    mask: array of the grid's shape, 0 or False where a point does not exist; what stands there is never used, NaN included. Along a
        single axis (filter "moment") rows that meet a gap are refitted with the points that exist; over several axes, and with other
        filters, a result whose footprint meets a gap is 0, see `valid`.
    comm: an mpi4py communicator over which the grid is cut: arrays are then this rank's block, `block` of the whole.

    shape: of this process's arrays (the whole grid without comm). derivatives, names: as given.
    Units: those of u over those of the axes to the order. One call at a time. Making one and its calls are collective on comm. ValueError
    and TypeError say what does not fit, before anything is computed.
    """

    def __init__(self, grid: Grid, derivatives: Order | Sequence[Order], radius: Along, degree: int = 4, kernel: str = "bump",
                 exponent: float = 9.0, filter: str = "moment", periodic: Periods = (), spacing: Along = 1.0,
                 names: Sequence[str] | None = None, comm: Any = None, mask: ArrayLike | None = None) -> None:
        given = axes_of(grid)
        if not 1 <= len(given) <= len(_AXES):
            raise ValueError(f"a grid of {len(given)} axes: one to four are possible")
        self.names: tuple[str, ...] = tuple(names or _AXES[-len(given):])
        if not derivatives and derivatives != "":
            raise ValueError('no derivatives: give a list such as ["", "x", "xx"]')
        self.derivatives: tuple[Any, ...] = (derivatives,) if isinstance(derivatives, str) else tuple(derivatives)
        if filter not in ("moment", "analytic", "difference"):
            raise ValueError(f'filter = "{filter}": use "moment", "analytic" or "difference"')
        periods = dict(periodic) if isinstance(periodic, Mapping) else dict.fromkeys(periodic, True)
        unknown = sorted(set(periods) - set(self.names))
        if unknown:
            raise ValueError(f"periodic: no axis {', '.join(unknown)} among {', '.join(self.names)}")
        axes = [_axis(n, g, s, periods.get(n)) for n, g, s in zip(self.names, given, along(spacing, self.names, "spacing"))]
        orders = [_multi_index(d, self.names) for d in self.derivatives]
        radii = [int(r) for r in along(radius, self.names, "radius")]
        handle = -1 if comm is None else comm.py2f()
        exists = _exists(mask, tuple(_count(g) for g in given))
        self._filters = _core.Mollifier(axes, orders, _core.Filter(filter, kernel, float(exponent), radii, int(degree)), handle, exists)
        _alive.add(self)
        self.block: tuple[slice, ...] = tuple(slice(a, b) for a, b in zip(self._filters.lower, self._filters.upper))
        self.shape: tuple[int, ...] = tuple(s.stop - s.start for s in self.block)

    @property
    def _jets(self) -> tuple[int, ...]:
        """The shape of what apply() makes of one array: (number of derivatives, *shape)."""
        return (len(self.derivatives), *self.shape)

    def _batch(self, shape: Sequence[int], tail: tuple[int, ...], what: str) -> tuple[int, ...]:
        """The axes in front of `tail`; ValueError where the shape does not end in it."""
        shape = tuple(shape)
        if len(shape) < len(tail) or shape[len(shape) - len(tail):] != tail:
            raise ValueError(f"{what} of shape {shape}: (..., {', '.join(map(str, tail))}) is needed")
        return shape[: len(shape) - len(tail)]

    def _through(self, call: Any, array: ArrayLike, tail_in: tuple[int, ...], tail_out: tuple[int, ...], what: str) -> NDArray[Any]:
        """call(in, out) on C-contiguous doubles: the array itself where it is so already."""
        array = np.asarray(array)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"{what}: an array of real numbers is needed, not of {array.dtype}")
        batch = self._batch(array.shape, tail_in, what)
        out = np.empty(batch + tail_out)
        call(np.ascontiguousarray(array, dtype=np.float64), out, math.prod(batch))
        return out.astype(np.float32) if array.dtype == np.float32 else out

    def apply(self, u: ArrayLike) -> NDArray[Any]:
        """D^k (eta * u): (..., *shape) -> (..., number of derivatives, *shape).

        Axes in front are batches and channels. A float32 array gives float32, computed in double; others give float64. C-contiguous
        float64 is read where it lies. Values that are not finite spoil their neighbourhood (a mask leaves them out)."""
        return self._through(self._filters.apply, u, self.shape, self._jets, "u")

    def transpose(self, v: ArrayLike) -> NDArray[Any]:
        """sum_k (D^k)^T v_k: (..., number of derivatives, *shape) -> (..., *shape), so that <v, apply(u)> = <transpose(v), u> to
        rounding. Precision and copies as of apply()."""
        return self._through(self._filters.transpose, v, self._jets, self.shape, "v")

    def variance(self) -> NDArray[np.float64]:
        """(number of derivatives, *shape): variance of each result where u carries white noise of variance 1, in units of the axes to
        minus twice the order; 0 where there is no result."""
        out = np.empty(self._jets)
        self._filters.variance(out)
        return out

    def valid(self) -> NDArray[np.bool_]:
        """(*shape), where all derivatives exist: not near open ends with "analytic" filters, nor where a mask leaves too little."""
        out = np.empty(self.shape)
        self._filters.valid(out)
        return out.astype(bool)
