#!/usr/bin/env python3
"""Forward problems by the mollified residual: the state that minimises |R(eta * g)|^2 with known walls, against finite differences.

    forward.py [--points 17 33 65] [--periodic 32 48 64] [--out networks.out]

    heat        lambda lap(u) + m = 0 on the unit square, u = 0 on the walls; u = sin(pi x) sin(pi y) e^x by formula (smooth), or lambda
                jumping from 1 to 10 on a disc with m = 10 (rough; reference: differences, 8 times finer)
    reaction-diffusion in time   u_t = 0.01 u_xx + 6 u (1 - u), a travelling front by formula, from its values at t = 0, x = 0 and x = 1
    reaction-diffusion   20 lap(u^3 - u - lap u) + lambda (1 - u) - (1 + u) = 0, steady, periodic, from a state 10 % off; reference:
                the Fourier series of benchmarks/published

Mollified: unknown g on the nodes, residuals on all nodes, wall rows with them, least squares by LSMR preconditioned by the spectrum of
the five-point scheme (heat) or Gauss-Newton around that (reaction-diffusion). Differences: the five-point scheme solved by sine
transforms, and the same Gauss-Newton with stencils of least width; in time three points and scipy's BDF. By a deck: `mollis invert` without
data and without parameters, kind = "none" and walls, splines of degree 7 (method = "joint", penalty = 1e6).
"""
import sys

import numpy as np
from scipy.fft import dstn, fft2, idstn, ifft2
from scipy.integrate import solve_ivp
from scipy.sparse.linalg import LinearOperator, lsmr

import mollis
from common import PUBLISHED, arguments, cpu, figure, markdown, relative_error, save, write

sys.path.insert(0, str(PUBLISHED))
import problems  # noqa: E402  (beside published/, not here)
import steady_state  # noqa: E402

MOMENTS = {"mollified, radius 2, degree 4": (2, 4), "mollified, radius 4, degree 4": (4, 4), "mollified, radius 5, degree 8": (5, 8)}
PERIODIC = {"mollified, radius 4, degree 6": (4, 6), "mollified, radius 6, degree 8": (6, 8)}
WALLS, NEWTON, MOST, MOST_INNER = 1e3, 6, 2000, 300
DIFFUSIVITY, RATE = 0.01, 6.0
FRONT = f"(1 + exp(sqrt({RATE}/(6*{DIFFUSIVITY}))*(x - 0.3) - 5*{RATE}/6*t))^(-2)"


def square(points):
    return np.meshgrid(*[np.linspace(0, 1, points)] * 2, indexing="ij")


def smooth(points):
    """(source over lambda, u)."""
    y, x = square(points)
    u = np.sin(np.pi * x) * np.sin(np.pi * y) * np.exp(x)
    return -np.sin(np.pi * y) * np.exp(x) * ((1 - 2 * np.pi**2) * np.sin(np.pi * x) + 2 * np.pi * np.cos(np.pi * x)), u


def jump(points):
    y, x = square(points)
    return 10 / np.where((x - 0.4)**2 + (y - 0.55)**2 < 0.04, 10.0, 1.0)


def rough(points, finer=8):
    return jump(points), inverse_laplacian(jump(finer * (points - 1) + 1))[::finer, ::finer]


def inverse_laplacian(values):
    """-lap(u) = values inside, u = 0 on the walls, five-point; [n, n] with walls."""
    n = len(values)
    eigenvalues = (2 - 2 * np.cos(np.pi * np.arange(1, n - 1) / (n - 1))) * (n - 1)**2
    return np.pad(idstn(dstn(values[1:-1, 1:-1], 1) / (eigenvalues[:, None] + eigenvalues[None]), 1), 1)


def mollified_heat(source, radius, degree):
    """The u = eta * g of least |lap(u) + source|^2 + walls, and LSMR's iterations."""
    n = len(source)
    jets = mollis.Mollifier((n, n), ["", "xx", "yy"], radius, degree=degree, spacing=1 / (n - 1))
    wall = np.zeros((n, n), bool)
    wall[[0, -1]] = wall[:, [0, -1]] = True

    def forward(w):
        u, xx, yy = jets.apply(inverse_laplacian(w.reshape(n, n)))
        return np.concatenate([(xx + yy).ravel(), WALLS * u[wall]])

    def backward(rows):
        v = np.zeros((3, n, n))
        v[1] = v[2] = rows[:n * n].reshape(n, n)
        v[0][wall] = WALLS * rows[n * n:]
        return inverse_laplacian(jets.transpose(v)).ravel()

    operator = LinearOperator((n * n + wall.sum(), n * n), matvec=forward, rmatvec=backward, dtype=float)
    right = np.concatenate([-source.ravel(), np.zeros(wall.sum())])
    found = lsmr(operator, right, atol=1e-10, btol=1e-10, maxiter=MOST)
    return jets.apply(inverse_laplacian(found[0].reshape(n, n)))[0], found[2]


