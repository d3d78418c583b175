"""Kinds of random jobs (random_jobs.py): films, steady fields, waves, records. Each draws equation and truth and gives

    axes, places along them, states, equation, parameters {name: (over, truth, exponents of t, x, u in its unit or None)},
    equations of the faults {fault: equation}, {"periodic": period of the last axis} or {}

clock(T) are the times of the frames from 0 to T, n the points along an axis of space."""
import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from hunt_data import PI, bump, conservative, darcy, evolve, line, mesh
from hunt_jobs import burgers, kinetics, two_solitons
from hunt_others import echoes, orbit, separating


def profile(random):
    """A function on [0, 1] of size about 1: a few waves, a front, or bumps."""
    kind = random.choice(["waves", "front", "bumps"])
    if kind == "waves":
        a, p = random.normal(size=3) / (1, 2, 3), random.uniform(0, 2 * PI, 3)
        return kind, lambda x: sum(a[k] * np.cos((k + 1) * PI * x + p[k]) for k in range(3))
    if kind == "front":
        at, width, sign = random.uniform(0.3, 0.7), 10**random.uniform(-1.7, -0.7), random.choice([-1, 1])
        return kind, lambda x: sign * np.tanh((x - at) / width)
    a, at, width = random.normal(size=3), random.uniform(0.1, 0.9, 3), random.uniform(0.06, 0.2, 3)
    return kind, lambda x: sum(a[k] * np.exp(-(x - at[k])**2 / width[k]**2) for k in range(3))


def surface(random):
    """The same on the unit square."""
    kind = random.choice(["waves", "front", "disc", "bumps"])
    if kind == "waves":
        a, (ky, kx), p = random.normal(size=4) / 1.5, random.integers(0, 4, (2, 4)), random.uniform(0, 2 * PI, (2, 4))
        return kind, lambda y, x: sum(a[k] * np.cos(ky[k] * PI * y + p[0, k]) * np.cos(kx[k] * PI * x + p[1, k]) for k in range(4))
    angle, at, width = random.uniform(0, 2 * PI), random.uniform(0.35, 0.65, 2), 10**random.uniform(-1.6, -0.7)
    if kind == "front":
        return kind, lambda y, x: np.tanh((np.sin(angle) * (y - at[0]) + np.cos(angle) * (x - at[1])) / width)
    if kind == "disc":
        return kind, lambda y, x: np.tanh((0.22 - np.hypot(y - at[0], x - at[1])) / width)
    a, places, widths = random.normal(size=4), random.uniform(0.15, 0.85, (2, 4)), random.uniform(0.08, 0.25, 4)
    return kind, lambda y, x: sum(a[k] * bump(y, x, *places[:, k], widths[k]) for k in range(4))


def film(random, name, times, n, D=None, k=0.0, F=None, react=None, source=0.0):
    """u_t = (D(u, x) u_x - F u)_x + react(u, x) + source sin(2 pi x) - k u between closed ends, from a few waves; (t, x, u)."""
    finer = 6 if n > 60 else 8
    x = line((n - 1) * finer + 1)
    u = 0.6 + sum(random.normal() * 0.5 / np.sqrt(m) * np.cos(m * PI * x) for m in range(1, 5))
    if name in ("Fisher", "D(u)", "growth"):
        u = 0.05 + 0.9 * (u - u.min()) / np.ptp(u)
    rate = conservative(D, x, lambda u, y: (react(u, y) if react else 0.0) + source * np.sin(2 * PI * y) - k * u, F)
    return evolve(rate, u, times)[:, ::finer]


