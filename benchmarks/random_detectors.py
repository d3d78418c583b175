"""What becomes of data between a thing and its file, for `hunt.py --random` with seeds from 1001 on: a seed draws the thing (films, waves, kinetics), its
noise and one of the faults below. Nothing in the deck tells of the fault; it is all by default."""
import numpy as np

from hunt_data import PI, Job, along, deck, line, mesh
from hunt_jobs import burgers, kinetics
from random_cases import modes
from random_kinds import film, profile


# Things: axes, upper ends, clean states, form, residuals, parameters {name: over}, truth.

def decay(random, frames, n):
    D, k = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    t, x = mesh(line(frames), line(n))
    return "tx", (1, 1), {"u": modes(random, D, k, t, x)}, "dt(u) - D*dx(dx(u)) + k*u", {"D": "", "k": ""}, {"D": D, "k": k}


def carried(random, frames, n):
    c, D = random.uniform(-0.5, 0.5), 10**random.uniform(-3, -2)
    t, x = mesh(line(frames), line(n))
    u = sum(a * np.exp(-D * m**2 * t) * np.cos(m * (x - c * t) + p) for a, m, p in zip(random.normal(size=4), random.uniform(2, 12, 4), random.uniform(0, 6, 4)))
    return "tx", (1, 1), {"u": u}, "dt(u) + c*dx(u) - D*dx(dx(u))", {"c": "", "D": ""}, {"c": c, "D": D}


def growing(random, frames, n):
    D, r = 10**random.uniform(-2.3, -1.5), random.uniform(1, 4)
    u = film(random, "Fisher", line(frames), n, lambda u, y: D + 0 * y, react=lambda u, y: r * u * (1 - u))
    return "tx", (1, 1), {"u": u}, "dt(u) - D*dx(dx(u)) - r*u*(1 - u)", {"D": "", "r": ""}, {"D": D, "r": r}


def sourced(random, frames, n):
    D, (_, shape) = 10**random.uniform(-2.2, -1.3), profile(random)
    u = film(random, "heat", line(frames), n, lambda u, y: D + 0 * y, react=lambda u, y: shape(y))
    return "tx", (1, 1), {"u": u}, "dt(u) - D*dx(dx(u)) - q", {"D": "", "q": "x"}, {"D": D, "q": shape(line(n))}


def steepening(random, frames, n):
    nu = 10**random.uniform(-1.7, -1)
    t, x = mesh(line(frames, 8.0), line(n, 2 * PI))
    return "tx", (8, 2 * PI), {"u": burgers(t, x, nu)}, "dt(u) + a*u*dx(u) - nu*dx(dx(u))", {"a": "", "nu": ""}, {"a": 1.0, "nu": nu}


def ringing(random, frames, n):
    g, c2, T = random.uniform(0.2, 1), random.uniform(0.2, 1), random.uniform(1, 3)
    t, x = mesh(line(frames, T), line(n))
    u = sum(random.normal() / k * np.exp(-g / 2 * t) * np.cos(np.sqrt(c2 * (k * PI)**2 - g**2 / 4) * t + random.uniform(0, 6)) * np.sin(k * PI * x) for k in (1, 2, 3))
    return "tx", (T, 1), {"u": u}, 'd(u,\\"tt\\") + g*dt(u) - c2*d(u,\\"xx\\")', {"g": "", "c2": ""}, {"g": g, "c2": c2}


def reacting(random, frames, n):
    k1, k2 = random.uniform(1, 5), random.uniform(6, 20)
    a, b = kinetics(k1, k2, line(3 * frames))
    return "t", (1,), {"A": a, "B": b}, "dt(A) + k1*A|dt(B) - k1*A + k2*B", {"k1": "", "k2": ""}, {"k1": k1, "k2": k2}


# Faults: of a random generator, clean states and the noise (a share of the deviation) the states of the file.

def white(draw, states, noise):
    return {name: u + noise * u.std() * draw.standard_normal(u.shape) for name, u in states.items()}


def each(change):
    return lambda draw, states, noise: {name: change(draw, u, noise * u.std()) for name, u in states.items()}


def after(change):
    return lambda draw, states, noise: {name: change(u) for name, u in white(draw, states, noise).items()}


def rows(draw, u, sigma):
    return sigma * draw.standard_normal(u.shape[:1] + (1,) * (u.ndim - 1))


def drift(draw, u, sigma):
    """A baseline that wanders from frame to frame, about as far as three deviations of the noise."""
    walk = np.cumsum(draw.standard_normal(len(u)))
    return (walk - walk.mean()).reshape((-1,) + (1,) * (u.ndim - 1)) * 3 * sigma / max(walk.std(), 1e-300)


def repeated(draw, u, sigma):
    seen = u + sigma * draw.standard_normal(u.shape)
    for i in range(1, len(u)):
        if draw.random() < 0.2:
            seen[i] = seen[i - 1]
    return seen


def remembered(draw, u, sigma):
    """Noise of which each frame remembers 0.7 of the last (AR(1))."""
    noise = draw.standard_normal(u.shape)
    for i in range(1, len(u)):
        noise[i] = 0.7 * noise[i - 1] + np.sqrt(1 - 0.49) * noise[i]
    return u + sigma * noise


