#!/usr/bin/env python3
"""Neural ODEs by mollified gradients: x' = f(x), f a network, learnt from one noisy trajectory.

    ode.py [--noise 1 5 10] [--seeds 1] [--limit 10] [--out networks.out]

Systems, 200 points each: Lotka-Volterra on [0, 8], equally spaced; an enzyme (fast complex, slow substrate, 100 times apart) on [1e-3, 10],
equally spaced in log t, on which s = log t everything is done (dx/ds = t f(x)). Ways of learning:

    strong     |D(eta * x) - t f(eta * x)|^2               mollified derivatives, no solver; rows weighed by their noise
    weak       |(D eta) * x - eta * t f(x smoothed)|^2     the derivative on the mollifier
               both by L-BFGS; of the fits after 50, 100, 200, 300 steps, without and with a decay of 1e-3 and 1e-2 |weights|^2,
               the one counts whose own trajectory is nearest to the data
    solver     |x(t) - d|^2, backpropagated through dopri5 (torchdiffeq; where it is missing, Runge-Kutta of order 4), the horizon
               growing in four stages from the first quarter to all of the data; Adam
    segments   the same on 20 segments at once, each started from the smoothed data (multiple shooting); L-BFGS
    ... + segments, + solver   10 steps of L-BFGS on the misfit of the segments, of the whole trajectory, after either of the first two

The radius is that of least GCV of eta * x. Score: relative error of the trajectory that the network gives from the true initial values
over the observed interval, against the truth without noise (a run that cannot be integrated: inf).
"""
import copy
import warnings

import numpy as np
import torch
from scipy.integrate import solve_ivp

import mollis
from common import arguments, cpu, figure, markdown, mlp, relative_error, save, spread, write

try:
    import torchdiffeq
except ImportError:
    torchdiffeq = None

POINTS, WIDTH, HIDDEN, DEGREE = 200, 32, 2, 4
RADII = range(4, 31, 2)
FIT_STEPS, POLISH_STEPS, SEGMENTS, DECAYS = (50, 50, 100, 100), 10, 20, (0.0, 1e-3, 1e-2)
BOUND = 0.1      # a relative error of the trajectory; the time to it is reported


class LotkaVolterra:
    title, start = "Lotka-Volterra", (1.0, 1.0)
    s = np.linspace(0.0, 8.0, POINTS)

    @staticmethod
    def speed(_s):
        """dt/ds."""
        return 1.0

    @staticmethod
    def rates(x):
        return np.array([1.5 * x[0] - x[0] * x[1], x[0] * x[1] - 3.0 * x[1]])


class Enzyme:
    """Substrate and complex: s' = -s + (s + 0.5) c, 0.01 c' = s - (s + 1) c."""
    title, start = "enzyme, stiff", (1.0, 0.0)
    s = np.linspace(np.log(1e-3), np.log(10.0), POINTS)

    @staticmethod
    def speed(s):
        return np.exp(s)

    @staticmethod
    def rates(x):
        return np.array([-x[0] + (x[0] + 0.5) * x[1], (x[0] - (x[0] + 1.0) * x[1]) / 0.01])


