#!/usr/bin/env python3
"""Networks in place of splines under one objective, lambda lap(u) + 10 = 0, u = 0 on the walls (which nothing is told):

    J = |u - d|^2 / (2 sigma^2) + w/2 sum (R / 10)^2 + beta/2 sum |second differences of log lambda|^2,    u = eta * g

    representation.py [--points 32] [--limit 6] [--out networks.out]

g and log lambda are either free numbers on the lattice (a B-spline-like series: eta the polynomial kernel of radius 4, g past the edges
by its radius) or a network (3 layers of 32 tanh, first harmonics of the coordinates as inputs) on the same lattice. All are fitted
by L-BFGS in float64 for the same CPU time; w and beta are those at which the lattice does well on the first case. `mollis.invert` is
told nothing but the equation; its objective has the same form, its weights are its own choice, its solver is Newton's.
"""
import numpy as np
import torch

import mollis
import mollis.torch
from common import arguments, correlation, cpu, figure, markdown, mlp, relative_error, save, write
from operators import FINER, SOURCE, temperature

RADIUS, HARMONICS, WEIGHT, SMOOTHNESS, NOISE = 4, 4, 1e4, 1e3, 0.01
WAYS = {"splines, splines": ("lattice", "lattice", SMOOTHNESS), "splines, network": ("lattice", "network", SMOOTHNESS),
        "network, splines": ("network", "lattice", SMOOTHNESS), "network, network": ("network", "network", SMOOTHNESS),
        "network, network, no smoothness": ("network", "network", 0.0)}


def smooth(y, x):
    return 1 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y) + 0.3 * np.exp(-((x - 0.3)**2 + (y - 0.6)**2) / 0.02)


def rough(y, x):
    return np.where((x - 0.4)**2 + (y - 0.55)**2 < 0.05, 1.6, 1.0)


CASES = {"smooth, all points": (smooth, 1.0), "smooth, 5 % of the points": (smooth, 0.05), "a disc, all points": (rough, 1.0),
         "a disc, 5 % of the points": (rough, 0.05)}


class Case:
    def __init__(self, points, truth, share, seed=7):
        random = np.random.default_rng(seed)
        fine = np.meshgrid(*[np.linspace(0, 1, FINER * (points - 1) + 1)] * 2, indexing="ij")
        exact = truth(*fine)
        clean = temperature(np.log(exact))[::FINER, ::FINER]
        self.truth, self.sigma = exact[::FINER, ::FINER], NOISE * clean.std()
        seen = clean + self.sigma * random.standard_normal(clean.shape)
        self.data = np.where(random.random(clean.shape) < share, seen, np.nan)


class Lattice(torch.nn.Module):
    def __init__(self, shape, value):
        super().__init__()
        self.values = torch.nn.Parameter(torch.full(shape, value, dtype=torch.float64))

    def forward(self):
        return self.values


class Network(torch.nn.Module):
    def __init__(self, coordinates, scale):
        super().__init__()
        y, x = np.meshgrid(coordinates, coordinates, indexing="ij")
        waves = [f(np.pi * k * c) for c in (y, x) for k in range(1, HARMONICS + 1) for f in (np.cos, np.sin)]
        self.inputs = torch.from_numpy(np.stack([2 * y - 1, 2 * x - 1, *waves], axis=-1))
        self.net, self.scale = mlp(2 + 4 * HARMONICS, 32, 3).double(), scale

    def forward(self):
        return self.scale * self.net(self.inputs)[..., 0]


