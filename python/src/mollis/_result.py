"""A finished run: result.h5, summary.json and what is read from them."""
from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

from . import errors
from .tools import result as _files


class _Folder:
    """A folder that goes when nobody holds this any more."""

    def __init__(self, path: str, file: Any) -> None:
        self.finalizer = weakref.finalize(self, _remove, path, file)


class Fields(Mapping[str, Any]):
    """Arrays by name, read from the file when asked for; a single value as a float."""

    def __init__(self, datasets: dict[str, Any], folder: _Folder | None) -> None:
        self._datasets = datasets
        self._folder = folder   # stays as long as this may be read

    def __getitem__(self, name: str) -> Any:
        if name not in self._datasets:
            raise KeyError(f"{name}; there is {', '.join(self._datasets) or 'none'}")
        values = np.asarray(self._datasets[name], dtype=float)
        return values.item() if values.size == 1 else values

    def part(self, name: str, where: Sequence[slice]) -> NDArray[np.float64]:
        """One box of an array, a slice along each axis, and nothing else of it read: the block of this rank, say."""
        if name not in self._datasets:
            raise KeyError(f"{name}; there is {', '.join(self._datasets) or 'none'}")
        return np.asarray(self._datasets[name][tuple(where)], dtype=float)

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{n}: {'constant' if d.size == 1 else d.shape}" for n, d in self._datasets.items()) + "}"


class Verdict:
    """status: "sound", "doubtful" or "failed"; reasons: dictionaries with check, value, bound, advice."""

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self.status: str | None = summary.get("status")
        self.reasons: list[dict[str, Any]] = summary.get("reasons", [])

    def __bool__(self) -> bool:
        return self.status == "sound"

    def __str__(self) -> str:
        return "\n".join([str(self.status)] + [f"  {r['check']}: {r['advice']}" for r in self.reasons])

    __repr__ = __str__


class Result:
    """A finished run.

    parameters, standard_errors, known, truths, states, residuals: arrays by name (constants: floats), read from the file when
    asked for (`parameters.part(name, slices)`: one box alone); known is 1 - posterior over prior variance, 0 where the data say
    nothing. coordinates: of each axis.
    summary: summary.json. verdict: whether the answer is to be trusted; true if it is "sound".
    """

    def __init__(self, directory: str | os.PathLike[str], scratch: str | None = None) -> None:
        """directory: of the results. scratch: a folder to remove when this object goes."""
        self.directory = os.fspath(directory)
        try:
            self.files = _files.Result(self.directory)
        except _files.Failure as failure:
            raise errors.of(str(failure), failure.code) from None
        folder = _Folder(scratch, self.files.file) if scratch else None
        every = self.files.group("parameters")
        own = {n: d for n, d in every.items() if not any(n.endswith(c) and n[: -len(c)] in every for c in _files.COMPANIONS)}
        self.parameters = Fields(own, folder)
        self.standard_errors = Fields({n: every[n + "_std"] for n in own if n + "_std" in every}, folder)
        self.known = Fields({n: every[n + "_known"] for n in own if n + "_known" in every}, folder)
        self.truths = Fields(self.files.group("truth"), folder)
        self.states = Fields(self.files.group("state"), folder)
        self.residuals = Fields({n: d for n, d in self.files.file.items() if n.startswith("residual")}, folder)
        self.coordinates: dict[str, Any] = self.files.coordinates
        self.summary: dict[str, Any] = self.files.summary
        self.verdict = Verdict(self.summary.get("verdict", {}))

    @property
    def converged(self) -> bool:
        return self.summary.get("status") == "converged"

    def dataset(self) -> xarray.Dataset:
        """Parameters (NAME, NAME_std, NAME_known), truths (truth_NAME), states (state_NAME) and residuals as an xarray.Dataset with
        coordinates."""
        import xarray
        groups = {"{}": self.parameters, "{}_std": self.standard_errors, "{}_known": self.known, "truth_{}": self.truths,
                  "state_{}": self.states}
        variables = {}
        for pattern, fields in [*groups.items(), ("{}", self.residuals)]:
            for name, data in fields._datasets.items():
                values = fields[name]
                variables[pattern.format(name)] = ((), values) if np.ndim(values) == 0 else (self.files.axes_of(data), values)
        attributes = {"verdict": str(self.verdict.status), "method": str(self.summary.get("method"))}
        return xarray.Dataset(variables, coords={a: c for a, c in self.coordinates.items()}, attrs=attributes)

    def plot(self, path: str | os.PathLike[str] | None = None, dpi: int = 130) -> Figure:
        """The pictures of tools/plot.py: a matplotlib figure, also written to `path` where one is given."""
        from .tools import plot
        figure = plot.figure(self.files)
        if path is not None:
            figure.savefig(path, dpi=dpi)
        return figure

    def save(self, directory: str | os.PathLike[str]) -> None:
        """Copies the result's files to a new directory; OutputError where it exists."""
        try:
            shutil.copytree(self.directory, directory)
        except OSError as error:
            raise errors.OutputError(f"{directory}: cannot be written ({error})", 74) from error

    def __str__(self) -> str:
        lines = [f"{self.summary.get('method', 'mollis')}: {self.summary.get('status', '?')}, {self.verdict.status}"]
        for name in self.parameters:
            facts = self.summary.get("parameters", {}).get(name, {})
            value = self.parameters[name]
            error = facts.get("standard_error")
            band = "" if error is None else f" +- {error:.2g}"
            if isinstance(value, float):
                lines.append(f"  {name} = {value:.6g}{band}")
            else:
                lines.append(f"  {name}: {value.shape}, {np.nanmin(value):.4g} to {np.nanmax(value):.4g}{band}")
        return "\n".join(lines)

    __repr__ = __str__


def _remove(folder: str, file: Any) -> None:
    file.close()
    shutil.rmtree(folder, ignore_errors=True)


def load(directory: str | os.PathLike[str]) -> Result:
    """The Result of a finished run, of any number of ranks: its directory, or its result.h5. Raises MissingError or DataError where there
    is none or half of one."""
    result = Result(directory)
    if os.path.isdir(directory) and not result.summary:
        raise errors.DataError(f"{directory}: result.h5 without summary.json is half a result; copy the results of one run whole, or run "
                               "again", 65)
    return result
