"""The three problems: true fields, clean data, noise. Each case is one HDF5 file that every method reads.

A case file holds u (noisy), u_clean, truth, the known source m (heat) and the coordinates; its attributes say
problem, points, noise, sigma, seed.
"""
import pathlib
import subprocess

import h5py
import numpy as np

import steady_state

FOLDER = pathlib.Path(__file__).resolve().parent
SEED = 12345            # of every noise draw
LANGEVIN_FACTOR = 4     # points along t for one point a side of the squares
LANGEVIN_END = 3.0
TERMS = ((1.0, 4.0, "sin"), (0.5, 9.0, "cos"), (0.3, 17.0, "sin"))


def langevin(points, _scratch, _mollis):
    """u_t = u + lambda(t), u(0) = 0.2, solved by hand."""
    t = np.linspace(0.0, LANGEVIN_END, points)
    u, truth = 0.2 * np.exp(t), np.zeros_like(t)
    for size, w, kind in TERMS:
        sine, cosine, growth = np.sin(w * t), np.cos(w * t), np.exp(t)
        truth += size * (sine if kind == "sin" else cosine)
        u += size * ((w * (growth - cosine) - sine) if kind == "sin" else (w * sine - cosine + growth)) / (1 + w**2)
    return {"t": t}, u, truth, {}


def heat_truth(y, x):
    return (1 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y)
            + 0.3 * np.exp(-((x - 0.3)**2 + (y - 0.6)**2) / 0.02))


def heat(points, scratch, mollis):
    """lambda lap(u) + 10 = 0, u = 0 on the walls: finite differences on a four times finer grid (`mollis forward`)."""
    path = scratch / f"heat_{points}_clean.h5"
    settings = [f"grid.points=[{points},{points}]", f"observations.u.file={path}", "forward.noise=0"]
    subprocess.run([mollis, "forward", str(FOLDER / "heat.toml"), *settings], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(path) as file:
        u = file["u_clean"][:]
    path.unlink()
    x = np.linspace(0.0, 1.0, points)
    return {"y": x, "x": x}, u, heat_truth(*np.meshgrid(x, x, indexing="ij")), {"m": np.full_like(u, 10.0)}


def reaction_truth(points):
    x = np.arange(points) / points
    y, x = np.meshgrid(x, x, indexing="ij")
    return (1 + 0.4 * np.sin(2 * np.pi * x) * np.cos(2 * np.pi * y) + 0.15 * np.cos(4 * np.pi * (x + y)))


def reaction_diffusion(points, _scratch, _mollis):
    """The fourth-order steady chromatin equation of steady_state.py, periodic, by Fourier series."""
    x = np.arange(points) * steady_state.SIDE / points
    return {"y": x, "x": x}, steady_state.pattern(reaction_truth, points), reaction_truth(points), {}


class Problem:
    def __init__(self, title, solve, axes, periodic, factor=1):
        self.title, self.solve, self.axes, self.periodic, self.factor = title, solve, axes, periodic, factor

    def points(self, size):
        return self.factor * size

    def grid(self, size):
        return [self.points(size)] * len(self.axes)

    def core(self, size):
        """Slices without ceil(n/10) points at each open side."""
        rim = 0 if self.periodic else -(-self.points(size) // 10)
        return (slice(rim, self.points(size) - rim),) * len(self.axes)


PROBLEMS = {
    "langevin": Problem("first order: u_t = u + lambda(t)", langevin, ["t"], False, LANGEVIN_FACTOR),
    "heat": Problem("second order: lambda lap(u) + m = 0", heat, ["y", "x"], False),
    "reaction-diffusion": Problem("fourth order: M lap(u^3 - u - kappa lap u) + lambda (1 - u) - (1 + u) = 0",
                                  reaction_diffusion, ["y", "x"], True),
}


def write_cases(name, size, levels, scratch, mollis):
    """One case file a noise level (percent of the standard deviation of u); returns {level: path}."""
    problem, paths = PROBLEMS[name], {}
    coordinates, clean, truth, known = problem.solve(problem.points(size), scratch, mollis)
    draw = np.random.default_rng(SEED).standard_normal(clean.shape)
    for level in levels:
        sigma = level / 100 * clean.std()
        paths[level] = scratch / f"{name}_{problem.points(size)}_{level:g}.h5"
        with h5py.File(paths[level], "w") as file:
            file["u"], file["u_clean"], file["truth"] = clean + sigma * draw, clean, truth
            for dataset, values in {**coordinates, **known}.items():
                file[dataset] = values
            file.attrs.update(problem=name, points=problem.points(size), noise=level, sigma=sigma, seed=SEED)
    return paths
