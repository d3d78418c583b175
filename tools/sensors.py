#!/usr/bin/env python3
"""A table of sensors as the long table of scattered points that Mollis reads: of a column of readings each, or of times that are dates.

    tools/sensors.py logger.csv -o points.csv --axes x [--time time_s] [--places places.csv] [--columns T_0mm T_5mm]
    tools/sensors.py long.csv -o points.csv --axes y x --value temperature [--time time]
    tools/sensors.py array.h5 -o points.csv --axes y x --time t --dataset u

CSV: a line of names (lines that begin with # aside), separators as the line of names has them (; tab ,), a row a time. HDF5: --dataset over
[time, sensor], with 1D datasets of the times and of each axis. Where sensors stand: --places, a CSV with columns `sensor` (the name of its
column) and the axes; without it the number in a column's name, one axis alone ("T_12mm" or "12" stands at 12, whatever the unit).
--value: a table of a row a reading, in which the axes are columns; with it or --places, sensors are told apart by
a column `sensor`. Times that are dates (2024-03-01 12:00:05.5, with T, Z or +01:00 too) become seconds since the earliest, or --unit min, h, d.
Readings that are empty, NA or NaN are left out. points.csv has columns t, the axes, value, sensor: of a deck with kind = "points",
columns = { value = "value" }."""
import argparse
import csv
import datetime
import math
import pathlib
import re
import sys

UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
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
        raise Failure(65, f'{where}: "{text}" is not a number') from None


def times_of(texts, where, unit):
    """Numbers as they stand; dates in `unit`s since the earliest, and that one. All of one kind: with a zone, or without."""
    try:
        return [float(text) for text in texts], None
    except ValueError:
        pass
    try:
        dates = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in texts]
        first = min(dates)
        return [(date - first).total_seconds() / UNITS[unit] for date in dates], first
    except (ValueError, TypeError) as error:
        raise Failure(65, f"{where}: times are neither numbers nor dates as 2024-03-01 12:00:05 ({error})") from None


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
    """Rows (time, place, reading, sensor) of a table that has a column a sensor, and the date of the first."""
    names, rows = rows_of(given.table)
    time = column(given.table, names, given.time or names[0])
    sensors = given.columns or [name for n, name in enumerate(names) if n != time]
    where = [column(given.table, names, name) for name in sensors]
    times, first = times_of([row[time] for row in rows], given.table, given.unit)
    places = places_of(sensors, given.axes, given.places)
    return [(t, *places[name], number(row[w], given.table), name) for name, w in zip(sensors, where) for t, row in zip(times, rows)], first


def from_long(given):
    """Rows (time, place, reading, sensor) of a table that has a row a reading, and the date of the first."""
    names, rows = rows_of(given.table)
    time, value, *axes = (column(given.table, names, name) for name in (given.time or names[0], given.value, *given.axes))
    sensor = names.index("sensor") if "sensor" in names else None
    times, first = times_of([row[time] for row in rows], given.table, given.unit)
    return [(t, *(number(row[a], given.table) for a in axes), number(row[value], given.table), "" if sensor is None else row[sensor]) for t, row in zip(times, rows)], first


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
    return [(float(t), *(float(axis[n]) for axis in axes), float(v), str(n)) for n, column_of_n in enumerate(values.T) for t, v in zip(times, column_of_n)], None


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
        every, first = from_hdf5(given)
    else:
        every, first = from_long(given) if given.value else from_text(given)
    rows = [row for row in every if not math.isnan(row[-2])]
    try:
        with open(given.output, "w" if given.overwrite else "x", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["t", *given.axes, "value", "sensor"])
            writer.writerows(rows)
    except FileExistsError:
        raise Failure(64, f"{given.output}: is there already; name another file, or say --overwrite") from None
    except OSError as error:
        raise Failure(74, f"{given.output}: cannot be written ({error})") from error
    sensors = len({row[1:-2] for row in every})
    print(f"{given.output}: {len(rows)} readings of {sensors} sensors, {len(every) - len(rows)} missing" + (f"; t in {given.unit} since {first}" if first else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--axes", nargs="+", default=["x"], help="of space, in which sensors stand")
    parser.add_argument("--time", help="column of the times (the first), or dataset")
    parser.add_argument("--places", type=pathlib.Path)
    parser.add_argument("--columns", nargs="+", help="sensors (all columns but the time)")
    parser.add_argument("--value", help="column of the readings, of a table that has a row a reading")
    parser.add_argument("--unit", choices=UNITS, default="s", help="of times that are dates")
    parser.add_argument("--dataset")
    parser.add_argument("--overwrite", action="store_true", help="an output that is there already")
    try:
        convert(parser.parse_args())
    except Failure as failure:
        print(f"sensors.py: {failure}", file=sys.stderr)
        sys.exit(failure.code)


if __name__ == "__main__":
    main()