def averaged(u, axis, width=5):
    kernel = np.ones(width) / width
    padded = np.pad(u, [(width // 2,) * 2 if a == axis else (0, 0) for a in range(u.ndim)], "edge")
    return np.apply_along_axis(lambda v: np.convolve(v, kernel, "valid"), axis, padded)


def thinned(u, axis, every=3):
    """Every third value alone, and straight lines between."""
    kept = np.arange(0, u.shape[axis], every)
    return np.apply_along_axis(lambda v: np.interp(np.arange(len(v)), kept, v[kept]), axis, u)


def clipped(draw, u, sigma):
    return np.minimum(u + sigma * draw.standard_normal(u.shape), u.min() + 0.8 * np.ptp(u))


def sliding(draw, u, sigma):
    """The camera moves by a third of a pixel from the first to the last frame."""
    if u.ndim == 1:
        return u + sigma * draw.standard_normal(u.shape)
    at = np.arange(u.shape[1])
    moved = np.array([np.interp(at + 1.0 * i / len(u), at, v) for i, v in enumerate(u)])
    return moved + sigma * draw.standard_normal(u.shape)


def delayed(draw, states, noise):
    """The last state (the only one) is a frame late."""
    made = white(draw, states, noise)
    last = list(made)[-1]
    made[last] = np.concatenate([made[last][:1], made[last][:-1]])
    return made


def crosstalk(draw, states, noise):
    names = list(states)
    mixed = {name: states[name] + 0.05 * states[other] for name, other in zip(names, names[1:] + names[:1])}
    return white(draw, mixed, noise)


FAULTS = {
    "in steps of a twentieth of the range": each(lambda draw, u, s: np.round((u + s * draw.standard_normal(u.shape)) / (q := np.ptp(u) / 20)) * q),
    "in float32 on 300 000": each(lambda draw, u, s: (3e5 + u + s * draw.standard_normal(u.shape)).astype(np.float32)),
    "an offset of a tenth": each(lambda draw, u, s: u + 0.1 * u.std() + s * draw.standard_normal(u.shape)),
    "scaled by 1.2": each(lambda draw, u, s: 1.2 * u + s * draw.standard_normal(u.shape)),
    "clipped at four fifths": each(clipped),
    "blurred along the last axis": each(lambda draw, u, s: along(np.pad(u, [(0, 0)] * (u.ndim - 1) + [(6, 6)], "edge"), 1.5)[..., 6:-6] + s * draw.standard_normal(u.shape)),
    "noise that remembers": each(remembered),
    "averaged over five frames": after(lambda u: averaged(u, 0)),
    "averaged over five along the last axis": after(lambda u: averaged(u, u.ndim - 1)),
    "interpolated in time": after(lambda u: thinned(u, 0)),
    "interpolated along the last axis": after(lambda u: thinned(u, u.ndim - 1)),
    "2 % zeros": each(lambda draw, u, s: np.where(draw.random(u.shape) < 0.02, 0.0, u + s * draw.standard_normal(u.shape))),
    "2 % of -9999": each(lambda draw, u, s: np.where(draw.random(u.shape) < 0.02, -9999.0, u + s * draw.standard_normal(u.shape))),
    "Student's noise, 2.5 degrees": each(lambda draw, u, s: u + 0.6 * s * draw.standard_t(2.5, u.shape)),
    "noise of a share of each value": each(lambda draw, u, s: u * (1 + s / u.std() * draw.standard_normal(u.shape))),
    "each frame brighter or darker": each(lambda draw, u, s: u * (1 + rows(draw, u, 2 * s / u.std())) + s * draw.standard_normal(u.shape)),
    "a baseline that wanders": each(lambda draw, u, s: u + drift(draw, u, s) + s * draw.standard_normal(u.shape)),
    "a fifth of the frames repeated": each(repeated),
    "each frame over its maximum": after(lambda u: u / np.abs(u).max(axis=-1, keepdims=True) if u.ndim > 1 else u / u.max()),
    "a camera that slides": each(sliding),
    "a frame late": delayed,
    "cross-talk": crosstalk,
    "axes exchanged": after(lambda u: u.T.copy()),
    "counts of photons": each(lambda draw, u, s: draw.poisson(20 + 200 * (u - u.min()) / np.ptp(u)) / 200 * np.ptp(u) + u.min() - 0.1 * np.ptp(u)),
}
THINGS = (decay, decay, carried, growing, sourced, steepening, ringing, reacting)


def random_detector(seed):
    random = np.random.default_rng(1000 + seed)
    thing, fault, noise = random.choice(THINGS), random.choice(list(FAULTS)), 10**random.uniform(-3, -1)
    frames, n = int(random.integers(24, 61)), int(random.integers(24, 61))
    frames = n if fault == "axes exchanged" else frames
    axes, upper, states, law, parameters, truth = thing(random, frames, n)
    form = "weak" if "|" not in law and random.random() < 0.3 else "strong"
    residuals = ", ".join(f'"{residual}"' for residual in law.split("|"))
    text = deck(axes, next(iter(states.values())).shape, upper, list(states), f'residuals = [{residuals}]\nform = "{form}"', parameters)
    name = f"{seed} {thing.__name__}, {form}, {' x '.join(map(str, next(iter(states.values())).shape))}, {100 * noise:.2g} %, {fault}"
    return Job(name, text, lambda draw: FAULTS[fault](draw, states, noise), truth)