def integrate(system, rates, start):
    """The trajectory [component, point] from `start` at the first s, or None."""
    def right(s, x):
        return system.speed(s) * rates(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = solve_ivp(right, (system.s[0], system.s[-1]), start, "LSODA", t_eval=system.s, rtol=1e-6, atol=1e-8)
    return run.y if run.success and run.y.shape[1] == len(system.s) and np.isfinite(run.y).all() else None


class Data:
    def __init__(self, system, noise, seed):
        self.system = system
        self.truth = integrate(system, system.rates, system.start)
        sigma = noise / 100 * self.truth.std(axis=1, keepdims=True)
        self.sigma = sigma
        self.seen = self.truth + sigma * np.random.default_rng(100 + seed).standard_normal(self.truth.shape)
        self.first = self.truth[:, 0]

    def mollifier(self, derivatives, radius, **settings):
        spacing = self.system.s[1] - self.system.s[0]
        return mollis.Mollifier((POINTS,), derivatives, radius, names=("t",), spacing=spacing, **settings)

    def radius(self):
        """Of least generalised cross-validation of the smoothed values."""
        def score(radius):
            smoother = self.mollifier([""], radius, degree=DEGREE)
            trace = np.trace(smoother.apply(np.eye(POINTS))[:, 0])
            rest = (self.seen - smoother.apply(self.seen)[:, 0]) / self.sigma
            return np.mean(rest**2) / (1 - trace / POINTS)**2
        return min(RADII, key=score)


class Field(torch.nn.Module):
    """f(x), in units of the data: inputs and outputs scaled by what the mollified data say of them."""

    def __init__(self, data, smooth, slopes):
        super().__init__()
        speed = data.system.speed(data.system.s)
        self.net = mlp(2, WIDTH, HIDDEN, 2).double()
        for name, value in (("centre", smooth.mean(axis=1)), ("width", smooth.std(axis=1)), ("size", (slopes / speed).std(axis=1))):
            self.register_buffer(name, torch.from_numpy(value))

    def forward(self, x):
        return self.size * self.net((x - self.centre) / self.width)

    def numpy(self):
        """The same on NumPy arrays [2], without the overhead of tensors."""
        layers = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in self.net[::2]]
        centre, width, size = (b.numpy() for b in (self.centre, self.width, self.size))

        def rates(x):
            y = (x - centre) / width
            for k, (weight, bias) in enumerate(layers):
                y = weight @ y + bias
                y = np.tanh(y) if k + 1 < len(layers) else y
            return size * y
        return rates


def trajectory_error(field, data):
    found = integrate(data.system, field.numpy(), data.first)
    return float("inf") if found is None else relative_error(found, data.truth)


class Clock:
    """CPU time of learning, [seconds, error] at times; scoring does not count."""

    def __init__(self, field, data, spent=0.0):
        self.field, self.data, self.spent, self.since, self.history = field, data, spent, cpu(), []

    def score(self):
        self.spent += cpu() - self.since
        self.history.append([self.spent, trajectory_error(self.field, self.data)])
        self.since = cpu()

    def elapsed(self):
        return self.spent + cpu() - self.since


def minimise(parameters, loss, steps, decay=0.0, **settings):
    optimiser = torch.optim.LBFGS(parameters, max_iter=steps, history_size=30, line_search_fn="strong_wolfe", tolerance_change=1e-10,
                                  **settings)

    def closure():
        optimiser.zero_grad()
        value = loss() + decay * sum((p**2).sum() for p in parameters)
        value.backward()
        return value
    optimiser.step(closure)


def gradients(data, form, seed):
    """strong and weak: (field, clock)."""
    start, system = cpu(), data.system
    radius = data.radius()
    jets = data.mollifier(["", "t"], radius, degree=DEGREE)
    smooth, slopes = jets.apply(data.seen).transpose(1, 0, 2)
    torch.manual_seed(seed)
    field = Field(data, smooth, slopes)
    clock = Clock(field, data, cpu() - start)
    states = torch.from_numpy(np.ascontiguousarray(smooth.T))
    speed = torch.from_numpy(np.broadcast_to(system.speed(system.s), POINTS)[:, None].copy())
    if form == "strong":
        weight = torch.from_numpy(1 / (np.sqrt(jets.variance()[1])[:, None] * data.sigma.T))
        target = torch.from_numpy(slopes.T.copy())

        def loss():
            return ((weight * (speed * field(states) - target))**2).mean()
    else:
        kernel = dict(filter="analytic", kernel="polynomial", exponent=6)
        moved = data.mollifier(["t"], radius, **kernel)
        rows = torch.from_numpy(data.mollifier([""], radius, **kernel).apply(np.eye(POINTS))[:, 0].T.copy())
        inside = torch.from_numpy(moved.valid())
        target = torch.from_numpy(moved.apply(data.seen)[:, 0].T.copy())
        weight = torch.from_numpy(1 / (np.sqrt(moved.variance()[0].max()) * data.sigma.T))

        def loss():
            return ((weight * (rows @ (speed * field(states)) - target))[inside]**2).mean()
    return chosen(field, data, clock, loss, smooth[:, 0]), clock


