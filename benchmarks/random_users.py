"""What people ask of data, for `hunt.py --random` with seeds from 2001 on: too many terms, constants that act as one, bounds and logarithms, data that hold
nothing, layers, fronts that are carried, edges, stretched axes, units, complex waves. Each maker gives a name and a Job; some decks are wrong on purpose."""
import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import erf

from hunt_data import PI, Job, conservative, darcy, deck, evolve, line, mesh, noisy, with_gaps
from hunt_jobs import burgers
from random_cases import modes
from random_kinds import film, profile, surface


def keyed(text, parameter, keys):
    return text.replace(f"[parameters.{parameter}]\n", f"[parameters.{parameter}]\n{keys}\n")


def placed(text, axes):
    """The grid by coordinates in the file."""
    kept = [row for row in text.splitlines() if not row.startswith(("points", "lower", "upper"))]
    names = ", ".join(f'"{axis}_"' for axis in axes)
    return "\n".join(kept).replace("[observations", f'coordinates = {{ file = "data.h5", datasets = [{names}] }}\n[observations', 1) + "\n"


def library(random, n, noise):
    """Seven terms for two: the others are 0."""
    D, k = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    t, x = mesh(line(n), line(n))
    law, form = "dt(u) - a - b*u - c*dx(u) - D*dx(dx(u)) - e*u*dx(u) - f*u^2", random.choice(["strong", "weak"])
    return f"a library of terms, {form}", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "{law}"\nform = "{form}"', dict.fromkeys("abcDef", "")),
                                              noisy(noise, u=modes(random, D, k, t, x)), {"a": 0.0, "b": -k, "c": 0.0, "D": D, "e": 0.0, "f": 0.0})


def product(random, n, noise):
    """Two constants of which the data tell the product alone."""
    D, k = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    t, x = mesh(line(n), line(n))
    return "a product of two", Job("", deck("tx", (n, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + a*b*u"', dict.fromkeys("Dab", "")),
                                   noisy(noise, u=modes(random, D, k, t, x)), {"D": D, "a": 3 * k, "b": 1 / 3})


def saturating(random, n, noise):
    """Michaelis and Menten, from far below the half saturation to far above."""
    V, K, start = random.uniform(0.5, 3), 10**random.uniform(-1.5, 1.5), 1.0
    times = line(3 * n, random.uniform(1, 4) * (K + start) / V)
    u = solve_ivp(lambda t, u: -V * u / (K + u), (0, times[-1]), [start], "LSODA", times, rtol=1e-9, atol=1e-12).y[0]
    return f"Michaelis-Menten, K = {K:.2g}", Job("", keyed(keyed(deck("t", (3 * n,), (times[-1],), ["u"], 'residual = "dt(u) + V*u/(K + u)"', dict.fromkeys("VK", "")), "K", "lower = 0.0\ninitial = 1.0"), "V", "initial = 1.0"),
                                                 noisy(noise, u=u), {"V": V, "K": K})


def bounded(random, n, noise):
    """A bound between the first guess and the truth, or far away."""
    D, k, wrong = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2), random.random() < 0.6
    t, x = mesh(line(n), line(n))
    text = deck("tx", (n, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""})
    which = random.choice(["D", "k"])
    limit = {"D": D, "k": k}[which] * (random.uniform(0.3, 0.8) if wrong else 10)
    return f"{which} bounded {'away' if wrong else 'widely'}", Job("", keyed(text, which, f"upper = {limit:.6g}\ninitial = {limit / 2:.6g}"), noisy(noise, u=modes(random, D, k, t, x)), {"D": D, "k": k})


def logarithm(random, n, noise):
    """A positive constant or field by its logarithm, from a first guess far off."""
    D, k, off = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2), 10**random.uniform(-4, 4)
    t, x = mesh(line(n), line(n))
    text = deck("tx", (n, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""})
    return f"log D from {off:.1g} D", Job("", keyed(text, "D", f'transform = "log"\ninitial = {off * D:.6g}'), noisy(noise, u=modes(random, D, k, t, x)), {"D": D, "k": k})


def nothing(random, n, noise):
    """A film that has come to rest, or is even."""
    D, k, even = 0.05, 0.5, random.random() < 0.5
    t, x = mesh(line(n), line(n))
    u = 1 + 0.3 * np.exp(-k * t) if even else 1 + 0.3 * x + 0 * t
    law = "dt(u) - D*dx(dx(u)) + k*(u - 1)" if even else "dt(u) - D*dx(dx(u))"
    return "a film that is " + ("even" if even else "at rest"), Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "{law}"', {"D": "", "k": ""} if even else {"D": ""}), noisy(noise, u=u), {"D": D, "k": k} if even else {"D": D})


