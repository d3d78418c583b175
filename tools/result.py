"""Reads result.h5 and summary.json of a Mollis run, in slices that a picture can show."""
import json
import os
import sys
import zlib

import h5py
import numpy as np

MOST_POINTS = 800     # an axis, in a slice
COMPANIONS = ("_weight", "_std", "_known")   # datasets beside a parameter's own


class Failure(Exception):
    """What the user gets to read, and the exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def checksum(path):
    """As summary.json has it under "files": CRC-32, eight hexadecimal digits."""
    with open(path, "rb") as content:
        return f"{zlib.crc32(content.read()):08x}"


class View:
    """A field cut down to what can be drawn: one or two axes, `axes` names them (slowest first)."""

    def __init__(self, values, axes, coordinates, note):
        self.values, self.axes, self.coordinates, self.note = values, axes, coordinates, note


class Result:
    """result.h5, with summary.json beside it where there is one."""

    def __init__(self, path):
        if os.path.isdir(path):
            path = os.path.join(path, "result.h5")
        if not os.path.exists(path):
            raise Failure(66, f"{path}: no such file; give a result.h5 or the output directory of a run")
        try:
            self.file = h5py.File(path, "r")
        except OSError as error:
            raise Failure(65, f"{path}: not readable as HDF5 ({error})") from error
        self.path = path
        self.axes = [a for a in "tzyx" if f"coordinates/{a}" in self.file]
        self.coordinates = {a: np.asarray(self.file[f"coordinates/{a}"], dtype=float) for a in self.axes}
        self.summary = self.summary_beside()

    def summary_beside(self):
        """summary.json in the same directory, which must be of the same run; empty where there is none, or where this is
        a copy of a result under another name, whose run is over and gone."""
        directory, name = os.path.split(self.path)
        path = os.path.join(directory, "summary.json")
        if not os.path.exists(path):
            return {}
        try:
            with open(path, encoding="utf-8") as text:
                summary = json.load(text)
        except ValueError as error:
            raise Failure(65, f"{path}: no whole JSON ({error}); copy the results of one run whole, or run again") from error
        run, other = self.file.attrs.get("run"), summary.get("run")
        if run != other and name != "result.h5":
            return {}
        if run != other:
            raise Failure(65, f"{self.path} is of run {run or '(none)'}, but summary.json is of run {other or '(none)'}; "
                              "copy the results of one run whole, or run again (which finishes a run that was killed)")
        for name, wanted in summary.get("files", {}).items():
            path = os.path.join(directory, name)
            if os.path.exists(path) and checksum(path) != wanted:
                print(f"warning: {path} is not the one of run {run}, to which result.h5 and summary.json belong, or it was "
                      "changed", file=sys.stderr)
        return summary

    def group(self, name):
        """Datasets of a group by name; empty where there is no such group."""
        return dict(self.file[name].items()) if name in self.file else {}

    def axes_of(self, dataset):
        """Axes of a dataset: its attribute `axes`, else the first axes, in order, whose sizes are its shape."""
        if "axes" in dataset.attrs:
            names = dataset.attrs["axes"]
            names = [names] if isinstance(names, (str, bytes)) else list(names)
            names = [n.decode() if isinstance(n, bytes) else str(n) for n in names]
            return [n for text in names for n in text.replace(",", " ").split()]
        found = []
        for axis in self.axes:
            if len(found) < len(dataset.shape) and self.coordinates[axis].size == dataset.shape[len(found)]:
                found.append(axis)
        if len(found) != len(dataset.shape):
            raise Failure(65, f"{self.path}: {dataset.name} of shape {dataset.shape} fits no axes of /coordinates")
        return found

    def parameter_summary(self, name):
        return self.summary.get("parameters", {}).get(name, {})


def is_constant(dataset):
    return int(np.prod(dataset.shape)) == 1


def cuts(axes, sizes):
    """The slices that show a field: for each, the axes held at their middle."""
    middle = {a: n // 2 for a, n in zip(axes, sizes)}
    if len(axes) <= 2:
        return [{}]
    held = {"t": middle["t"]} if "t" in axes else {}
    space = [a for a in axes if a != "t"]
    return [dict(held, **{a: middle[a]}) for a in space] if len(space) == 3 else [held]


def view(result, dataset, held):
    """The slice `held` (axis -> index) of a dataset, thinned to what a picture can show."""
    index, axes, coordinates, notes = [], [], [], []
    for axis, size in zip(result.axes_of(dataset), dataset.shape):
        if axis in held:
            index.append(held[axis])
            notes.append(f"{axis} = {result.coordinates[axis][held[axis]]:.4g}")
        else:
            index.append(slice(None, None, max(1, size // MOST_POINTS)))
            axes.append(axis)
            coordinates.append(result.coordinates[axis][index[-1]])
    return View(np.asarray(dataset[tuple(index)], dtype=float), axes, coordinates, ", ".join(notes))


def largest(dataset):
    """The largest value, read one slab at a time."""
    return max((float(np.nanmax(slab)) for slab in dataset if np.isfinite(slab).any()), default=0.0)