def films(random, kind, clock, n):
    D0 = 10**random.uniform(-2.3, -1.2)
    T = random.uniform(0.5, 3.0) / (D0 * 4 * PI**2)
    times, x = clock(T), line(n)
    word, shape = profile(random)
    s, k, r = random.choice([0.0, 2.0]) / T, random.uniform(0.3, 2.0) / T, random.uniform(1, 4) / T
    constant = lambda u, y: D0 + 0 * y
    known = f" - {s:.12g}*sin(2*pi*x)" if s else ""
    D, K = {"D": ("", D0, (-1, 2, 0))}, {"k": ("", k, (-1, 0, 0))}
    make = lambda **more: film(random, kind, times, n, **{"D": constant, **more})
    if kind == "heat":
        u, equation, parameters, missing = make(k=k, source=s), "dt(u) - D*dx(dx(u)) + k*u" + known, {**D, **K}, "dt(u) - D*dx(dx(u))" + known
    elif kind == "heat D(x)":
        Dx = lambda y: D0 * np.exp(0.6 * shape(y))
        u, equation, parameters = make(D=lambda u, y: Dx(y), source=s, k=k * (hidden := random.random() < 0.15)), "dt(u) - dx(D*dx(u))" + known, {"D": ("x", Dx(x), (-1, 2, 0))}
        equation, missing = equation + (f" + {k:.12g}*u" if hidden else ""), "dt(u) - dx(D*dx(u))" + known
    elif kind == "heat q(x)":
        q = lambda y: r * shape(y)
        u, equation, parameters, missing = make(react=lambda u, y: q(y)), "dt(u) - D*dx(dx(u)) - q", {**D, "q": ("x", q(x), (-1, 0, 1))}, ""
    elif kind == "two profiles":
        q, g = lambda y: r * shape(y), lambda y: k * (1.5 + np.cos(PI * y))
        u, equation, missing = make(react=lambda u, y: q(y) - g(y) * u), f"dt(u) - {D0:.12g}*dx(dx(u)) + g*u - q", ""
        parameters = {"g": ("x", g(x), None), "q": ("x", q(x), None)}
    elif kind == "drift F(x)":
        F = lambda y: 0.3 / T * shape(y)
        u, equation, parameters, missing = make(F=F), "dt(u) + dx(F*u) - D*dx(dx(u))", {**D, "F": ("x", F(x), (-1, 1, 0))}, ""
    elif kind == "Fisher":
        u, equation = make(react=lambda u, y: r * u * (1 - u)), "dt(u) - D*dx(dx(u)) - r*u*(1 - u)"
        parameters, missing = {**D, "r": ("", r, None)}, "dt(u) - D*dx(dx(u)) - r*u"
    elif kind == "growth":
        R = lambda y: 2 / T * shape(y)
        u, equation, parameters, missing = make(react=lambda u, y: R(y) * u), "dt(u) - D*dx(dx(u)) - r*u", {**D, "r": ("x", R(x), (-1, 0, 0))}, ""
    elif kind == "Allen-Cahn":
        u, equation = make(react=lambda u, y: r * (u - 1.5 * u**3)), "dt(u) - D*dx(dx(u)) - a*u + b*u^3"
        parameters, missing = {**D, "a": ("", r, None), "b": ("", 1.5 * r, None)}, "dt(u) - D*dx(dx(u)) - a*u"
    else:  # D(u)
        low, up, at, width = D0, D0 * random.uniform(2, 6), random.uniform(0.3, 0.7), 10**random.uniform(-1.5, -0.5)
        Du = lambda u: low + (up - low) / (1 + np.exp(-(u - at) / width))
        u, equation, parameters, missing = make(D=lambda m, y: Du(m), k=k * (hidden := random.random() < 0.3)), "dt(u) - dx(D*dx(u))", {"D": ("u", Du, None)}, "dt(u) - dx(D*dx(u))"
        equation += f" + {k:.12g}*u" if hidden else ""
    return "tx", (times, x), {"u": u}, equation, parameters, {"missing term": missing if missing != equation else "", "wrong sign": equation.replace(known, known.replace("-", "+")) if known and known in equation else ""}, {}