def layer(random, n, noise):
    """-e u'' + c u' = 1, u = 0 at both ends: a layer at x = 1."""
    e, form = 10**random.uniform(-2.3, -0.5), random.choice(["strong", "weak"])
    x = line(4 * n)
    u = x - (np.exp((x - 1) / e) - np.exp(-1 / e)) / (1 - np.exp(-1 / e))
    return f"a layer of {e:.2g}, {form}", Job("", deck("x", (4 * n,), (1,), ["u"], f'residual = "-e*d(u,\\"xx\\") + c*dx(u) - 1"\nform = "{form}"', {"e": "", "c": ""}), noisy(noise, u=u), {"e": e, "c": 1.0})


def front(random, n, noise):
    """A front of a few cells that is carried along: advection far above diffusion."""
    c, D, width = random.uniform(0.3, 0.6), 10**random.uniform(-4, -2.7), random.uniform(0.5, 3) / n
    t, x = mesh(line(n), line(2 * n))
    u = 0.5 - 0.5 * erf((x - 0.2 - c * t) / np.sqrt(width**2 + 4 * D * t))
    form = random.choice(["strong", "weak"])
    return f"a front carried along, {form}", Job("", deck("tx", (n, 2 * n), (1, 1), ["u"], f'residual = "dt(u) + c*dx(u) - D*dx(dx(u))"\nform = "{form}"', {"c": "", "D": ""}), noisy(noise, u=u), {"c": c, "D": D})


def blocks(random, n, noise):
    """A rate in blocks with sharp edges."""
    n, w, (low, up) = 24 + n // 3, random.uniform(5, 20), np.sort(np.exp(random.normal(0, 0.7, 2)))
    a, b = random.uniform(0.15, 0.5, 2), random.uniform(0.2, 0.35, 2)
    r = lambda y, x: np.where((y > a[0]) & (y < a[0] + b[0]) & (x > a[1]) & (x < a[1] + b[1]), up, low)
    _, u = darcy(lambda y, x: 1 + 0 * x, lambda y, x: w / r(y, x), n)
    return f"a rate in blocks, {low:.2g} and {up:.2g}", Job("", deck("yx", (n, n), (1, 1), ["u"], f'residual = "r*lap(u) + {w:.12g}"', {"r": "yx"}), noisy(noise, u=u), {"r": r(*mesh(line(n), line(n)))})


def constant_field(random, n, noise):
    """A field that is none: one number everywhere."""
    D, k = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    t, x = mesh(line(n), line(n))
    which = random.choice(["D", "k"])
    law = "dt(u) - dx(D*dx(u)) + k*u"
    return f"{which} over x, even", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "{law}"', {"D": "x" if which == "D" else "", "k": "x" if which == "k" else ""}),
                                        noisy(noise, u=modes(random, D, k, t, x)), {"D": np.full(n, D) if which == "D" else D, "k": np.full(n, k) if which == "k" else k})


def complex_wave(random, n, noise):
    """Ginzburg and Landau: A_t = A + (1 + i b) A_xx - (1 + i c) |A|^2 A on a ring."""
    b, c, L, m = random.uniform(-1, 1), random.uniform(-1, 1), 30.0, 96
    q = 2 * PI / L * np.fft.fftfreq(m, 1 / m)
    rate = lambda _, A: A + np.fft.ifft(-(1 + 1j * b) * q**2 * np.fft.fft(A)) - (1 + 1j * c) * np.abs(A)**2 * A
    x = L * np.arange(m) / m
    start = (0.3 + 0.5 * np.exp(-(x - 12)**2 / 8) * np.exp(2j * PI * 3 * x / L)).astype(complex)
    times = line(n, 4.0)
    A = solve_ivp(rate, (0, 4.0), start, "RK45", times, rtol=1e-8, atol=1e-10).y.T
    law = ["dt(p) - p - dx(dx(p)) + b*dx(dx(q)) + (p^2 + q^2)*(p - c*q)", "dt(q) - q - dx(dx(q)) - b*dx(dx(p)) + (p^2 + q^2)*(q + c*p)"]
    form = random.choice(["strong", "weak"])
    return f"Ginzburg-Landau, {form}", Job("", deck("tx", (n, m), (4, L), ["p", "q"], f'residuals = ["{law[0]}", "{law[1]}"]\nform = "{form}"', {"b": "", "c": ""}, (), 'periodic = ["x"]\n'),
                                           noisy(noise, p=A.real, q=A.imag), {"b": b, "c": c})


