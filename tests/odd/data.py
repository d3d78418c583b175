"""Data on the grid that are not what the deck says: values, types, shapes, whole files, parts of files, noise, masks."""
import os
import socket

import h5py
import numpy

from case import DECK, SHAPE, Case, deck_file, good_data, grid, state

RAMP = numpy.arange(SHAPE[0] * SHAPE[1], dtype=float).reshape(SHAPE)


def with_values(make):
    def prepare(directory):
        deck_file(DECK)(directory)
        with h5py.File(directory / "data.h5", "w") as file:
            make(file)
    return prepare


def value_cases():
    def array(values):
        return lambda file: file.create_dataset("u", data=values)

    contents = {
        "zeros": array(numpy.zeros(SHAPE)), "constant": array(numpy.full(SHAPE, 7.0)), "all NaN": array(numpy.full(SHAPE, numpy.nan)),
        "all infinite": array(numpy.full(SHAPE, numpy.inf)), "one value": array(numpy.where(RAMP == 5, 1.0, numpy.nan)),
        "one row": array(numpy.where(RAMP < 18, 1.0 + RAMP, numpy.nan)), "huge": array(RAMP * 1e300), "tiny": array(RAMP * 1e-310),
        "one infinite": array(numpy.where(RAMP == 50, numpy.inf, RAMP)), "one huge": array(numpy.where(RAMP == 50, 1e200, RAMP)),
        "far from 0": array(1e12 + state(*grid())), "noise alone": array(numpy.random.default_rng(3).standard_normal(SHAPE)),
        "ramp": array(RAMP), "integers": array(RAMP.astype("i2")), "big endian": array(RAMP.astype(">f4")), "half precision": array(RAMP.astype("f2")),
        "boolean": array(RAMP > 3), "text": array([b"a", b"b"]), "complex": array(RAMP.astype(complex)), "scalar": array(1.0),
        "no values": array(numpy.zeros((0, 18))), "transposed": array(RAMP.T), "three axes": array(RAMP[None]),
        "compound": array(numpy.zeros(SHAPE, dtype=[("a", "f8"), ("b", "i4")])), "half NaN": array(numpy.where(RAMP % 2 == 0, numpy.nan, RAMP)),
        "a group": lambda f: f.create_group("u"), "empty": lambda f: f.create_dataset("u", dtype="f8", shape=None),
        "too large": lambda f: f.create_dataset("u", shape=(1 << 40, 1 << 20), dtype="f8", chunks=(1024, 1024)),
        "compressed": lambda f: f.create_dataset("u", data=RAMP, compression="gzip", chunks=(4, 4)),
        "dangling link": lambda f: f.__setitem__("u", h5py.SoftLink("/v")), "link to itself": lambda f: f.__setitem__("u", h5py.SoftLink("/u")),
        "outside link": lambda f: f.__setitem__("u", h5py.ExternalLink("none.h5", "/u")),
        "other name": lambda f: f.create_dataset("v", data=RAMP)}
    for label, make in contents.items():
        for method in ("equation-error", "joint"):
            yield Case("data", f"{label}, {method}", ["invert", "case.toml", f"inversion.method={method}"], with_values(make), truthful=True)


def truncated(path):
    good_data(path.parent)
    path.write_bytes((path.parent / "data.h5").read_bytes()[:-900])


def garbled(path):
    good_data(path.parent)
    content = bytearray((path.parent / "data.h5").read_bytes())
    for at in range(100, len(content), 97):
        content[at] ^= 0x5A
    path.write_bytes(content)


def unix_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


FILES = {"missing": lambda path: None, "no bytes": lambda path: path.touch(), "text file": lambda path: path.write_text("u = 1\n"),
         "truncated": truncated, "garbled": garbled, "a pipe": lambda path: os.mkfifo(path), "a socket": unix_socket,
         "a device": lambda path: path.symlink_to("/dev/zero"), "a directory": lambda path: path.mkdir(),
         "link to nothing": lambda path: path.symlink_to("nowhere"), "link to itself": lambda path: path.symlink_to("data.h5")}


def file_cases():
    for label, make in FILES.items():
        def prepare(directory, make=make):
            deck_file(DECK)(directory)
            make(directory / "data.h5")
        for command in (["invert", "case.toml"], ["mollify", "case.toml"], ["look", "data.h5"], ["new", "data.h5"]):
            yield Case("data", f"{label}, {command[0]}", command, prepare)