def chosen(field, data, clock, loss, first):
    """Of all fits the one whose trajectory from `first` is nearest to the data; integrating counts."""
    begin, best, least = copy.deepcopy(field.state_dict()), copy.deepcopy(field.state_dict()), float("inf")
    for decay in DECAYS:
        field.load_state_dict(begin)
        for steps in FIT_STEPS:
            minimise(list(field.parameters()), loss, steps, decay)
            found = integrate(data.system, field.numpy(), first)
            misfit = float("inf") if found is None else float((((found - data.seen) / data.sigma)**2).mean())
            if misfit < least:
                best, least = copy.deepcopy(field.state_dict()), misfit
                clock.score()
    field.load_state_dict(best)
    clock.score()
    return field


def solve(field, system, first, start, points):
    """x at `points` values of s from each of `start`, differentiable: first [..., component], start [..., 1] ->
    [point, ..., component]."""
    logarithmic = system is Enzyme
    offsets = torch.from_numpy(system.s[:points] - system.s[0])

    def right(s, x):
        return (torch.exp(start + s) if logarithmic else 1.0) * field(x)
    if torchdiffeq:
        return torchdiffeq.odeint(right, first, offsets, method="dopri5", rtol=1e-4, atol=1e-5)
    states, x = [first], first
    for a, b in zip(offsets[:-1], offsets[1:]):
        h = (b - a) / 8
        for k in range(8):
            s = a + k * h
            k1 = right(s, x)
            k2 = right(s + h / 2, x + h / 2 * k1)
            k3 = right(s + h / 2, x + h / 2 * k2)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + right(s + h, x + h * k3))
        states.append(x)
    return torch.stack(states)


class Misfit:
    """Mean square of (x(t) - d) / sigma over the first points, from initial values that are learnt along."""

    def __init__(self, field, data, smooth):
        self.field, self.system = field, data.system
        self.first = torch.nn.Parameter(torch.from_numpy(smooth[:, 0].copy()))
        self.seen, self.sigma = torch.from_numpy(data.seen.T.copy()), torch.from_numpy(data.sigma.T.copy())
        self.start = torch.tensor([data.system.s[0]])

    def __call__(self, points=POINTS):
        found = solve(self.field, self.system, self.first, self.start, points)
        return (((found - self.seen[:points]) / self.sigma)**2).mean()