def stretched(random, n, noise):
    """Points that lie closer at one end, tenfold, or in the middle; times by their logarithm."""
    D, k = 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    s = line(n)
    x_ = random.choice(["end", "middle"])
    x_ = np.expm1(2.3 * s) / np.expm1(2.3) if x_ == "end" else s - 0.13 * np.sin(2 * PI * s)
    t_ = np.expm1(2.3 * s) / np.expm1(2.3) if random.random() < 0.5 else s
    t, x = mesh(t_, x_)
    make = noisy(noise, u=modes(random, D, k, t, x))
    return "stretched axes", Job("", placed(deck("tx", (n, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""}), "tx"), lambda draw: {"t_": t_, "x_": x_, **make(draw)}, {"D": D, "k": k})


def small(random, n, noise):
    """A dozen frames of a dozen pixels, some of them dead."""
    frames, n, D, k = int(random.integers(6, 14)), int(random.integers(9, 16)), 10**random.uniform(-2.2, -1.3), random.uniform(0.3, 2)
    t, x = mesh(line(frames), line(n))
    u = 0.5 + sum(random.normal() * np.exp(-(k + D * m**2) * t) * np.cos(m * x + random.uniform(0, 6)) for m in random.uniform(2, 6, 3))
    make = noisy(noise, u=u - 0.5 + 0.5 * np.exp(-k * t))
    return f"{frames} x {n} pixels", Job("", deck("tx", (frames, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""}), with_gaps(make, 0.05), {"D": D, "k": k})


def in_units(random, n, noise):
    """A cell's ring in micrometres, seconds and molecules, or in metres; D and a profile."""
    D, T, L, (_, shape) = 10**random.uniform(-2.2, -1.3), 10**random.uniform(-3, 5), 10**random.uniform(-6, 3), profile(random)
    size = 10**random.uniform(-9, 12)
    u = size * film(random, "heat", line(n), n, lambda u, y: D + 0 * y, react=lambda u, y: 2 * shape(y) * u)
    return f"D and a rate over x, L = {L:.1g}, T = {T:.1g}", Job("", deck("tx", (n, n), (T, L), ["u"], 'residual = "dt(u) - D*dx(dx(u)) - r*u"', {"D": "", "r": "x"}), noisy(noise, u=u),
                                                                {"D": D * L**2 / T, "r": 2 * shape(line(n)) / T})


def porous(random, n, noise):
    """u_t = m (u^p)_xx - k u: a front that ends in nothing, or not."""
    p, m, k, floor = int(random.integers(2, 4)), 10**random.uniform(-2.5, -1.5), random.uniform(0.2, 1), random.choice([0.0, 0.2])
    x = line((n - 1) * 8 + 1)
    u = evolve(conservative(lambda u, y: m * p * np.maximum(u, 0)**(p - 1), x, lambda u, y: -k * u), floor + np.maximum(0, 1 - ((x - 0.4) / 0.3)**2), line(n))[:, ::8]
    form = random.choice(["strong", "weak"])
    return f"porous medium, u^{p}, {form}, on {floor}", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "dt(u) - m*dx(dx(u^{p})) + k*u"\nform = "{form}"', {"m": "", "k": ""}), noisy(noise, u=u), {"m": m, "k": k})


def blind(random, n, noise):
    """A rate over x that acts on nothing in a part of the domain."""
    (_, shape), D = profile(random), 0.01
    rate = lambda y: 1 + 0.8 * np.tanh(shape(y))
    x = line((n - 1) * 8 + 1)
    u = evolve(conservative(lambda u, y: D + 0 * y, x, lambda u, y: -rate(y) * u), np.exp(-(x - 0.25)**2 / 0.01), line(n))[:, ::8]
    return "a rate where there is nothing", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "dt(u) - {D}*dx(dx(u)) + r*u"', {"r": "x"}), noisy(noise, u=u), {"r": rate(line(n))})


def pulses(random, n, noise):
    """A force over time that jumps, on a damped oscillator or a decay."""
    jumps, levels = np.sort(random.uniform(0.1, 0.9, 3)), random.normal(0, 2, 4)
    force = lambda t: levels[np.searchsorted(jumps, t)]
    T, m, k = 4.0, 4 * n, random.uniform(0.5, 2)
    u = solve_ivp(lambda t, u: [-k * u[0] + force(t / T)], (0, T), [0.5], "LSODA", line(m, T), rtol=1e-8, atol=1e-10, max_step=T / 2000).y[0]
    return "a force that jumps", Job("", deck("t", (m,), (T,), ["u"], f'residual = "dt(u) + {k:.12g}*u - f"', {"f": "t"}), noisy(noise, u=u), {"f": force(line(m))})


