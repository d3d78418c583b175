#!/usr/bin/env python3
"""A physics-informed network (PyTorch, CPU), derivatives by recursive autodiff or by a mollifier layer at its output.

    pinn.py CASE.h5 RESULT.h5 --derivatives autodiff|mollifier [--epochs 2500] [--limit 1800]

Two networks, for u and for the raw lambda: 4 hidden layers of 32 tanh, Xavier normal, float32; input 2x - 1 (on
periodic axes cos and sin of 2 pi x), x scaled to [0, 1]. lambda = softplus(raw + 0.541), the raw output where it has
a sign.

    loss = mean((u - d)^2)/std(d)^2 + 0.1 mean((R/scale)^2)       over all nodes

Adam from 2e-3, decaying tenfold over the run; seed 0. A run whose first epochs say that it would pass `limit` seconds
stops after 50 epochs: "extrapolated" is its time for all of them. RESULT.h5: lambda, u; attributes seconds, epochs,
extrapolated.
"""
import argparse
import time

import h5py
import numpy as np
import torch

from mollifier_layer import MollifierLayer
from pinn_equations import EQUATIONS, lengths, nodes

HIDDEN, WIDTH, RATE, DECAY, PHYSICS = 4, 32, 2e-3, 0.1, 0.1
WARM, TIMED = 20, 50      # epochs
REPORTS = 10


def network(inputs):
    layers, width = [], inputs
    for _ in range(HIDDEN):
        layers += [torch.nn.Linear(width, WIDTH), torch.nn.Tanh()]
        width = WIDTH
    net = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1))
    for layer in net:
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.xavier_normal_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    return net


def features(points, extents, periodic):
    """Inputs of the networks from coordinates [node, axis]."""
    scaled = points / torch.tensor(extents, dtype=torch.float32)
    if not periodic:
        return 2 * scaled - 1
    return torch.cat([torch.cos(2 * np.pi * scaled), torch.sin(2 * np.pi * scaled)], dim=1)


class AutodiffJets:
    """Derivatives of the network's u by repeated reverse differentiation; refresh() evaluates the network."""

    def __init__(self, net, points, inputs):
        self.net, self.points, self.inputs = net, points.requires_grad_(True), inputs

    def refresh(self):
        self.u = self.net(self.inputs(self.points))[:, 0]
        self.slopes, self.lap = self.gradient(self.u), None

    def gradient(self, values):
        return torch.autograd.grad(values.sum(), self.points, create_graph=True)[0]

    def divergence(self, slopes):
        return sum(self.gradient(slopes[:, i])[:, i] for i in range(slopes.shape[1]))

    def rate(self):
        return self.slopes[:, 0]

    def slope_squared(self):
        return (self.slopes**2).sum(dim=1)

    def laplacian(self):
        self.lap = self.divergence(self.slopes) if self.lap is None else self.lap
        return self.lap

    def bilaplacian(self):
        return self.divergence(self.gradient(self.laplacian()))


class Model:
    """Both networks and their loss."""

    def __init__(self, equation, axes, data, source, derivatives):
        self.equation, self.data, self.source = equation, data, source
        extents = lengths(axes, equation.periodic)

        def inputs(points):
            return features(points, extents, equation.periodic)

        points = torch.tensor(nodes(axes), dtype=torch.float32)
        self.places = inputs(points)
        self.net, self.rate_net = network(self.places.shape[1]), network(self.places.shape[1])
        if derivatives == "autodiff":
            self.jets = AutodiffJets(self.net, points, inputs)
        else:
            self.jets = MollifierLayer(self.net, axes, equation, inputs)
        self.spread, self.scale = data.std(unbiased=False)**2, equation.scale(source)

    def parameters(self):
        return [*self.net.parameters(), *self.rate_net.parameters()]

    def unknown(self):
        raw = self.rate_net(self.places)[:, 0]
        return torch.nn.functional.softplus(raw + 0.541) if self.equation.positive else raw

    def loss(self):
        self.jets.refresh()
        residual = self.equation.residual(self.jets, self.unknown(), self.source)
        misfit = torch.mean((self.jets.u - self.data)**2) / self.spread
        return misfit + PHYSICS * torch.mean((residual / self.scale)**2)


def train(model, epochs, limit):
    """Full-batch Adam; returns seconds, epochs done, seconds for all epochs."""
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, DECAY**(1 / epochs))
    start, last = time.monotonic(), epochs
    for done in range(1, epochs + 1):
        optimiser.zero_grad()
        loss = model.loss()
        loss.backward()
        optimiser.step()
        schedule.step()
        if done == WARM and (time.monotonic() - start) / WARM * epochs > limit:
            last = min(TIMED, epochs)
        if done % max(1, epochs // REPORTS) == 0 or done == last:
            print(f"epoch {done:5d}  loss {loss.item():.4e}  {time.monotonic() - start:.1f} s", flush=True)
        if done == last:
            break
    seconds = time.monotonic() - start
    return {"seconds": seconds, "epochs": done, "extrapolated": seconds / done * epochs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("result")
    parser.add_argument("--derivatives", choices=["autodiff", "mollifier"], required=True)
    parser.add_argument("--epochs", type=int, default=2500)
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with h5py.File(given.case) as file:
        equation = EQUATIONS[file.attrs["problem"]]
        axes, data = [file[axis][:] for axis in equation.axes], file["u"][:]
        source = torch.tensor(file["m"][:], dtype=torch.float32).reshape(-1) if "m" in file else None
    model = Model(equation, axes, torch.tensor(data, dtype=torch.float32).reshape(-1), source, given.derivatives)
    cost = train(model, given.epochs, given.limit)
    model.jets.refresh()
    with h5py.File(given.result, "w") as file:
        for name, values in (("lambda", model.unknown()), ("u", model.jets.u)):
            file[name] = values.detach().numpy().astype(float).reshape(data.shape)
        file.attrs.update(cost)


if __name__ == "__main__":
    main()
