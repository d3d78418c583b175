#!/usr/bin/env python3
"""Operator learning: one network maps noisy temperature fields to the conductivity, lambda lap(u) + 10 = 0, u = 0 on the walls.

    operators.py [--points 32] [--fields 200] [--noise 1] [--epochs 40] [--tests 10] [--out networks.out]

A small Fourier neural operator (3 blocks, width 16, 8 modes; inputs the mollified data, their mollified Laplacian and the coordinates)
learns log lambda from `fields` noisy fields

    mollified   without truths: mean(W (lap(eta * d) + 10/lambda)^2), a residual in which the data's noise is additive; W one over the
                noise of the mollified Laplacian (edges are noisier)
    truths      with the true log lambda of each: mean square error
    both        the sum, with truths for a tenth of the fields

and is tested on new fields of the same law and on rougher ones, against `mollis.invert` on each test field. Data: five-point differences
on a four times finer grid; log lambda is a random cosine series.
"""
import numpy as np
import torch
from scipy.fft import dstn, idstn

import mollis
from common import arguments, correlation, cpu, figure, markdown, relative_error, save, write

SOURCE, FINER, WIDTH, MODES, BLOCKS, BATCH, RATE, SEED = 10.0, 4, 16, 8, 3, 20, 3e-3, 0
RADIUS, DEGREE = 8, 4
WAYS = ("mollified", "truths", "both")


def conductivity(random, points, decay):
    """log lambda = 0.4 times a cosine series of unit variance, amplitudes falling as (1 + (k^2 + l^2) / decay^2)^-1.5."""
    k = np.arange(8)
    size = (1 + (k[:, None]**2 + k[None]**2) / decay**2)**-1.5
    size[0, 0] = 0
    modes = size * random.standard_normal(size.shape)
    x = np.cos(np.pi * k[:, None] * np.linspace(0, 1, points)[None])
    return 0.4 * np.einsum("kl,ky,lx->yx", modes, x, x) / np.sqrt((size**2).sum() / 4)


def temperature(log_lambda):
    """lap(u) = -SOURCE / lambda, five-point, u = 0 on the walls."""
    n = len(log_lambda)
    eigenvalues = (2 - 2 * np.cos(np.pi * np.arange(1, n - 1) / (n - 1))) * (n - 1)**2
    inner = dstn(SOURCE * np.exp(-log_lambda[1:-1, 1:-1]), 1) / (eigenvalues[:, None] + eigenvalues[None])
    return np.pad(idstn(inner, 1), 1)


def fields(count, points, noise, decay, seed):
    """Noisy data and log lambda, [count, points, points]."""
    random, seen, truths = np.random.default_rng(seed), [], []
    for _ in range(count):
        fine = conductivity(random, FINER * (points - 1) + 1, decay)
        u = temperature(fine)[::FINER, ::FINER]
        seen.append(u + noise / 100 * u.std() * random.standard_normal(u.shape))
        truths.append(fine[::FINER, ::FINER])
    return np.array(seen), np.array(truths)


class Jets:
    """The mollified Laplacian of data, what the network reads, and the weights of the residual."""

    def __init__(self, points):
        self.mollifier = mollis.Mollifier((points, points), ["", "xx", "yy"], RADIUS, degree=DEGREE, spacing=1 / (points - 1))
        variance = self.mollifier.variance()[1:].sum(axis=0)
        self.weight = torch.from_numpy(variance.min() / variance).float()
        y, x = np.meshgrid(*[np.linspace(-1, 1, points)] * 2, indexing="ij")
        self.coordinates = np.stack([y, x])

    def __call__(self, seen):
        """Inputs [field, channel, y, x] and the Laplacian [field, y, x], float32."""
        u, xx, yy = np.moveaxis(self.mollifier.apply(seen), 1, 0)
        laplacian = xx + yy
        places = np.broadcast_to(self.coordinates, (len(seen),) + self.coordinates.shape)
        inputs = np.concatenate([u[:, None], laplacian[:, None] / SOURCE + 1, places], axis=1)
        return torch.from_numpy(inputs).float(), torch.from_numpy(laplacian).float()


