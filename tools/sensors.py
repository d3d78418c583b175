#!/usr/bin/env python3
"""A wide table of sensors, a column of readings each, as the long table of scattered points that Mollis reads.

    tools/sensors.py logger.csv -o points.csv --axes x [--time time_s] [--places places.csv] [--columns T_0mm T_5mm]
    tools/sensors.py array.h5 -o points.csv --axes y x --time t --dataset u

CSV: a line of names (lines that begin with # aside), separators as the line of names has them (; tab ,), a row a time. HDF5: --dataset over
[time, sensor], with 1D datasets of the times and of each axis. Where sensors stand: --places, a CSV with columns `sensor` (the name of its
column) and the axes; without it the number in a column's name, one axis alone ("T_12mm" or "12" stands at 12, whatever the unit).
Readings that are empty, NA or NaN are left out. points.csv has columns t, the axes, value, sensor: of a deck with kind = "points",
columns = { value = "value" }."""
import argparse
import csv
import math
import pathlib
import re
import sys

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class Failure(Exception):
    """What the user gets to read, and the exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def number(text, where):
    """NaN of what says that nothing was read."""
    if text.strip().lower() in ("", "na", "n/a", "nan", "null"):
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise Failure(65, f'{where}: "{text}" is not a number; times are numbers, too') from None


def rows_of(path):
    """The names of columns, and rows of texts."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise Failure(66, f"{path}: cannot be read ({error})") from error
    if len(lines) < 2:
        raise Failure(65, f"{path}: needs a line of names and a row")
    separator = next((s for s in ";\t," if s in lines[0]), ",")
    names, *rows = ([text.strip() for text in row] for row in csv.reader(lines, delimiter=separator))
    for n, row in enumerate(rows, 2):
        if len(row) != len(names):
            raise Failure(65, f"{path}: line {n} (comments aside) has {len(row)} entries, the first {len(names)}")
    return names, rows


def column(path, names, name):
    if name not in names:
        raise Failure(65, f"{path}: no column {name!r}; it has {', '.join(names)}")
    return names.index(name)


def places_of(sensors, axes, path):
    """Sensor -> its coordinates."""
    if path is None:
        found = {name: NUMBER.findall(name) for name in sensors}
        for name, numbers in found.items():
            if len(axes) != 1 or len(numbers) != 1:
                raise Failure(64, f'where does sensor "{name}" stand? give --places FILE, with columns sensor, {", ".join(axes)}')
        return {name: [float(numbers[0])] for name, numbers in found.items()}
    names, rows = rows_of(path)
    at = [column(path, names, name) for name in ("sensor", *axes)]
    found = {row[at[0]]: [number(row[a], path) for a in at[1:]] for row in rows}
    missing = [name for name in sensors if name not in found]
    if missing:
        raise Failure(65, f"{path}: no place of {', '.join(missing)}")
    return found


def from_text(given):
    """Times, sensor -> readings, sensor -> place."""
    names, rows = rows_of(given.table)
    time = column(given.table, names, given.time or names[0])
    sensors = given.columns or [name for n, name in enumerate(names) if n != time]
    where = [column(given.table, names, name) for name in sensors]
    times = [number(row[time], given.table) for row in rows]
    return times, {name: [number(row[w], given.table) for row in rows] for name, w in zip(sensors, where)}, places_of(sensors, given.axes, given.places)


def from_hdf5(given):
    import h5py
    try:
        with h5py.File(given.table) as file:
            missing = [name for name in (given.dataset, given.time, *given.axes) if name not in file]
            if missing:
                raise Failure(66, f"{given.table}: no dataset {missing[0]!r}; it has {', '.join(file)}")
            values, times, axes = file[given.dataset][...], file[given.time][...], [file[name][...] for name in given.axes]
    except OSError as error:
        raise Failure(66, f"{given.table}: cannot be read ({error})") from error
    if values.shape != (len(times), len(axes[0])) or any(axis.shape != axes[0].shape for axis in axes):
        raise Failure(65, f"{given.table}: {given.dataset} is over {values.shape}, but there are {len(times)} times and {[axis.size for axis in axes]} places")
    names = [str(n) for n in range(values.shape[1])]
    return times, dict(zip(names, values.T)), {name: [axis[n] for axis in axes] for n, name in enumerate(names)}


def refuse_inputs(given):
    """--overwrite means results, not what is read."""
    for path in (given.table, given.places):
        if path is not None and given.output.exists() and path.exists() and path.samefile(given.output):
            raise Failure(64, f"{given.output}: would be written over, but it is read; name another file")


def convert(given):
    refuse_inputs(given)
    if given.table.suffix in (".h5", ".hdf5", ".nc"):
        if not given.dataset or not given.time:
            raise Failure(64, "HDF5 needs --dataset and --time")
        times, readings, places = from_hdf5(given)
    else:
        times, readings, places = from_text(given)
    rows = [(float(t), *map(float, places[name]), float(v), name) for name, values in readings.items() for t, v in zip(times, values) if not math.isnan(v)]
    try:
        with open(given.output, "w" if given.overwrite else "x", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["t", *given.axes, "value", "sensor"])
            writer.writerows(rows)
    except FileExistsError:
        raise Failure(64, f"{given.output}: is there already; name another file, or say --overwrite") from None
    except OSError as error:
        raise Failure(74, f"{given.output}: cannot be written ({error})") from error
    print(f"{given.output}: {len(rows)} readings of {len(readings)} sensors, {sum(map(len, readings.values())) - len(rows)} missing")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--axes", nargs="+", default=["x"], help="of space, in which sensors stand")
    parser.add_argument("--time", help="column of the times (the first), or dataset")
    parser.add_argument("--places", type=pathlib.Path)
    parser.add_argument("--columns", nargs="+", help="sensors (all columns but the time)")
    parser.add_argument("--dataset")
    parser.add_argument("--overwrite", action="store_true", help="an output that is there already")
    try:
        convert(parser.parse_args())
    except Failure as failure:
        print(f"sensors.py: {failure}", file=sys.stderr)
        sys.exit(failure.code)


if __name__ == "__main__":
    main()
