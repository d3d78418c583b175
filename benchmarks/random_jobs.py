"""Random jobs of the kinds that users have, for `hunt.py --random FIRST LAST`: a seed draws the equation, the truth, the grid, the noise and a fault.

Half of them have no fault; the others one of: gaps, a block without data, few frames, uneven times, SI units, noise said three times too large or too
small, outliers, a term missing from the equation, a known source with the wrong sign. Everything else is left to the defaults."""
import numpy as np

from hunt_data import Job, deck
from random_kinds import KINDS, records, steady

FAULTS = ("gaps", "block", "few frames", "uneven", "units", "noise x 3", "noise / 3", "outliers", "missing term", "wrong sign")
OWN_CLOCK = ("wave c2(x)", "Cahn-Hilliard", "KS")    # solved at even times, many of them


def random_job(seed):
    random = np.random.default_rng(1000 + seed)
    maker = list(KINDS)[random.choice(4, p=[0.4, 0.25, 0.25, 0.1])]
    kind = random.choice(KINDS[maker])
    fault = random.choice(FAULTS) if random.random() < 0.5 else ""
    if maker is steady or kind in OWN_CLOCK:
        fault = "" if fault in ("few frames", "uneven") else fault
    noise = 10**random.uniform(-3, np.log10(0.2))
    n, frames = int(random.integers(24, 73)), int(random.integers(24, 61))
    frames = (6 if fault == "few frames" else frames) * (3 if maker is records else 1)
    apart = random.uniform(0.5, 1.5, frames - 1) if fault == "uneven" else np.ones(frames - 1)
    clock = lambda T: T * np.concatenate([[0.0], np.cumsum(apart)]) / apart.sum()
    return with_fault(f"{seed} {kind}", maker(random, kind, clock, n), noise, fault, random)


def in_units(fault, axes, parameters, equation, random):
    """Scales of t, x and the states."""
    if fault == "units" and axes in ("tx", "t") and all(entry[2] for entry in parameters.values()) and "sin(" not in equation:
        return {"t": 10**random.uniform(-6, 6), "x": 10**random.uniform(-6, 4), "u": 10**random.uniform(-9, 9)}
    return None


def text_of(axes, places, states, equation, parameters, period, noise, uneven):
    upper = [place[-1] for place in places]
    more = ""
    if period:
        upper[-1], more = period, f'periodic = ["{axes[-1]}"]\n'
    residuals = ", ".join(f'"{residual}"' for residual in equation.split("|"))
    written = f"residuals = [{residuals}]" if "|" in equation else f"residual = {residuals}"
    text = deck(axes, [len(place) for place in places], upper, states, written, parameters, (), more, [place[0] for place in places])
    if uneven:
        names = ", ".join(f'"{axis}_"' for axis in axes)
        rows = [row for row in text.splitlines() if not row.startswith(("points", "lower", "upper"))]
        text = "\n".join(rows).replace("[observations", f'coordinates = {{ file = "data.h5", datasets = [{names}] }}\n[observations', 1) + "\n"
    for state, sigma in noise.items():
        text = text.replace(f'dataset = "{state}"\n', f'dataset = "{state}"\nnoise = {sigma:.6g}\n')
    return text


def with_fault(name, made, noise, fault, random):
    axes, places, states, equation, parameters, equations, periodic = made
    if fault in ("missing term", "wrong sign"):
        equation, fault = (equations[fault], fault) if equations.get(fault) else (equation, "")
    scale = in_units(fault, axes, parameters, equation, random)
    fault = "" if fault == "units" and not scale else fault
    parameters = {p: entry for p, entry in parameters.items() if p in equation}
    truth = {p: entry[1] for p, entry in parameters.items()}
    if scale:
        places = [scale[axis] * place for axis, place in zip(axes, places)]
        states = {state: scale["u"] * values for state, values in states.items()}
        truth = {p: value * np.prod([scale[axis]**k for axis, k in zip("txu", parameters[p][2])]) for p, value in truth.items()}
    sigma = {state: noise * values.std() for state, values in states.items()}
    factor = {"noise x 3": 3.0, "noise / 3": 1 / 3}.get(fault)
    text = text_of(axes, places, states, equation, {p: entry[0] for p, entry in parameters.items()}, periodic.get("periodic"),
                   {state: factor * s for state, s in sigma.items()} if factor else {}, fault == "uneven")
    share, block = random.choice([0.02, 0.1, 0.3]), [(random.uniform(0.1, 0.6), random.uniform(0.15, 0.3)) for _ in axes]

    def data(draw):
        out = {f"{axis}_": place for axis, place in zip(axes, places)} if fault == "uneven" else {}
        for state, values in states.items():
            noisy = values + sigma[state] * draw.standard_normal(values.shape)
            if fault == "gaps":
                noisy[draw.random(values.shape) < share] = np.nan
            if fault == "outliers":
                noisy += np.where(draw.random(values.shape) < 0.01, 10 * sigma[state] * draw.choice([-1, 1], values.shape), 0)
            if fault == "block":
                noisy[tuple(slice(int(a * m), int((a + b) * m)) for (a, b), m in zip(block, values.shape))] = np.nan
            out[state] = noisy
        return out
    over = "u" if any(callable(value) for value in truth.values()) else ""
    points = " x ".join(str(len(place)) for place in places)
    return Job(f"{name}, {points}, {100 * noise:.2g} %{', ' + fault if fault else ''}", text, data, truth, over)
