"""One network run of published.py, in a process of its own: prints its costs and scores as JSON.

    published_run.py CASE.h5 --derivatives autodiff|sampled|mollis --epochs N --seed S --limit CPU_SECONDS
"""
import argparse
import json
import sys

import h5py
import numpy as np
import torch

from common import PUBLISHED, correlation, cpu, mlp, peak_megabytes

sys.path.insert(0, str(PUBLISHED))
from pinn import AutodiffJets  # noqa: E402  (beside published/, not here)
from pinn_equations import EQUATIONS, lengths, nodes  # noqa: E402

import mollis.torch  # noqa: E402

HIDDEN, WIDTH, PHYSICS, HARMONICS = 4, 32, 0.1, 4
DERIVATIVES = {"langevin": ["", "t"], "heat": ["", "xx", "yy"],
               "reaction-diffusion": ["", "x", "y", "xx", "yy", "xxxx", "xxyy", "yyyy"]}
RADIUS = {"langevin": 6, "heat": 6, "reaction-diffusion": 8}
DEGREE = {"langevin": 4, "heat": 4, "reaction-diffusion": 6}
STEPS = 20           # of the optimiser between scores


def features(points, extents, periodic):
    """cos and sin of the first harmonics along every axis; the coordinates themselves where the domain is open."""
    scaled = points / torch.tensor(extents, dtype=torch.float32)
    turns = (2 if periodic else 1) * np.pi
    waves = [f(turns * k * scaled) for k in range(1, HARMONICS + 1) for f in (torch.cos, torch.sin)]
    return torch.cat(waves if periodic else [2 * scaled - 1, *waves], dim=1)


class Autodiff(AutodiffJets):
    """Derivatives at all nodes, up to the ends."""

    inside = slice(None)


class Layer:
    """u = eta * g, g the network on the nodes; `sampled`: the published kind, whose derivatives exist a radius inside open ends."""

    def __init__(self, net, points, inputs, axes, name, periodic, sampled):
        self.net, self.places, self.names = net, inputs(points), DERIVATIVES[name]
        spacing = [float(a[1] - a[0]) for a in axes]
        names = EQUATIONS[name].axes
        settings = dict(names=names, spacing=spacing, kernel="polynomial", exponent=6, periodic=names if periodic else ())
        filter_ = dict(filter="analytic") if sampled else dict(filter="moment", degree=DEGREE[name])
        self.layer = mollis.torch.MollifierLayer([len(a) for a in axes], self.names, RADIUS[name], **settings, **filter_)
        self.shape = self.layer.mollifier.shape
        self.inside = torch.from_numpy(self.layer.mollifier.valid().ravel())
        self.whole = bool(self.inside.all())

    def refresh(self):
        g = self.net(self.places)[:, 0]
        self.jets = dict(zip(self.names, self.layer(g.reshape(self.shape)).reshape(len(self.names), -1)))
        self.u = self.jets[""] if self.whole else torch.where(self.inside, self.jets[""], g)

    def rate(self):
        return self.jets["t"]

    def slope_squared(self):
        return self.jets["x"]**2 + self.jets["y"]**2

    def laplacian(self):
        return self.jets["xx"] + self.jets["yy"]

    def bilaplacian(self):
        return self.jets["xxxx"] + 2 * self.jets["xxyy"] + self.jets["yyyy"]


class Model:
    """Both networks and their loss: mean((u - d)^2)/var(d) + 0.1 mean((R/scale)^2)."""

    def __init__(self, case, kind):
        with h5py.File(case) as file:
            self.name = file.attrs["problem"]
            self.equation = equation = EQUATIONS[self.name]
            axes, data, self.truth = [file[a][:] for a in equation.axes], file["u"][:], file["truth"][:]
            self.source = torch.tensor(file["m"][:], dtype=torch.float32).reshape(-1) if "m" in file else None
        self.data = torch.tensor(data, dtype=torch.float32).reshape(-1)
        extents, points = lengths(axes, equation.periodic), torch.tensor(nodes(axes), dtype=torch.float32)

        def inputs(x):
            return features(x, extents, equation.periodic)

        self.places = inputs(points)
        self.net, self.rate_net = (mlp(self.places.shape[1], WIDTH, HIDDEN) for _ in range(2))
        self.jets = (Autodiff(self.net, points, inputs) if kind == "autodiff" else
                     Layer(self.net, points, inputs, axes, self.name, equation.periodic, kind == "sampled"))
        self.spread, self.scale = self.data.var(unbiased=False), equation.scale(self.source)

    def unknown(self):
        raw = self.rate_net(self.places)[:, 0]
        return torch.nn.functional.softplus(raw + 0.541) if self.equation.positive else raw

    def loss(self):
        self.jets.refresh()
        residual = self.equation.residual(self.jets, self.unknown(), self.source)[self.jets.inside]
        return torch.mean((self.jets.u - self.data)**2) / self.spread + PHYSICS * torch.mean((residual / self.scale)**2)

    def scores(self):
        """Correlation of lambda: whole, more than a tenth from open sides, nearer than the radius to them."""
        with torch.no_grad():
            found = self.unknown().numpy().reshape(self.truth.shape)
        if self.equation.periodic:
            return [correlation(found, self.truth), None, None]

        def inner(width):
            mask = np.zeros(self.truth.shape, bool)
            mask[tuple(slice(width(n), n - width(n)) for n in self.truth.shape)] = True
            return mask

        core, away = inner(lambda n: -(-n // 10)), inner(lambda n: RADIUS[self.name])
        return [correlation(found[part], self.truth[part]) for part in (np.full_like(core, True), core, ~away)]


def train(model, epochs, limit):
    """Full-batch L-BFGS; an epoch is one evaluation of the loss and its gradient. [epoch, CPU seconds, scores...] at times, the last
    when it ended."""
    settings = dict(max_iter=STEPS, max_eval=STEPS, history_size=50, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe")
    optimiser = torch.optim.LBFGS([*model.net.parameters(), *model.rate_net.parameters()], **settings)
    done, spent, history = 0, 0.0, []

    def closure():
        nonlocal done
        done += 1
        optimiser.zero_grad()
        loss = model.loss()
        loss.backward()
        return loss
    while done < epochs and spent < limit:
        start, before = cpu(), done
        optimiser.step(closure)
        spent += cpu() - start
        history.append([done, spent, *model.scores()])
        if done <= before + 1:      # no step found
            break
    return history


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--derivatives", choices=["autodiff", "sampled", "mollis"], required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=150.0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    model, before = Model(given.case, given.derivatives), peak_megabytes()
    history = train(model, given.epochs, given.limit)
    print(json.dumps({"history": history, "megabytes": peak_megabytes() - before, "before": before}))


if __name__ == "__main__":
    main()
