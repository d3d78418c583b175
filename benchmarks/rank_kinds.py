#!/usr/bin/env python3
"""The same parameters on any number of ranks, for every kind of data: the table of docs/ranks.md beside that of ranks.py.

    benchmarks/rank_kinds.py --mollis build/release/mollis [--ranks 1 2 4] [NAME ...]

Small cases (24 x 26 points unless it says otherwise) of lambda lap(u) + m = 0 with a smooth lambda, everything automatic, no draws of the
error. A row: exit codes, and max |p - p_first| / max |p_first| for every other number of ranks. Exit code 1 where one exceeds 1e-8."""
import argparse
import pathlib
import shlex
import sys
import tempfile

import h5py
import numpy

import ranks as table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "cli"))
import formats  # noqa: E402

NY, NX = 24, 26
Y, X = numpy.meshgrid(numpy.linspace(0, 1, NY), numpy.linspace(0, 1, NX), indexing="ij")
RATE = "(1 + 0.5*exp(-((x - 0.4)^2 + (y - 0.6)^2)/0.08))"
STATE = X**2 + Y**2 + 0.3 * numpy.sin(numpy.pi * X)
NOISE = 0.002
GRID = f"""[grid]
axes = ["y", "x"]
points = [{NY}, {NX}]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
"""
EQUATION = f"""[fields.m]
value = "-{RATE}*(4 - 0.3*pi^2*sin(pi*x))"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
[uncertainty]
samples = 0
"""


def noisy(seed=1):
    return STATE + NOISE * numpy.random.default_rng(seed).standard_normal(STATE.shape)


def on_grid(values, extra="", grid=GRID, method="joint", name="data.h5", more=""):
    """A case of an array in an HDF5 file."""
    def make(folder):
        with h5py.File(folder / "data.h5", "w") as file:
            file["u"] = values
        return f'{grid}{more}[observations.u]\nfile = "{name}"\ndataset = "u"\n{extra}{EQUATION}', method
    return make


def of_format(write, observation):
    def make(folder):
        write(folder)
        return f"{GRID}[observations.u]\n{observation}\n{EQUATION}", "joint"
    return make


def gaps(share):
    values = noisy()
    values[numpy.random.default_rng(3).random(values.shape) < share] = numpy.nan
    return values


def outliers():
    values = noisy()
    values[::7, ::5] += 0.3
    return values


def blurred():
    from scipy import ndimage
    noise = ndimage.gaussian_filter(numpy.random.default_rng(2).standard_normal(STATE.shape), 1.0, mode="wrap")
    return STATE + NOISE * noise / noise.std()


def points(folder):
    draw = numpy.random.default_rng(5)
    x, y = draw.random(400), draw.random(400)
    u = x**2 + y**2 + 0.3 * numpy.sin(numpy.pi * x) + NOISE * draw.standard_normal(400)
    numpy.savetxt(folder / "data.csv", numpy.c_[x, y, u], delimiter=",", header="x,y,u", comments="")
    return f'{GRID}[observations.u]\nkind = "points"\nfile = "data.csv"\nnoise = {NOISE}\n{EQUATION}', "joint"


def localisations(folder, widened=False, tried=8000000):
    draw = numpy.random.default_rng(6)
    x, y = draw.random((2, tried))
    kept = draw.random(tried) < (x**2 + y**2 + 0.3 * numpy.sin(numpy.pi * x) + 0.2) / 2.5
    with h5py.File(folder / "data.h5", "w") as file:
        file["x"], file["y"] = x[kept], y[kept]
        file["sigma"] = numpy.full(kept.sum(), 0.03)
    scale = tried / 2.5
    observation = f'kind = "localisations"\nfile = "data.h5"\nnoise = "poisson"\ndensity = {{ offset = {0.2 * scale}, gain = {scale} }}\n'
    if widened:
        observation += 'columns = { sigma = "sigma" }\n'
    return f"{GRID}[observations.u]\n{observation}{EQUATION}", "joint"


def experiments(folder):
    with h5py.File(folder / "data.h5", "w") as file:
        file["a"] = noisy()
        file["b"] = X**2 + 2 * Y**2 + NOISE * numpy.random.default_rng(8).standard_normal(STATE.shape)
    return f"""{GRID}[observations.u]
file = "data.h5"
[[experiment]]
name = "a"
[experiment.observations.u]
dataset = "a"
[experiment.fields.m]
value = "-{RATE}*(4 - 0.3*pi^2*sin(pi*x))"
[[experiment]]
name = "b"
[experiment.observations.u]
dataset = "b"
[experiment.fields.m]
value = "-{RATE}*6"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
[uncertainty]
samples = 0
""", "joint"


def curve(folder):
    """D(u) of a film, by an explicit solver."""
    n, frames = 161, 31
    x, u, film = numpy.linspace(0, 1, n), None, []
    u = 0.5 + 0.48 * numpy.cos(numpy.pi * x)
    for _ in range(frames):
        film.append(u[::4])
        for _ in range(150):
            flux = numpy.concatenate([[0.0], 0.01 * (1 + (u[1:] + u[:-1])**2) * numpy.diff(u) / x[1], [0.0]])
            width = numpy.full(n, x[1])
            width[[0, -1]] /= 2
            u = u + numpy.diff(flux) / width / 150 / (frames - 1)
    with h5py.File(folder / "data.h5", "w") as file:
        file["u"] = numpy.array(film) + 0.004 * numpy.random.default_rng(4).standard_normal((frames, 41))
    return """[grid]
axes = ["t", "x"]
points = [31, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
noise = 0.004
[parameters.D]
over = ["u"]
coefficients = 6
[equation]
residual = "dt(u) - dx(D*dx(u))"
[uncertainty]
samples = 0
""", "joint"


