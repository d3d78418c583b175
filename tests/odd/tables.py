"""Scattered points and localisations: tables with something wrong in them, keys that do not fit them."""
import h5py
import numpy

from case import DECK, VALUES, Case, deck_file, state
from data import FILES

POINTS = DECK.replace('file = "data.h5"\ndataset = "u"', 'kind = "points"\nfile = "table.csv"\nnoise = 0.01').replace("radius = 4", "") \
    .replace("[16, 18]", "[12, 13]")
LOCALISED = DECK.replace('file = "data.h5"\ndataset = "u"', 'kind = "localisations"\nfile = "table.csv"\ndensity = { offset = 300.0, gain = 500.0 }') \
    .replace("radius = 4", "").replace("[16, 18]", "[12, 13]")


def rows(count=150, seed=5):
    generator = numpy.random.default_rng(seed)
    y, x = generator.random(count), generator.random(count)
    return [[f"{a:.6f}", f"{b:.6f}", f"{state(a, b) + 0.01 * e:.6f}"] for a, b, e in zip(y, x, generator.standard_normal(count))]


def text(table, header=("y", "x", "u")):
    return "\n".join(",".join(row) for row in [list(header), *table]) + "\n"


def spoilt_row(place, word):
    table = rows()
    table[7][place] = word
    return text(table)


TABLES = {
    "good": text(rows()), "no bytes": "", "header alone": text([]), "one row": text(rows(1)), "two rows": text(rows(2)), "five rows": text(rows(5)),
    "no header": text(rows(), rows(1)[0]), "names twice": text(rows(), ("y", "y", "u")), "names that are empty": text(rows(), ("y", "", "u")),
    "a column too few": text([row[:2] for row in rows()]), "ragged": text([*rows(), ["0.5"]]), "ragged, long": text([*rows(), ["0.5"] * 9]),
    "word": spoilt_row(0, "west"), "NaN place": spoilt_row(1, "nan"), "infinite place": spoilt_row(1, "inf"), "huge place": spoilt_row(1, "1e300"),
    "outside": spoilt_row(0, "1.0001"), "NaN value": spoilt_row(2, "nan"), "infinite value": spoilt_row(2, "inf"), "huge value": spoilt_row(2, "1e300"),
    "overflowing number": spoilt_row(2, "1e999"), "hexadecimal": spoilt_row(2, "0x1p3"), "decimal comma": spoilt_row(2, '"0,5"'), "unclosed quote": spoilt_row(2, '"0.5'),
    "all at one place": text([["0.5", "0.5", row[2]] for row in rows()]), "all on a line": text([[row[0], "0.5", row[2]] for row in rows()]),
    "all on the edge": text([["0", row[1], row[2]] for row in rows()]), "all in a corner": text([[f"{float(row[0]) / 50:.9f}", f"{float(row[1]) / 50:.9f}", row[2]] for row in rows()]),
    "all values 0": text([[*row[:2], "0"] for row in rows()]), "values NaN": text([[*row[:2], "nan"] for row in rows()]),
    "semicolons": text(rows()).replace(",", ";"), "tabs": text(rows()).replace(",", "\t"), "carriage returns": text(rows()).replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + text(rows()), "no text": "".join(map(chr, range(256))), "NUL bytes": text(rows()).replace("0", "\0"),
    "a line of a megabyte": text(rows()) + "0," * 500000 + "\n", "empty lines": text(rows()).replace("\n", "\n\n")}

KEYS = {
    "points": ["columns={ x = 'y' }", "columns={ q = 'x' }", "columns={ x = 'none' }", "columns={ value = 'x' }", "columns={ sigma = 'u' }", "columns={ sigma = 'y' }",
               "columns={ x = '' }", "columns={}", "dataset=u", "density={ offset = 1.0 }", "scale={ x = 2.0 }", "noise=auto", "noise=poisson", "noise={ proportional = 0.1, floor = 0.01 }",
               "noise={ file = 'table.csv', dataset = 'u' }", "order=[x,y]", "crop={ x = [0, 3] }", "mask={ value = 'x - 0.5' }", "walls={ x = 'nan' }", "walls={ x = '0' }", "kind=grid"],
    "localisations": ["scale={ x = 0 }", "scale={ x = -1.0 }", "scale={ x = nan }", "scale={ x = 1e-300 }", "scale={ x = 1e300 }", "scale={ q = 1.0 }", "density={ offset = -1e9 }",
                      "density={ gain = 0.0 }", "density={ gain = 1e300 }", "density={ gain = 1e-300 }", "density={ offset = nan }", "columns={ value = 'u' }", "columns={ x = 'u' }",
                      "noise=0.1", "noise=poisson", "noise={ gain = -3.0 }", "noise={ gain = 1e300 }", "noise={ gain = 0.0 }", "mask={ value = 'x - 0.5' }", "kind=points"]}


def table_file(deck, content):
    def prepare(directory):
        deck_file(deck)(directory)
        (directory / "table.csv").write_bytes(content.encode("utf-8" if content.isprintable() or "\ufeff" in content else "latin-1", "replace"))
    return prepare


def special_file(make):
    def prepare(directory):
        deck_file(POINTS)(directory)
        make(directory / "table.csv")
    return prepare


def hdf5_table(columns):
    def prepare(directory):
        deck_file(POINTS.replace("table.csv", "table.h5"))(directory)
        with h5py.File(directory / "table.h5", "w") as file:
            for name, values in columns.items():
                file[name] = values
    return prepare


def table_cases(generator, count):
    line = numpy.linspace(0.1, 0.9, 60)
    for label, content in TABLES.items():
        for kind, deck in (("points", POINTS), ("localisations", LOCALISED)):
            yield Case("table", f"{kind}, {label}", ["invert", "case.toml", "uncertainty.samples=0"], table_file(deck, content))
    for label, make in FILES.items():
        yield Case("table", f"{label}", ["invert", "case.toml", "uncertainty.samples=0"], special_file(make))
    for kind, keys in KEYS.items():
        for key in keys:
            yield Case("table", f"{kind}, {key}", ["invert", "case.toml", f"observations.u.{key}", "uncertainty.samples=0"],
                       table_file(POINTS if kind == "points" else LOCALISED, TABLES["good"]))
    for label, columns in {"lengths differ": {"y": line, "x": line[:50], "u": line}, "two axes": {"y": line, "x": line, "u": numpy.ones((60, 2))},
                           "text": {"y": line, "x": line, "u": [b"a"] * 60}, "none": {}, "no values": {"y": line[:0], "x": line[:0], "u": line[:0]},
                           "scalars": {"y": 0.5, "x": 0.5, "u": 1.0}, "integers": {"y": line, "x": line[::-1], "u": numpy.arange(60)}}.items():
        yield Case("table", f"HDF5, {label}", ["invert", "case.toml", "uncertainty.samples=0"], hdf5_table(columns))
    for method in ("pointwise", "equation-error", "joint", "auto"):
        yield Case("table", f"points, {method}", ["invert", "case.toml", f"inversion.method={method}"], table_file(POINTS, TABLES["good"]))
        yield Case("table", f"held out of points, {method}", ["invert", "case.toml", f"inversion.method={method}", "validation.hold_out=0.9"], table_file(POINTS, TABLES["good"]))
    for _ in range(count):
        key = generator.choice(["columns", "scale", "density", "noise", "kind", "file", "about", "walls"])
        value = generator.choice(VALUES)
        yield Case("table", f"points, {key}={value[:40]}", ["invert", "case.toml", f"observations.u.{key}={value}", "uncertainty.samples=0"], table_file(POINTS, TABLES["good"]))