def polish(field, data, clock, smooth, limit):
    """On the whole trajectory: at most POLISH_STEPS steps and, but for the last five, `limit` CPU seconds."""
    misfit, began = Misfit(field, data, smooth), clock.spent
    for _ in range(POLISH_STEPS // 5):
        minimise([*field.parameters(), misfit.first], misfit, 5, max_eval=8)
        clock.score()
        if clock.elapsed() - began > limit:
            break


def learn_by_solver(field, data, clock, smooth, limit):
    """Adam, the horizon growing by quarters, each a quarter of `limit` CPU seconds."""
    misfit = Misfit(field, data, smooth)
    optimiser = torch.optim.Adam([*field.parameters(), misfit.first], lr=5e-3)
    for quarter in range(1, 5):
        while clock.elapsed() < limit * quarter / 4:
            for _ in range(20):
                optimiser.zero_grad()
                misfit(POINTS * quarter // 4).backward()
                torch.nn.utils.clip_grad_norm_(field.parameters(), 10.0)
                optimiser.step()
                if clock.elapsed() > limit * quarter / 4:
                    break
            clock.score()


def segments_misfit(field, data, smooth):
    """Mean square of (x(t) - d) / sigma on all segments at once, from the smoothed data at their starts."""
    length = POINTS // SEGMENTS
    at = np.arange(0, POINTS - length + 1, length)
    first, start = torch.from_numpy(smooth[:, at].T.copy()), torch.from_numpy(data.system.s[at][:, None].copy())
    seen = torch.from_numpy(np.stack([data.seen[:, at + k].T for k in range(length)]))
    sigma = torch.from_numpy(data.sigma.T.copy())
    return lambda: (((solve(field, data.system, first, start, length) - seen) / sigma)**2).mean()


def learn_by_segments(field, data, clock, smooth, limit):
    misfit = segments_misfit(field, data, smooth)
    while clock.elapsed() < limit:
        before = [p.detach().clone() for p in field.parameters()]
        minimise(list(field.parameters()), misfit, 25)
        clock.score()
        if all(torch.equal(a, b) for a, b in zip(before, field.parameters())):
            break


def polish_by_segments(field, data, clock, smooth, _limit):
    minimise(list(field.parameters()), segments_misfit(field, data, smooth), POLISH_STEPS)
    clock.score()


def run(system, noise, seed, limit):
    """{way: [[CPU seconds, error], ...]}."""
    data, result = Data(system, noise, seed), {}
    smooth, slopes = data.mollifier(["", "t"], data.radius(), degree=DEGREE).apply(data.seen).transpose(1, 0, 2)
    for form in ("strong", "weak"):
        field, clock = gradients(data, form, seed)
        result[form] = list(clock.history)
        for after, further in (("segments", polish_by_segments), ("solver", polish)):
            own = copy.deepcopy(field)
            onward = Clock(own, data, clock.spent)
            further(own, data, onward, smooth, limit)
            result[f"{form} + {after}"] = result[form] + onward.history
    for way, learn in (("segments", learn_by_segments), ("solver", learn_by_solver)):
        torch.manual_seed(seed)
        field = Field(data, smooth, slopes)
        clock = Clock(field, data)
        learn(field, data, clock, smooth, limit)
        result[way] = clock.history
    return result


def reached(history):
    return next((s for s, error in history if error <= BOUND), None)


def table(results):
    rows = []
    for key, runs in results.items():
        title, noise = key.split("|")
        strong = np.median([r["strong"][-1][0] for r in runs])
        for way in ("strong", "strong + segments", "strong + solver", "weak", "weak + segments", "weak + solver",
                    "segments", "solver"):
            ends = [r[way][-1] for r in runs]
            times = [reached(r[way]) for r in runs]
            rows.append([title, noise + " %", way, " / ".join(f"{100 * e[1]:.1f} %" for e in ends),
                         f"{np.median([e[0] for e in ends]) / strong:.1f}",
                         " / ".join("-" if t is None else f"{t / strong:.1f}" for t in times)])
    return markdown(["system", "noise", "learnt by", "error of the trajectory, by seed", "CPU time, over strong's",
                     f"CPU time to {100 * BOUND:.0f} %, over strong's whole"], rows)


def draw(given, results):
    noisiest = [k for k in results if k.endswith("|5") or k.endswith("|5.0")] or list(results)[:2]
    picture, axes = figure(given, len(noisiest))
    for ax, key in zip(axes[0], noisiest):
        for k, way in enumerate(("strong + segments", "weak + segments", "segments", "solver")):
            for seed, found in enumerate(results[key]):
                points = np.array([[s, min(e, 10.0)] for s, e in found[way]])
                ax.loglog(points[:, 0], points[:, 1], ".-", color=f"C{k}", label=way if seed == 0 else None, linewidth=1)
        ax.set(title=key.replace("|", ", ") + " %", xlabel="CPU s", ylabel="relative error of the trajectory")
        ax.legend(fontsize=7)
    save(given, picture)


def main():
    parser = arguments(__doc__, "ode")
    parser.add_argument("--noise", type=float, nargs="+", default=[1.0, 5.0, 10.0], help="percent of each component's deviation")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=10.0, help="CPU seconds of learning through a solver")
    given = parser.parse_args()
    results = {}
    for seed in range(given.seeds):
        for system in (LotkaVolterra, Enzyme):
            for noise in given.noise:
                results.setdefault(f"{system.title}|{noise:g}", []).append(run(system, noise, seed, given.limit))
                write(given, table(results), results)
    draw(given, results)
    print(table(results))


if __name__ == "__main__":
    main()