def unobserved(folder):
    """A second species that is not observed: dt(a) = 0.02 dxx(a) - k b, dt(b) = 0.01 dxx(b) + 3 a - b."""
    n, frames, k = 161, 31, 0.8
    x, film = numpy.linspace(0, 1, n), []
    a, b = 1 + 0.5 * numpy.cos(numpy.pi * x), 0.5 + 0.3 * numpy.cos(2 * numpy.pi * x)
    step = 1 / (frames - 1) / 60
    for _ in range(frames):
        film.append(a[::4])
        for _ in range(60):
            def lap(v):
                return numpy.concatenate([[2 * (v[1] - v[0])], v[2:] - 2 * v[1:-1] + v[:-2], [2 * (v[-2] - v[-1])]]) / x[1]**2
            a, b = a + step * (0.02 * lap(a) - k * b), b + step * (0.01 * lap(b) + 3 * a - b)
    with h5py.File(folder / "data.h5", "w") as file:
        file["a"] = numpy.array(film) + 0.005 * numpy.random.default_rng(4).standard_normal((frames, 41))
    return """[grid]
axes = ["t", "x"]
points = [31, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.a]
file = "data.h5"
dataset = "a"
noise = 0.005
[observations.b]
kind = "none"
[parameters.k]
over = []
[equation]
residuals = ["dt(a) - 0.02*d(a, 'xx') + k*b", "dt(b) - 0.01*d(b, 'xx') - 3*a + b"]
[uncertainty]
samples = 0
""", "joint"


DISC = "mask = { value = '0.2 - (x - 0.5)^2 - (y - 0.5)^2' }\n"
CASES = {
    "mask, equation-error": on_grid(noisy(), grid=GRID + DISC, method="equation-error"),
    "mask, joint": on_grid(noisy(), grid=GRID + DISC),
    "gaps of 20 %, equation-error": on_grid(gaps(0.2), method="equation-error"),
    "gaps of 20 %, joint": on_grid(gaps(0.2)),
    "points": points,
    "localisations": localisations,
    "localisations with their widths": lambda folder: localisations(folder, True),
    "localisations, 1.7e5": lambda folder: localisations(folder, tried=400000),
    "experiments": experiments,
    "curve D(u), 31 x 41": curve,
    "a state not observed, 31 x 41": unobserved,
    "robust loss": on_grid(outliers(), extra='loss = "robust"\n'),
    "noise_blur": on_grid(blurred(), extra=f"noise = {NOISE}\nnoise_blur = 1.0\n"),
    "means over pixels": on_grid(noisy(), extra='sampling = "mean"\n'),
    "TIFF": of_format(lambda folder: formats.tiff(folder / "data.tif", [noisy().astype("f4")]), 'file = "data.tif"'),
    "NIfTI": of_format(lambda folder: formats.nifti(folder / "data.nii", noisy()[None]), 'file = "data.nii"\nat = { z = 0 }'),
    "NetCDF": of_format(lambda folder: formats.netcdf(folder / "data.nc", {"y": NY, "x": NX}, {"u": (("y", "x"), noisy(), {})}), 'file = "data.nc"\ndataset = "u"'),
}


def row_of(program, name, ranks, folder):
    """Exit codes and differences from the first number of ranks."""
    text, method = CASES[name](folder)
    deck = folder / "case.toml"
    deck.write_text(text)
    codes, found = [], {}
    for n in ranks:
        code, said = program.run(n, "invert", deck, f"inversion.method={method}", f"output.directory={folder}/{n}.out")
        if code not in (0, 2):
            return {"error": said}
        codes.append(code)
        found[n] = table.parameters_of(folder / f"{n}.out")
    return {"codes": codes, "differences": {n: table.difference(found[ranks[0]], found[n]) for n in ranks[1:]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--mollis", required=True)
    parser.add_argument("--launcher", default="mpirun --allow-run-as-root --oversubscribe -n")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2, 4])
    given = parser.parse_args()
    program, fine = table.Program(given.mollis, given.launcher), True
    print("| data | ended | " + " | ".join(f"{given.ranks[0]} / {n}" for n in given.ranks[1:]) + " |\n|---|---|" + "---|" * (len(given.ranks) - 1), flush=True)
    for name in given.cases:
        with tempfile.TemporaryDirectory(prefix="mollis-kinds-") as scratch:
            row = row_of(program, name, given.ranks, pathlib.Path(scratch))
        if "error" in row:
            print(f"| {name} | {row['error']} |", flush=True)
            fine = False
            continue
        ended = {0: "sound", 2: "not sound"}.get(row["codes"][0]) if len(set(row["codes"])) == 1 else str(row["codes"])
        print(f"| {name} | {ended} | " + " | ".join(f"{d:.1e}" for d in row["differences"].values()) + " |", flush=True)
        fine = fine and len(set(row["codes"])) == 1 and max(row["differences"].values()) <= 1e-8
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