def by_deck(axes, points, walls, residual, **fields):
    """(u, Newton steps): the state that a deck without data and parameters asks for."""
    result = mollis.invert({
        "grid": {"axes": axes, "points": [points, points], "lower": [0.0, 0.0], "upper": [1.0, 1.0]},
        "observations": {"u": {"kind": "none", "noise": 1e-4, "walls": walls}},
        "fields": {name: {} for name in fields}, "equation": {"residual": residual},
        "inversion": {"method": "joint"}, "joint": {"penalty": 1e6}, "uncertainty": {"samples": 0}}, **fields)
    steps = result.summary["iterations"]["newton"]
    return result.states["u"], f"{steps} Newton" + ("" if result.converged else ", not converged")


def front(points):
    t, x = square(points)
    return (1 + np.exp(np.sqrt(RATE / (6 * DIFFUSIVITY)) * (x - 0.3) - 5 * RATE / 6 * t))**-2


def front_by_differences(points):
    """Three points in x, BDF in time to 1e-6."""
    exact, x = front(points), np.linspace(0, 1, points)

    def at_ends(t):
        return [(1 + np.exp(np.sqrt(RATE / (6 * DIFFUSIVITY)) * (e - 0.3) - 5 * RATE / 6 * t))**-2 for e in (0.0, 1.0)]

    def rate(t, inner):
        left, right = at_ends(t)
        u = np.concatenate([[left], inner, [right]])
        return DIFFUSIVITY * np.diff(u, 2) / x[1]**2 + RATE * inner * (1 - inner)
    found = exact.copy()
    found[:, 1:-1] = solve_ivp(rate, (0, 1), exact[0, 1:-1], method="BDF", t_eval=x, rtol=1e-6, atol=1e-8).y.T
    return found


class Pattern:
    """Gauss-Newton for the steady pattern: R and its Jacobian on eta * g (or on differences of g), preconditioned in Fourier space."""

    def __init__(self, points, rate, **filter_):
        self.rate, self.n = rate, points
        names = ["", "x", "y", "xx", "yy", "xxxx", "xxyy", "yyyy"]
        self.jets = mollis.Mollifier((points, points), names, spacing=steady_state.SIDE / points, periodic="yx", **filter_)
        k = 2 * np.pi * np.fft.fftfreq(points, steady_state.SIDE / points)
        k2 = k[:, None]**2 + k[None]**2
        self.symbol = 2.0 + steady_state.MOBILITY * k2 * np.abs(k2 - 0.6)

    def smoothed(self, values):
        return ifft2(fft2(values) / self.symbol).real

    def partials(self, jets):
        """R and dR/d(jet), in the order of the jets."""
        u, x, y, xx, yy, x4, x2y2, y4 = jets
        lap, m = xx + yy, steady_state.MOBILITY
        r = m * ((3 * u**2 - 1) * lap + 6 * u * (x**2 + y**2) - (x4 + 2 * x2y2 + y4)) + self.rate * (1 - u) - (1 + u)
        one = np.ones_like(u)
        second = m * (3 * u**2 - 1)
        return r, np.stack([m * (6 * u * lap + 6 * (x**2 + y**2)) - self.rate - 1, 12 * m * u * x, 12 * m * u * y, second, second,
                            -m * one, -2 * m * one, -m * one])

    def solve(self, g):
        """(u, iterations of LSMR in all)."""
        total, size = 0, self.n**2
        for _ in range(NEWTON):
            r, p = self.partials(self.jets.apply(g))

            def forward(w, p=p):
                return (p * self.jets.apply(self.smoothed(w.reshape(self.n, self.n)))).sum(axis=0).ravel()

            def backward(rows, p=p):
                return self.smoothed(self.jets.transpose(p * rows.reshape(self.n, self.n))).ravel()

            operator = LinearOperator((size, size), matvec=forward, rmatvec=backward, dtype=float)
            step = lsmr(operator, -r.ravel(), atol=1e-6, btol=1e-6, maxiter=MOST_INNER)
            total += step[2]
            g = g + self.smoothed(step[0].reshape(self.n, self.n))
        return self.jets.apply(g)[0], total