def lacking(random, n, noise):
    """A term that the deck lacks, of a tenth of the others' size or more: drift, source, cubic, memory of the walls."""
    D, share = 10**random.uniform(-2.2, -1.6), random.uniform(0.05, 0.5)
    kind, form = random.choice(["drift", "source", "square", "D of x", "sink in the middle"]), random.choice(["strong", "weak"])
    u = film(random, "growth", line(n), n, lambda u, y: D * (1 + share * np.cos(PI * y) * (kind == "D of x")), F=(lambda y: 0.3 * share + 0 * y) if kind == "drift" else None,
             react=lambda u, y: -u + share * ({"source": np.sin(5 * y), "square": u**2, "sink in the middle": -u * np.exp(-(y - 0.5)**2 / 0.01)}.get(str(kind), 0.0)))
    return f"lacks a {kind} of {share:.2g}, {form}", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "dt(u) - D*dx(dx(u)) + k*u"\nform = "{form}"', {"D": "", "k": ""}), noisy(noise, u=u), {"D": D, "k": 1.0})


def known_wrongly(random, n, noise):
    """A known number of the deck is off by a tenth to twofold."""
    D, k, factor = 10**random.uniform(-2.2, -1.3), random.uniform(0.5, 2), random.choice([0.5, 0.9, 1.1, 2.0])
    t, x = mesh(line(n), line(n))
    return f"its k taken {factor} times", Job("", deck("tx", (n, n), (1, 1), ["u"], f'residual = "dt(u) - D*dx(dx(u)) + {factor * k:.12g}*u"', {"D": ""}), noisy(noise, u=modes(random, D, k, t, x)), {"D": D})


def noise_said(random, n, noise):
    """Noise said ten times too large or too small, Burgers."""
    nu, factor, form = 10**random.uniform(-1.7, -1), random.choice([0.1, 10.0]), random.choice(["strong", "weak"])
    t, x = mesh(line(n, 8.0), line(n, 2 * PI))
    u = burgers(t, x, nu)
    text = deck("tx", (n, n), (8, 2 * PI), ["u"], f'residual = "dt(u) + a*u*dx(u) - nu*dx(dx(u))"\nform = "{form}"', {"a": "", "nu": ""}).replace('dataset = "u"\n', f'dataset = "u"\nnoise = {factor * noise * u.std():.6g}\n')
    return f"noise said {factor:g} times, {form}", Job("", text, noisy(noise, u=u), {"a": 1.0, "nu": nu})


def groundwater(random, n, noise):
    """A transmissivity over y and x, in metres and seconds, heads on an offset, a block without data."""
    n, (word, shape), size = 24 + n // 4, surface(random), 10**random.uniform(2, 4)
    T, W = lambda y, x: np.exp(0.5 * shape(y, x)), random.uniform(5, 20)
    truth, h = darcy(T, lambda y, x: W + 0 * x, n, edge=lambda y, x: x)
    lower = random.uniform(0.1, 0.6, 2)
    y, x = mesh(line(n), line(n))
    dead = (np.abs(y - lower[0]) < 0.08) & (np.abs(x - lower[1]) < 0.08)
    make = noisy(noise, h=10 * h + 250.0)
    return f"transmissivity, {word}, SI", Job("", deck("yx", (n, n), (size, size), ["h"], f'residual = "dx(T*dx(h)) + dy(T*dy(h)) + {W * 10 * 1e-3 / size**2:.12g}"', {"T": "yx"}),
                                             lambda draw: {"h": np.where(dead, np.nan, make(draw)["h"])}, {"T": 1e-3 * truth})


USERS = (library, product, saturating, bounded, logarithm, nothing, layer, front, blocks, constant_field, complex_wave, stretched, small, in_units, porous, blind, pulses, lacking, lacking,
         known_wrongly, noise_said, groundwater)


def random_user(seed):
    random = np.random.default_rng(1000 + seed)
    maker, noise = USERS[seed % len(USERS)], 10**random.uniform(-3, -1)
    name, job = maker(random, int(random.integers(24, 61)), noise)
    return job._replace(name=f"{seed} {name}, {100 * noise:.2g} %")