def steady(random, kind, _, n):
    x, (word, shape) = line(n), surface(random)
    w = random.uniform(5, 20)
    level, tilt = random.choice([0.0, 1.0]), random.uniform(-1, 1, 2)
    edge = lambda y, x: level * (tilt[0] * y + tilt[1] * x)
    even = random.random() < 0.5
    W, formula = (lambda y, x: w + 0 * x, f"{w:.12g}") if even else (lambda y, x: w * np.sin(PI * x) * np.cos(2 * PI * y) + w, f"{w:.12g}*sin(pi*x)*cos(2*pi*y) + {w:.12g}")
    grid, one = mesh(x, x), lambda y, x: 1 + 0 * x
    field = lambda y, x: np.exp(0.5 * shape(y, x))
    if kind == "Darcy":
        _, u = darcy(field, W, n, edge=edge)
        equation = f"dx(T*dx(u)) + dy(T*dy(u)) + {formula}"
        return "yx", (x, x), {"u": u}, equation, {"T": ("yx", field(*grid), None)}, {"missing term": f"T*lap(u) + {formula}", "wrong sign": ""}, {}
    if kind == "rate of lap":
        _, u = darcy(one, lambda y, x: W(y, x) / field(y, x), n, edge=edge)
        return "yx", (x, x), {"u": u}, f"r*lap(u) + {formula}", {"r": ("yx", field(*grid), None)}, {}, {}
    if kind == "reaction k(y,x)":
        fine = mesh(*[line((n - 1) * 4 + 1)] * 2)
        k = lambda y, x: 20 * np.exp(0.5 * shape(y, x))
        _, u = darcy(one, W, n, edge=lambda y, x: 0.5 + edge(y, x), k=-k(*fine)[1:-1, 1:-1].ravel())
        return "yx", (x, x), {"u": u}, f"lap(u) - k*u + {formula}", {"k": ("yx", k(*grid), None)}, {"missing term": f"lap(u) - k + {formula}"}, {}
    if kind == "elastic":
        G, k = lambda y, x: 4000 * field(y, x), 1000 * (2 * PI * random.uniform(30, 60))**2
        _, u = darcy(G, lambda y, x: 0 * x, n, k=k * 0.08**2, edge=lambda y, x: (x == 0) * (1 + 0.3 * np.cos(PI * y)) * 1e-6)
        return "yx", (0.08 * x, 0.08 * x), {"u": u}, f"dx(G*dx(u)) + dy(G*dy(u)) + {k:.12g}*u", {"G": ("yx", G(*grid), None)}, {}, {}
    T, R = random.uniform(0.5, 3), lambda y, x: w * shape(y, x)  # groundwater recharge, T known
    _, u = darcy(lambda y, x: T + 0 * x, R, n, edge=edge)
    return "yx", (x, x), {"u": u}, f"{T:.12g}*lap(u) + W", {"W": ("yx", R(*grid), None)}, {}, {}


def waves(random, kind, clock, n):
    if kind == "wave c2(x)":
        word, shape = profile(random)
        c2 = lambda x: np.exp(0.4 * shape(x))
        return "tx", (times := clock(1.0), line(n)), {"u": echoes(c2, n, len(times))}, 'd(u,\\"tt\\") - dx(c2*dx(u))', {"c2": ("x", c2(line(n)), (-2, 2, 0))}, {}, {}
    T, c2, g = random.uniform(1, 4), random.uniform(0.2, 1), random.uniform(0.2, 1)
    t, x = mesh(times := clock(T), line(n))
    if kind == "damped wave":
        u = sum(random.normal() / k * np.exp(-g / 2 * t) * np.cos(np.sqrt(c2 * (k * PI)**2 - g**2 / 4) * t + random.uniform(0, 6)) * np.sin(k * PI * x) for k in (1, 2, 3))
        return "tx", (times, line(n)), {"u": u}, 'd(u,\\"tt\\") + g*dt(u) - c2*d(u,\\"xx\\")', {"g": ("", g, (-1, 0, 0)), "c2": ("", c2, (-2, 2, 0))}, {"missing term": 'd(u,\\"tt\\") - c2*d(u,\\"xx\\")'}, {}
    if kind == "advection":
        c, D = random.uniform(0.1, 0.4) / T * 2, 10**random.uniform(-3, -2) / T
        u = sum(a * np.exp(-D * k**2 * t) * np.cos(k * (x - c * t) + p) for a, k, p in zip(random.normal(size=4), random.uniform(2, 14, 4), random.uniform(0, 6, 4)))
        return "tx", (times, line(n)), {"u": u}, "dt(u) + c*dx(u) - D*dx(dx(u))", {"c": ("", c, (-1, 1, 0)), "D": ("", D, (-1, 2, 0))}, {"missing term": "dt(u) + c*dx(u)"}, {}
    if kind == "KdV":
        t, x = mesh(times := clock(4.0), space := line(max(n, 80), 12.0, -12.0))
        return "tx", (times, space), {"u": two_solitons(t, x)}, 'dt(u) + a*u*dx(u) + b*d(u, \\"xxx\\")', {"a": ("", 6.0, None), "b": ("", 1.0, None)}, {"missing term": "dt(u) + a*u*dx(u)"}, {}
    if kind == "Burgers":
        nu = 10**random.uniform(-1.7, -1)
        t, x = mesh(times := clock(8.0), space := line(n, 2 * PI))
        return "tx", (times, space), {"u": burgers(t, x, nu)}, "dt(u) + a*u*dx(u) - nu*dx(dx(u))", {"a": ("", 1.0, None), "nu": ("", nu, None)}, {"missing term": "dt(u) + a*u*dx(u)"}, {}
    if kind == "Cahn-Hilliard":
        times = clock(0.02)
        return "tx", (times, line(64 + 1)[:-1]), {"u": separating(times)}, "dt(u) - M*dx(dx(u^3 - u)) + L*dx(dx(dx(dx(u))))", {"M": ("", 1.0, None), "L": ("", 0.0008, None)}, {}, {"periodic": 1.0}
    L, m, times = 20 * PI, 96, clock(20.0)  # Kuramoto-Sivashinsky
    wave = 2 * PI / L * np.fft.rfftfreq(m, 1 / m)
    rate = lambda _, v: np.fft.irfft((wave**2 - wave**4) * (V := np.fft.rfft(v)) - 0.5j * wave * np.fft.rfft(v**2) * (np.arange(len(wave)) < m / 3))
    y = L * np.arange(m) / m
    start = solve_ivp(rate, (0, 60), np.cos(y / 10 * 1) * (1 + np.sin(y / 10)) + 0.3 * np.cos(y / 2 + random.uniform(0, 6)), "BDF", rtol=1e-6, atol=1e-8).y[:, -1]
    u = solve_ivp(rate, (0, 20), start, "BDF", times, rtol=1e-8, atol=1e-10).y.T
    return "tx", (times, y), {"u": u}, 'dt(u) + a*u*dx(u) + b*dx(dx(u)) + c*d(u,\\"xxxx\\")', {"a": ("", 1.0, None), "b": ("", 1.0, None), "c": ("", 1.0, None)}, {}, {"periodic": L}


