#!/usr/bin/env python3
"""What gaps and masks cost: lambda lap(u) + m = 0 on 101 x 101 points, 1 % noise, everything automatic.

    benchmarks/gaps.py --mollis build/release/mollis [--methods joint equation-error]

First: a share of the points, drawn at random, not observed; or all but a disc (area 63 %). Errors over the whole square; over the disc alone
where that is all that was observed. Then: the domain a disc ([grid] mask, what lies outside is not used), scored inside it, beside the fit of
the whole square scored at the same points. Data by five-point differences and a sparse solve."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
    import scipy.sparse as sparse
    import scipy.sparse.linalg as linear
except ModuleNotFoundError as error:
    sys.exit(f"gaps.py: {error}; needed are numpy, h5py, scipy (Debian: python3-h5py python3-scipy)")

N = 101
DECK = """[grid]
axes   = ["y", "x"]
points = [101, 101]
lower  = [0.0, 0.0]
upper  = [1.0, 1.0]
[observations.u]
file    = "data.h5"
dataset = "d"
[fields.m]
value = "10"
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
"""
DISC = "grid.mask={ value = '0.2 - (x - 0.5)^2 - (y - 0.5)^2' }"


def problem(jump):
    """lambda, the state, coordinates; jump: a disc of another conductivity, or a smooth dip."""
    x = np.linspace(0, 1, N)
    X, Y = np.meshgrid(x, x)
    away = (X - 0.7)**2 + (Y - 0.3)**2
    rate = 1 + 0.6 * np.exp(-((X - 0.35)**2 + (Y - 0.6)**2) / 0.03) - 0.4 * (away < 0.03 if jump else np.exp(-away / 0.03))
    second = sparse.diags([1, -2, 1], [-1, 0, 1], shape=(N - 2, N - 2)) * (N - 1)**2
    eye = sparse.eye(N - 2)
    u = np.zeros((N, N))
    u[1:-1, 1:-1] = linear.spsolve((sparse.kron(second, eye) + sparse.kron(eye, second)).tocsc(), (-10 / rate[1:-1, 1:-1]).ravel()).reshape(N - 2, N - 2)
    return rate, u, (X - 0.5)**2 + (Y - 0.5)**2 < 0.2


def fit(mollis, folder, method, *overrides):
    """The map, the summary, CPU seconds."""
    before = os.times()
    done = subprocess.run([mollis, "invert", folder / "case.toml", f"inversion.method={method}", "output.directory=out", *overrides],
                          capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    after = os.times()
    if done.returncode not in (0, 2):
        return None, done.stderr.strip().splitlines()[-1], 0.0
    with h5py.File(folder / "out" / "result.h5") as file:
        rate = file["parameters/lambda"][...]
    return rate, json.loads((folder / "out" / "summary.json").read_text()), after.children_user - before.children_user


def scores(rate, truth, where):
    return np.corrcoef(rate[where], truth[where])[0, 1], np.linalg.norm((rate - truth)[where]) / np.linalg.norm(truth[where])


def say(label, method, rate, summary, seconds, truth, where):
    if rate is None:
        print(f"| {label} | {method} | refused: {summary} | | | |", flush=True)
        return
    found = scores(rate, truth, where & np.isfinite(rate))
    core = np.zeros_like(where)
    core[11:-11, 11:-11] = True
    inner = scores(rate, truth, where & core & np.isfinite(rate))
    verdict = summary["verdict"]
    reasons = ", ".join(dict.fromkeys(reason["check"] for reason in verdict["reasons"]))
    print(f"| {label} | {method} | {found[0]:.4f} / {inner[0]:.4f} | {100 * found[1]:.2f} / {100 * inner[1]:.2f} % | {seconds:.1f} | "
          f"{verdict['status']}{': ' + reasons if reasons else ''} |", flush=True)


def by_draws(given, folder):
    """Correlation inside the disc, the square fitted less the disc fitted: mean and its standard error over the draws."""
    print("| lambda | method | disc | whole square | loss |\n|---|---|---|---|---|")
    for jump in (True, False):
        rate, u, disc = problem(jump)
        for method in given.methods:
            found = []
            for draw in range(given.draws):
                with h5py.File(folder / "data.h5", "w") as file:
                    file["d"] = u + 0.01 * u.std() * np.random.default_rng(draw).standard_normal(u.shape)
                maps = [fit(given.mollis, folder, method, f"uncertainty.samples={given.samples}", *overrides)[0] for overrides in ([DISC], [])]
                found.append([scores(one, rate, disc & np.isfinite(one))[0] for one in maps])
            loss = np.subtract(*np.transpose(found)[::-1])
            mean = np.mean(found, axis=0)
            print(f"| {'a jump' if jump else 'smooth'} | {method} | {mean[0]:.4f} | {mean[1]:.4f} | {loss.mean():.4f} +- {loss.std(ddof=1) / np.sqrt(len(loss)):.4f} "
                  f"({loss.min():.4f} to {loss.max():.4f}) |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mollis", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--methods", nargs="+", default=["equation-error", "joint"])
    parser.add_argument("--samples", default="0", help="draws for standard errors")
    parser.add_argument("--draws", type=int, default=1, help="of the noise; more than one: the disc alone, and by how much its mask lowers the correlation")
    parser.add_argument("--shares", type=int, nargs="*", default=[0, 2, 5, 20, 50])
    given = parser.parse_args()
    if given.draws > 1:
        with tempfile.TemporaryDirectory(prefix="mollis-gaps-") as scratch:
            (pathlib.Path(scratch) / "case.toml").write_text(DECK)
            by_draws(given, pathlib.Path(scratch))
        return
    print("| not observed | method | correlation whole / core | relative L2 whole / core | CPU seconds | verdict |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="mollis-gaps-") as scratch:
        folder = pathlib.Path(scratch)
        (folder / "case.toml").write_text(DECK)
        for jump in (True, False):
            rate, u, disc = problem(jump)
            data = u + 0.01 * u.std() * np.random.default_rng(0).standard_normal(u.shape)
            everywhere = np.ones_like(disc)
            kind = "a jump" if jump else "smooth"
            cases = [(f"{kind}, {share} %", np.random.default_rng(3).random(data.shape) >= share / 100, everywhere, []) for share in given.shares]
            cases += [(f"{kind}, all but a disc", disc, disc, []), (f"{kind}, mask: a disc", everywhere, disc, [DISC]),
                      (f"{kind}, whole square, scored in the disc", everywhere, disc, [])]
            for label, seen, where, overrides in cases:
                with h5py.File(folder / "data.h5", "w") as file:
                    file["d"] = np.where(seen, data, np.nan)
                for method in given.methods:
                    found, summary, seconds = fit(given.mollis, folder, method, f"uncertainty.samples={given.samples}", *overrides)
                    say(label, method, found, summary, seconds, rate, where)


if __name__ == "__main__":
    main()