class Objective:
    def __init__(self, case, state, parameter, smoothness):
        n = len(case.data)
        h = 1 / (n - 1)
        wide = h * np.arange(-RADIUS, n + RADIUS)
        self.layer = mollis.torch.MollifierLayer((n + 2 * RADIUS,) * 2, ["", "xx", "yy"], RADIUS, filter="analytic", kernel="polynomial",
                                                 exponent=6, spacing=h)
        self.inside = (slice(None),) + (slice(RADIUS, -RADIUS),) * 2
        level = float(np.nanstd(case.data))
        self.state = Lattice((len(wide),) * 2, 0.0) if state == "lattice" else Network(wide, level)
        self.parameter = Lattice((n, n), 0.0) if parameter == "lattice" else Network(wide[RADIUS:-RADIUS], 1.0)
        self.seen, self.data = torch.from_numpy(np.isfinite(case.data)), torch.from_numpy(case.data)
        self.sigma, self.smoothness = case.sigma, smoothness

    def parameters(self):
        return [*self.state.parameters(), *self.parameter.parameters()]

    def __call__(self):
        u, xx, yy = self.layer(self.state())[self.inside]
        p = self.parameter()
        misfit = (((u - self.data)[self.seen] / self.sigma)**2).sum() / 2
        residual = torch.exp(p) * (xx + yy) / SOURCE + 1
        bends = sum((torch.diff(p, n=2, dim=d)**2).sum() for d in (0, 1)) + 2 * (torch.diff(torch.diff(p, dim=0), dim=1)**2).sum()
        return misfit + WEIGHT / 2 * (residual**2).sum() + self.smoothness / 2 * bends


def fit(objective, limit):
    """CPU seconds; L-BFGS until `limit` or until it finds no step."""
    optimiser = torch.optim.LBFGS(objective.parameters(), max_iter=50, history_size=50, line_search_fn="strong_wolfe", tolerance_change=0,
                                  tolerance_grad=1e-9)
    start, values = cpu(), []

    def closure():
        optimiser.zero_grad()
        value = objective()
        value.backward()
        values.append(value.item())
        return value
    while cpu() - start < limit:
        before = len(values)
        optimiser.step(closure)
        if len(values) <= before + 1:
            break
    return cpu() - start, min(values)


def scores(found, truth):
    rim = -(-len(truth) // 10)
    core = (slice(rim, -rim),) * 2
    return [correlation(found, truth), correlation(found[core], truth[core]), relative_error(found[core], truth[core])]


def inverted(data):
    n, start = len(data), cpu()
    result = mollis.invert({
        "grid": {"axes": ["y", "x"], "points": [n, n], "lower": [0.0, 0.0], "upper": [1.0, 1.0]}, "observations": {"u": {}},
        "parameters": {"lambda": {"over": ["y", "x"], "initial": 1.0, "transform": "log"}},
        "equation": {"residual": f"lambda*lap(u) + {SOURCE}"}, "uncertainty": {"samples": 0}}, u=data)
    return result.parameters["lambda"], cpu() - start


def table(results):
    rows = []
    for case, found in results.items():
        base = found.get("mollis.invert", [None])[0]
        for way, (seconds, objective, whole, core, error) in found.items():
            rows.append([case, way, "" if objective is None else f"{objective:.0f}", f"{whole:.3f}", f"{core:.3f}", f"{100 * error:.1f} %",
                         "" if base is None else f"{seconds / base:.1f}"])
    return markdown(["data and lambda", "state, parameter", "J reached", "correlation", "core", "error, core", "CPU time, over invert's"],
                    rows)


def draw(given, pictures):
    picture, axes = figure(given, len(pictures), width=2.3, height=2.5)
    for ax, (title, values) in zip(axes[0], pictures.items()):
        ax.imshow(values, origin="lower", vmin=0.4, vmax=1.8)
        ax.set_title(title, fontsize=7)
        ax.axis("off")
    save(given, picture)


def main():
    parser = arguments(__doc__, "representation")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--limit", type=float, default=6.0, help="CPU seconds of each fit")
    given = parser.parse_args()
    results, pictures = {}, {}
    for name, (truth, share) in CASES.items():
        case = Case(given.points, truth, share)
        results[name] = {}
        for way, settings in {"mollis.invert": None, **WAYS}.items():
            torch.manual_seed(0)
            if settings is None:
                found, seconds = inverted(case.data)
                value = None
            else:
                objective = Objective(case, *settings)
                seconds, value = fit(objective, given.limit)
                found = torch.exp(objective.parameter()).detach().numpy()
            results[name][way] = [seconds, value, *scores(found, case.truth)]
            write(given, table(results), results)
            if name == "a disc, 5 % of the points":
                pictures.setdefault("truth", case.truth)
                pictures[way] = found
    draw(given, pictures)
    print(table(results))


if __name__ == "__main__":
    main()