def rich(directory):
    """Data that the parts, masks and forms of noise below choose from."""
    good_data(directory)
    deck_file(DECK)(directory)
    with h5py.File(directory / "data.h5", "a") as file:
        u = file["u"][...]
        file["film"] = numpy.stack([u, 2 * u])
        file["turned"] = u.T
        file["counts"] = numpy.random.default_rng(2).poisson(200 + 100 * u).astype("i4")
        file["sigma"] = numpy.full(SHAPE, 0.01)
        file["negative"] = numpy.full(SHAPE, -0.01)
        file["nothing"] = numpy.zeros(SHAPE)
        file["nan"] = numpy.full(SHAPE, numpy.nan)
        file["infinite"] = numpy.full(SHAPE, numpy.inf)
        file["one"] = (RAMP == 77).astype("f8")
        file["checks"] = (RAMP % 2).astype("f8")
        file["line"] = numpy.ones(18)


PARTS = {"order": ['["x", "y"]', '["y"]', '["y", "y"]', '["y", "x", "c"]', '["c", "y", "x"]', '["q", "p"]', "[]", '[""]', '["c", "d", "y", "x"]'],
         "at": ["{ c = 0 }", "{ c = 2 }", "{ c = -1 }", "{ c = -2 }", "{ y = 0 }", "{ 0 = 1 }", "{ 7 = 0 }", "{ 0 = 0, 1 = 0, 2 = 0 }", "{ q = 9223372036854775807 }"],
         "crop": ["{ x = [0, 18] }", "{ x = [5, 5] }", "{ x = [9, 3] }", "{ x = [0, 99] }", "{ q = [0, 2] }", "{ x = [0] }", "{ y = [0, 9223372036854775807] }"],
         "bin": ["{ x = 2 }", "{ x = 5 }", "{ x = 0 }", "{ y = 2147483647 }", "{ q = 2 }"]}
NOISE = ["0", "-1", "nan", "1e-300", "1e300", '"poisson"', '"gauss"', "{ gain = 2.0 }", "{ gain = 0.0, offset = 1.0 }", "{ gain = -1.0, offset = 0.0 }",
         "{ gain = 1e300, offset = 1e300 }", "{ gain = 1.0, offset = nan }", "{ proportional = 0.05 }", "{ proportional = 0.0, floor = 0.0 }",
         "{ proportional = -1.0, floor = 0.1 }", "{ proportional = 1e300, floor = 1e-300 }", "{ floor = 0.1 }", "{ relative = 0.0 }", "{ relative = 1e300 }",
         "{ file = 'data.h5' }", "{ dataset = 'sigma' }", *(f"{{ file = 'data.h5', dataset = '{name}' }}" for name in ("sigma", "negative", "nothing", "nan", "infinite", "film", "line", "none")),
         "{ file = 'none.h5', dataset = 'sigma' }", "{ file = 'case.toml', dataset = 'sigma' }", "{ file = '', dataset = '' }", "[0.1]", "{}"]
MASKS = ["{ value = '-1' }", "{ value = 'nan' }", "{ value = '1/0' }", "{ value = 'x - 0.95' }", "{ value = '0.001 - (x-0.5)^2 - (y-0.5)^2' }", "{ value = 'u' }",
         "{ value = 'lambda' }", "{ value = 3 }", "{ value = 'x', above = nan }", "{ value = 'x', above = inf }", "{ value = 'x', above = 1e300 }", "{}",
         *(f"{{ file = 'data.h5', dataset = '{name}' }}" for name in ("nothing", "nan", "infinite", "one", "checks", "line", "film", "none")),
         "{ file = 'none.h5', dataset = 'inside' }", "{ value = 'x', file = 'data.h5' }"]


def part_cases():
    """Parts of files, forms of noise and masks."""
    for key, values in PARTS.items():
        for dataset in ("u", "film"):
            for value in values:
                yield Case("part", f"{dataset}, {key}={value}", ["invert", "case.toml", f"observations.u.dataset={dataset}", f"observations.u.{key}={value}"], rich)
    for number, noise in enumerate(NOISE):
        method = ("equation-error", "joint")[number % 2]
        dataset = "counts" if "gain" in noise or "poisson" in noise else "u"
        yield Case("noise", f"{noise}, {method}", ["invert", "case.toml", f"inversion.method={method}", f"observations.u.dataset={dataset}",
                                                  f"observations.u.noise={noise}"], rich, truthful=dataset == "u")
    for number, mask in enumerate(MASKS):
        method, place = ("equation-error", "joint")[number % 2], ("grid", "observations.u")[number % 3 == 0]
        yield Case("mask", f"{place}.mask={mask}, {method}", ["invert", "case.toml", f"inversion.method={method}", f"{place}.mask={mask}"], rich, truthful=True)


def data_cases():
    yield from value_cases()
    yield from file_cases()
    yield from part_cases()