class Spectral(torch.nn.Module):
    """The lowest modes of a field times learnt matrices."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(2, MODES, MODES, WIDTH, WIDTH, 2) / WIDTH**1.5)

    def forward(self, v):
        spectrum = torch.fft.rfft2(v, norm="ortho")
        weight = torch.view_as_complex(self.weight)
        out = torch.zeros_like(spectrum)
        for k, rows in enumerate((slice(None, MODES), slice(-MODES, None))):
            out[:, :, rows, :MODES] = torch.einsum("bikl,klio->bokl", spectrum[:, :, rows, :MODES], weight[k])
        return torch.fft.irfft2(out, s=v.shape[-2:], norm="ortho")


class Operator(torch.nn.Module):
    """Inputs [field, 4, y, x] -> log lambda [field, y, x]. Fields are padded by reflection, as they are not periodic."""

    def __init__(self):
        super().__init__()
        self.lift = torch.nn.Conv2d(4, WIDTH, 1)
        self.spectral = torch.nn.ModuleList(Spectral() for _ in range(BLOCKS))
        self.local = torch.nn.ModuleList(torch.nn.Conv2d(WIDTH, WIDTH, 1) for _ in range(BLOCKS))
        self.out = torch.nn.Sequential(torch.nn.Conv2d(WIDTH, 32, 1), torch.nn.GELU(), torch.nn.Conv2d(32, 1, 1))

    def forward(self, inputs):
        pad = inputs.shape[-1] // 4
        v = torch.nn.functional.pad(self.lift(inputs), [pad] * 4, mode="reflect")
        for spectral, local in zip(self.spectral, self.local):
            v = torch.nn.functional.gelu(spectral(v) + local(v))
        return self.out(v[..., pad:-pad, pad:-pad])[:, 0]


def learn(way, inputs, laplacian, truths, weight, epochs):
    """(network, CPU seconds)."""
    torch.manual_seed(SEED)
    start, operator = cpu(), Operator()
    optimiser = torch.optim.Adam(operator.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    known = torch.zeros(len(inputs), 1, 1)
    known[:{"mollified": 0, "truths": len(inputs), "both": len(inputs) // 10}[way]] = len(inputs) / max(1, len(inputs) // 10)
    for _ in range(epochs):
        for some in torch.randperm(len(inputs)).split(BATCH):
            optimiser.zero_grad()
            found = operator(inputs[some])
            if way == "truths":
                loss = ((found - truths[some])**2).mean()
            else:
                residual = laplacian[some] / SOURCE + torch.exp(-found)
                loss = (weight * residual**2).mean() + (known[some] * (found - truths[some])**2).mean()
            loss.backward()
            optimiser.step()
        schedule.step()
    return operator, cpu() - start


def inverted(seen):
    """`mollis.invert` with what the network is told: the equation, and that lambda is positive. (log lambda, CPU seconds)."""
    n, start = len(seen), cpu()
    result = mollis.invert({
        "grid": {"axes": ["y", "x"], "points": [n, n], "lower": [0.0, 0.0], "upper": [1.0, 1.0]}, "observations": {"u": {}},
        "parameters": {"lambda": {"over": ["y", "x"], "initial": 1.0, "transform": "log"}},
        "equation": {"residual": f"lambda*lap(u) + {SOURCE}"}, "uncertainty": {"samples": 0}}, u=seen)
    return np.log(result.parameters["lambda"]), cpu() - start


def scores(found, truths):
    """Median correlation, whole and core, and relative error of lambda in the core."""
    rim = -(-truths.shape[-1] // 10)
    core = (slice(rim, -rim),) * 2
    rows = [(correlation(f, t), correlation(f[core], t[core]), relative_error(np.exp(f[core]), np.exp(t[core])))
            for f, t in zip(found, truths)]
    return [float(v) for v in np.median(rows, axis=0)]


def table(results):
    head = ["lambda by", "same law: correlation", "core", "error, core", "rougher: correlation", "core", "error, core",
            "CPU to learn, over one invert", "CPU a field, over one invert"]
    base = results.get("mollis.invert", {}).get("a field")
    rows = []
    for name, found in results.items():
        cells = [f"{v:.3f}" if k < 2 else f"{100 * v:.1f} %" for law in ("same", "rougher") for k, v in enumerate(found[law])]
        ratio = ["", ""] if base is None else [f"{found['learning'] / base:.0f}", f"{found['a field'] / base:.2g}"]
        rows.append([name, *cells, *ratio])
    return markdown(head, rows)


def draw(given, seen, truth, found):
    picture, axes = figure(given, 2 + len(found), width=2.4, height=2.6)
    low, high = np.exp(truth).min(), np.exp(truth).max()
    panels = {"data": seen, "lambda, truth": np.exp(truth), **{n: np.exp(f) for n, f in found.items()}}
    for ax, (title, values) in zip(axes[0], panels.items()):
        limits = {} if title == "data" else dict(vmin=low, vmax=high)
        ax.imshow(values, origin="lower", **limits)
        ax.set_title(title, fontsize=8)
        ax.axis("off")
    save(given, picture)


def main():
    parser = arguments(__doc__, "operators")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--fields", type=int, default=200)
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--tests", type=int, default=10)
    given = parser.parse_args()
    jets = Jets(given.points)
    seen, truths = fields(given.fields, given.points, given.noise, 2.0, 1)
    tests = {law: fields(given.tests, given.points, given.noise, decay, seed)
             for law, decay, seed in (("same", 2.0, 2), ("rougher", 4.0, 3))}
    inputs, laplacian = jets(seen)
    answers = torch.from_numpy(truths).float()
    results, shown = {}, {}
    for way in WAYS:
        operator, seconds = learn(way, inputs, laplacian, answers, jets.weight, given.epochs)
        entry = {"learning": seconds}
        for law, (data, truth) in tests.items():
            start = cpu()
            with torch.no_grad():
                found = operator(jets(data)[0]).numpy().astype(float)
            entry["a field"] = (cpu() - start) / len(data)
            entry[law] = scores(found, truth)
            shown.setdefault(f"operator, {way}", found[0])
        results[f"operator, {way}"] = entry
        write(given, table(results), results)
    entry = {"learning": 0.0}
    for law, (data, truth) in tests.items():
        found, seconds = zip(*[inverted(d) for d in data])
        entry["a field"] = float(np.median(seconds))
        entry[law] = scores(np.array(found), truth)
        shown.setdefault("mollis.invert", found[0])
    results["mollis.invert"] = entry
    write(given, table(results), results)
    draw(given, tests["same"][0][0], tests["same"][1][0], shown)
    print(table(results))


if __name__ == "__main__":
    main()