def timed(function, *arguments_, repeats=1):
    """The value and the least CPU time of some calls."""
    least = float("inf")
    for _ in range(repeats):
        start = cpu()
        value = function(*arguments_)
        least = min(least, cpu() - start)
    return value, max(least, 1e-6)


def heat_rows(given, results):
    for name, problem in (("heat, smooth", smooth), ("heat, rough", rough)):
        for n in given.points:
            source, truth = problem(n)
            found, base = timed(inverse_laplacian, source, repeats=10)
            results.append([name, n, "differences, five-point", relative_error(found, truth), 1.0, ""])
            for label, (radius, degree) in MOMENTS.items():
                if n < 2 * radius + 1:
                    continue
                (found, count), seconds = timed(mollified_heat, source, radius, degree)
                results.append([name, n, label, relative_error(found, truth), seconds / base, count])
            (found, count), seconds = timed(lambda: by_deck(["y", "x"], n, {"y": "0", "x": "0"}, "lap(u) + s", s=source))
            results.append([name, n, "by a deck", relative_error(found, truth), seconds / base, count])
            write(given, table(results), results)


def front_rows(given, results):
    name, residual = "reaction-diffusion in time", f'dt(u) - {DIFFUSIVITY}*d(u, "xx") - {RATE}*u*(1 - u)'
    for n in given.points[:2]:
        found, base = timed(front_by_differences, n, repeats=3)
        results.append([name, n, "differences, BDF", relative_error(found, front(n)), 1.0, ""])
        (found, count), seconds = timed(lambda: by_deck(["t", "x"], n, {"t_lower": FRONT, "x": FRONT}, residual))
        results.append([name, n, "by a deck", relative_error(found, front(n)), seconds / base, count])
        write(given, table(results), results)


def pattern_rows(given, results):
    reference = steady_state.pattern(problems.reaction_truth, 64)
    for n in given.periodic:
        truth = steady_state.finer(reference, n) if n > 64 else coarser(reference, n)
        s = 2 * np.pi * np.arange(n) / n
        start = truth * (1 + 0.1 * np.cos(s)[:, None] * np.sin(2 * s)[None])
        schemes = {"differences, least width": dict(filter="difference", radius=0)}
        schemes.update({k: dict(radius=r, degree=d) for k, (r, d) in PERIODIC.items()})
        base = None
        for label, filter_ in schemes.items():
            (found, count), seconds = timed(Pattern(n, problems.reaction_truth(n), **filter_).solve, start)
            base = base or seconds
            results.append(["reaction-diffusion", n, label, relative_error(found, truth), seconds / base, count])
            write(given, table(results), results)


def coarser(values, points):
    """The Fourier series of `values` at `points` a side."""
    n, h = len(values), points // 2
    full, low = fft2(values), np.zeros((points, points), complex)
    for a in (slice(None, h), slice(-h, None)):
        for b in (slice(None, h), slice(-h, None)):
            low[a, b] = full[a, b]
    return ifft2(low).real * (points / n)**2


def capped(count):
    return f"{count}, the most allowed" if count in (MOST, NEWTON * MOST_INNER) else count


def table(results):
    rows = [[name, f"{n} x {n}", label, f"{error:.1e}", f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}", capped(count)]
            for name, n, label, error, ratio, count in results]
    return markdown(["problem", "points", "scheme", "relative error of u", "CPU time, over the differences'", "iterations"], rows)


def draw(given, results):
    names = list(dict.fromkeys(r[0] for r in results))
    picture, axes = figure(given, len(names))
    for ax, name in zip(axes[0], names):
        for label in dict.fromkeys(r[2] for r in results if r[0] == name):
            own = [r for r in results if r[0] == name and r[2] == label]
            ax.loglog([r[1] for r in own], [r[3] for r in own], ".-", label=label, linewidth=1)
        ax.set(title=name, xlabel="points a side", ylabel="relative error of u")
        ax.legend(fontsize=6)
    save(given, picture)


def main():
    parser = arguments(__doc__, "forward")
    parser.add_argument("--points", type=int, nargs="+", default=[17, 33, 65])
    parser.add_argument("--periodic", type=int, nargs="+", default=[32, 48, 64])
    given = parser.parse_args()
    results = []
    heat_rows(given, results)
    front_rows(given, results)
    pattern_rows(given, results)
    draw(given, results)
    print(table(results))


if __name__ == "__main__":
    main()
