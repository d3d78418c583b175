"""What the odd inputs have in common: a case, a deck with its data, odd values."""
import os
import pathlib
import shlex

import h5py
import numpy

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("MOLLIS_PROGRAM", str(SOURCE / "build/release/mollis"))
LAUNCHER = shlex.split(os.environ.get("MOLLIS_LAUNCHER", "mpirun --allow-run-as-root --oversubscribe -n"))
SHAPE = (16, 18)

DECK = """[grid]
axes = ["y", "x"]
points = [16, 18]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
[fields.m]
value = "10*sin(pi*x)*sin(pi*y)"
[parameters.lambda]
over = ["y", "x"]
initial = 1.0
smoothness = { order = 1, weight = 0.01 }
truth = { value = "5/pi^2" }
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 4
[uncertainty]
samples = 3
[forward]
equation = "elliptic"
boundary = "0"
refine = 1
[output]
directory = "case.out"
"""

VALUES = ["0", "-1", "1", "3.5", "1e300", "-1e300", "1e-300", "nan", "inf", "-inf", "9223372036854775807", "9007199254740993",
          "1e11", '""', '"auto"', '"x"', '"\\u0000"', "[]", "[0, 0]", "[1e11, 2]", "[-3, 4]", '["x", "x"]', '["q"]', "{}", "{ x = 1 }",
          "{ relative = -1 }", "{ relative = nan }", "true", "1979-05-27", '"' + "a" * 3000 + '"', '"sin("', '"u/0"', '"lambda"',
          '"../../../etc/passwd"', '"/dev/null"', '"/nowhere/x.h5"', "[[1, 2], [3, 4]]", "0x7fffffff", "1_000"]


class Case:
    """A command in a directory of its own. `prepare` fills the directory; files named in `writes` may be replaced or removed.
    `truthful`: what the deck calls the true parameter is true of the data, so that a fit called sound may be judged by it."""

    def __init__(self, kind, label, arguments, prepare=lambda directory: None, writes=(), truthful=False, ranks=None):
        self.kind, self.label, self.arguments, self.prepare = kind, label, arguments, prepare
        self.writes, self.truthful, self.ranks = writes, truthful, ranks


def deck_file(text):
    def prepare(directory):
        (directory / "case.toml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return prepare


def grid(shape=SHAPE):
    return numpy.meshgrid(*(numpy.linspace(0, 1, n) for n in shape), indexing="ij")


def state(y, x):
    return numpy.sin(numpy.pi * x) * numpy.sin(numpy.pi * y)


def good_data(directory):
    y, x = grid()
    noise = 0.01 * numpy.random.default_rng(1).standard_normal(x.shape)
    with h5py.File(directory / "data.h5", "w") as file:
        file["u"] = state(y, x) + noise


def good_case(directory):
    good_data(directory)
    deck_file(DECK)(directory)