def records(random, kind, clock, n):
    T = random.uniform(4, 16)
    times = clock(T)
    if kind == "Langevin":
        word, shape = profile(random)
        k, force = random.uniform(0.2, 2), lambda t: 2 * shape(t / T)
        fine = np.linspace(0, T, 4001)
        u = CubicSpline(fine, solve_ivp(lambda t, u: -k * u + force(t), (0, T), [random.normal()], "DOP853", fine, rtol=1e-9, atol=1e-11, max_step=T / 200).y[0])(times)
        return "t", (times,), {"u": u}, f"dt(u) + {k:.12g}*u - f", {"f": ("t", force(times), (-1, 0, 1))}, {}, {}
    if kind == "oscillator":
        w, g, c = random.uniform(0.5, 2), random.uniform(0.02, 0.3), random.choice([0.0, 1.0])
        u = orbit(lambda q, v: [v, -w * q - g * v - c * q**3], [random.uniform(0.5, 2), 0.0], times)[0]
        law = 'd(u,\\"tt\\") + g*dt(u) + w*u'
        return "t", (times,), {"u": u}, law + (" + c*u^3" if c else ""), {"g": ("", g, None), "w": ("", w, None), **({"c": ("", c, None)} if c else {})}, {"missing term": law if c else ""}, {}
    if kind == "kinetics":
        k1, k2 = random.uniform(0.5, 2) / T * 3, random.uniform(3, 9) / T * 3
        a, b = kinetics(k1, k2, times)
        return "t", (times,), {"A": a, "B": b}, "dt(A) + k1*A|dt(B) - k1*A + k2*B", {"k1": ("", k1, None), "k2": ("", k2, None)}, {"missing term": "dt(A) + k1*A|dt(B) - k2*A"}, {}
    a, b, c, e = 1.0, random.uniform(0.3, 0.7), random.uniform(0.2, 0.5), random.uniform(0.5, 1)
    p, h = orbit(lambda p, h: [a * p - b * p * h, c * p * h - e * h], [3.0, 1.0], 1.0 * times)
    return "t", (1.0 * times,), {"p": p, "h": h}, "dt(p) - a*p + b*p*h|dt(h) - c*p*h + e*h", {m: ("", v, None) for m, v in zip("abce", (a, b, c, e))}, {"missing term": "dt(p) - a*p + b*h|dt(h) - c*p + e*h"}, {}


KINDS = {films: ("heat", "heat", "heat D(x)", "heat D(x)", "heat q(x)", "two profiles", "drift F(x)", "Fisher", "growth", "Allen-Cahn", "D(u)"),
         steady: ("Darcy", "Darcy", "rate of lap", "reaction k(y,x)", "elastic", "recharge"),
         waves: ("wave c2(x)", "damped wave", "advection", "KdV", "Burgers", "Cahn-Hilliard", "KS"),
         records: ("Langevin", "oscillator", "kinetics", "predators")}
