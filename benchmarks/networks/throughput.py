#!/usr/bin/env python3
"""Mollifier.apply against the same passes by scipy.ndimage and by torch's convolutions, and against plain differences, in one run.

    throughput.py [--points 512] [--radius 8] [--rounds 5] [--out networks.out]

Work: {u, u_xx, u_yy, u_xxyy} of one field of float64, one thread. scipy and torch share passes as Mollis does (2 along x, 4 along y),
with the same weights; what they give inside is checked to be the same to 1e-10 (at edges they know nothing of one-sided rows).
Differences (three points, NumPy slices) are the same only without noise: the last column is the error of u_xx at 1 % noise.
Rounds alternate; the fastest of each counts, in CPU time.
"""
import numpy as np
import torch
from scipy.ndimage import correlate1d

import mollis
from common import arguments, cpu, markdown, write

DERIVATIVES, DEGREE = ["", "xx", "yy", "xxyy"], 4


def weights(radius, spacing):
    """{order: taps} of an interior row."""
    n = 4 * radius + 1
    rows = mollis.Mollifier((n,), ["", "xx"], radius, degree=DEGREE, spacing=spacing).apply(np.eye(n))
    inside = slice(radius, 3 * radius + 1)
    return {0: rows[inside, 0, 2 * radius].copy(), 2: rows[inside, 1, 2 * radius].copy()}


def by_scipy(taps):
    def apply(u):
        along = {k: correlate1d(u, taps[k], axis=1, mode="nearest") for k in (0, 2)}
        return np.stack([correlate1d(along[x], taps[y], axis=0, mode="nearest") for x, y in ((0, 0), (2, 0), (0, 2), (2, 2))])
    return apply


def by_torch(taps, radius):
    kernels = torch.from_numpy(np.stack([taps[0], taps[2]]))

    def apply(u):
        line = torch.nn.functional.conv2d(u[None, None], kernels[:, None, None, :], padding=(0, radius))
        return torch.nn.functional.conv2d(line, kernels.repeat(2, 1)[:, None, :, None], padding=(radius, 0), groups=2)[0]
    return apply


def by_differences(spacing):
    def second(u):
        return (u[:, 2:] - 2 * u[:, 1:-1] + u[:, :-2]) / spacing**2

    def apply(u):
        out = np.zeros((4,) + u.shape)
        out[0] = u
        out[1, :, 1:-1] = second(u)
        out[2, 1:-1] = second(u.T).T
        out[3, 1:-1] = second(out[1].T).T
        return out
    return apply


def main():
    parser = arguments(__doc__, "throughput")
    parser.add_argument("--points", type=int, default=512)
    parser.add_argument("--radius", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    n, r, h = given.points, given.radius, 1 / (given.points - 1)
    y, x = np.meshgrid(*[np.linspace(0, 1, n)] * 2, indexing="ij")
    clean = np.sin(60 * x + 1) * np.cos(5 * y)
    u = clean + 0.01 * clean.std() * np.random.default_rng(0).standard_normal(clean.shape)
    taps, tensor = weights(r, h), torch.from_numpy(u)
    ours = mollis.Mollifier((n, n), DERIVATIVES, r, degree=DEGREE, spacing=h)
    ways = {"mollis.Mollifier.apply": lambda: ours.apply(u), "scipy.ndimage.correlate1d": lambda f=by_scipy(taps): f(u),
            "torch.nn.functional.conv2d": lambda f=by_torch(taps, r): f(tensor).numpy(),
            "differences, three points": lambda f=by_differences(h): f(u)}
    inside, exact = (slice(2 * r, -2 * r),) * 2, -3600 * clean
    found = {name: way() for name, way in ways.items()}
    wanted = found["mollis.Mollifier.apply"]
    torch_order = [0, 2, 1, 3]     # torch gives (x, y) orders (0, 0), (0, 2), (2, 0), (2, 2)
    found["torch.nn.functional.conv2d"] = found["torch.nn.functional.conv2d"][torch_order]
    for name in ("scipy.ndimage.correlate1d", "torch.nn.functional.conv2d"):
        for a, b in zip(found[name], wanted):
            assert np.abs(a - b)[inside].max() < 1e-10 * np.abs(b).max(), name
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(given.rounds):
        for name, way in ways.items():
            start = cpu()
            way()
            best[name] = min(best[name], cpu() - start)
    base = best["mollis.Mollifier.apply"]
    rows = [[name, f"{best[name] / base:.2f}", f"{n * n / best[name] / 1e6:.1f}",
             f"{100 * np.linalg.norm((found[name][1] - exact)[inside]) / np.linalg.norm(exact[inside]):.2g} %"] for name in ways]
    text = markdown(["by", "CPU time, over Mollis's", "million points a CPU second, here", "error of u_xx at 1 % noise"], rows)
    write(given, text, best)
    print(text)


if __name__ == "__main__":
    main()
