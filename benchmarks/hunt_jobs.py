"""The jobs of hunt.py: data by formulas, or by solvers of their own (hunt_data.py). Other kinds: hunt_others.py."""
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linear
from scipy.integrate import solve_ivp
from scipy.stats import norm

from hunt_data import (PI, Job, along, bump, conductivity, conservative, darcy, decaying, decaying_deck, deck, film, flow, layered, line, mesh, noisy,
                       smooth_step, with_gaps)
from hunt_others import others


def two_solitons(t, x):
    """u_t + 6 u u_x + u_xxx = 0, by Hirota's formula: 2 (log F)_xx."""
    k1, k2 = 1.0, 1.6
    a = ((k1 - k2) / (k1 + k2))**2
    e1, e2 = np.exp(k1 * (x - k1**2 * t + 4)), np.exp(k2 * (x - k2**2 * t + 8))
    f = 1 + e1 + e2 + a * e1 * e2
    fx = k1 * e1 + k2 * e2 + a * (k1 + k2) * e1 * e2
    fxx = k1**2 * e1 + k2**2 * e2 + a * (k1 + k2)**2 * e1 * e2
    return 2 * (fxx / f - (fx / f)**2)


def burgers(t, x, nu=0.05):
    """u_t + u u_x = nu u_xx by Cole and Hopf: phi a sum of decaying waves."""
    waves = ((1.0, 0, 0.0), (0.5, 1, 0.4), (0.25, 2, 1.3))
    phi = sum(a * np.exp(-nu * k**2 * t) * np.cos(k * x + p) for a, k, p in waves)
    slope = sum(-a * k * np.exp(-nu * k**2 * t) * np.sin(k * x + p) for a, k, p in waves)
    return -2 * nu * slope / phi


def kinetics(k1, k2, times):
    """A -> B -> C."""
    a = np.exp(-k1 * times)
    return a, k1 / (k2 - k1) * (np.exp(-k1 * times) - np.exp(-k2 * times))


def predators(times):
    done = solve_ivp(lambda _, s: [1.0 * s[0] - 0.5 * s[0] * s[1], 0.25 * s[0] * s[1] - 0.8 * s[1]], (0, times[-1]), [3.0, 1.0], "DOP853", times,
                     rtol=1e-10, atol=1e-12)
    return done.y


def reactor(n, share):
    """-u'' + q u = f, u = 0 at the ends."""
    m = (n - 1) * 20 + 1
    x = line(m)
    q, f = 20 + 15 * np.sin(2 * PI * x) * np.exp(-x), 60 + 40 * np.cos(3 * x)
    step = x[1]
    inner = sparse.diags([np.full(m - 3, -1 / step**2), 2 / step**2 + q[1:-1], np.full(m - 3, -1 / step**2)], [-1, 0, 1]).tocsc()
    u = np.concatenate([[0.0], linear.spsolve(inner, f[1:-1]), [0.0]])
    return Job(f"reactor, q(x) of -u'' + q u = f, {100 * share:g} %",
               deck("x", (n,), (1,), ["u"], 'residual = "-d(u, \\"xx\\") + q*u - f"', {"q": "x"}, [("f", "60 + 40*cos(3*x)")]),
               noisy(share, u=u[::20]), {"q": q[::20]})


def plume():
    """u_t + c u_x + v u_y = D lap u, a spreading Gaussian."""
    t, y, x = mesh(line(13, 1.0), line(25), line(25))
    c, v, D, s = 0.3, -0.2, 0.01, 0.02
    width = s + 4 * D * t
    return s / width * np.exp(-((x - 0.35 - c * t)**2 + (y - 0.6 - v * t)**2) / width)


def disc_job():
    n = 49
    truth, u = darcy(lambda y, x: 1 + 0 * x, lambda y, x: 10 / conductivity(y, x), n)
    y, x = mesh(line(n), line(n))
    rate = np.where(0.2 - (x - 0.5)**2 - (y - 0.5)**2 > 0, conductivity(y, x), np.nan)
    return Job("disc, rate over a mask, 2 %",
               deck("yx", (n, n), (1, 1), ["u"], 'residual = "r*lap(u) + m"', {"r": "yx"}, [("m", "10")],
                    'mask = { value = "0.2 - (x - 0.5)^2 - (y - 0.5)^2" }\n'),
               noisy(0.02, u=u), {"r": rate})


def jobs():
    wells = lambda y, x: 8 * bump(y, x, 0.3, 0.3, 0.12) - 6 * bump(y, x, 0.7, 0.6, 0.12)
    wells_formula = "8*exp(-((y - 0.3)^2 + (x - 0.3)^2)/0.0144) - 6*exp(-((y - 0.7)^2 + (x - 0.6)^2)/0.0144)"
    even = lambda y, x: 10 + 0 * x
    yield flow("darcy, even source, 2 %", conductivity, even, "10", 0.02)
    yield flow("darcy, even source, 10 %", conductivity, even, "10", 0.10)
    yield flow("darcy, two wells, layers, 1 %", layered, wells, wells_formula, 0.01)
    yield flow("darcy, wells and a slope, 3 %, 20 % gaps", layered, wells, wells_formula, 0.03, 0.2, edge=lambda y, x: 1 - x)
    upstream = lambda y, x: 20 * bump(y, x, 0.5, 0.8, 0.15)
    yield flow("darcy, one well downstream, 0.5 %", lambda y, x: np.exp(0.8 * np.cos(PI * x) * np.cos(PI * y)), upstream,
               "20*exp(-((y - 0.5)^2 + (x - 0.8)^2)/0.0225)", 0.005, edge=lambda y, x: 0.5 * (1 - x))
    yield disc_job()
    yield reactor(101, 0.01)
    yield reactor(81, 0.05)

    strong = 'residual = "dt(u) - D*dx(dx(u)) + k*u"'
    both = {"D": "", "k": ""}
    for noise, gaps in ((0.1, 0.05), (0.1, 0.2), (0.1, 0.5), (0.4, 0.0), (0.4, 0.2)):
        make = noisy(noise, u=decaying())
        yield Job(f"film, two constants, {100 * noise:g} %, {100 * gaps:g} % gaps", decaying_deck(strong, both), with_gaps(make, gaps) if gaps else make,
                  {"D": 0.05, "k": 0.5})
    yield Job("film, decay missing, 2 %", decaying_deck('residual = "dt(u) - D*dx(dx(u))"', {"D": ""}), noisy(0.02, u=decaying(k=0.1)), {"D": 0.05})
    yield Job("film, weak, decay missing, 5 %", decaying_deck('residual = "dt(u) - D*dx(dx(u))"\nform = "weak"', {"D": ""}),
              noisy(0.05, u=decaying(k=0.1)), {"D": 0.05})
    yield Job("film, eight frames, 5 %", deck("tx", (8, 51), (2, 1), ["u"], strong, both),
              noisy(0.05, u=few_frames(8)), {"D": 0.05, "k": 0.5})
    yield Job("film in SI units, 5 %", deck("tx", (41, 51), (2e3, 1e-5), ["u"], strong, both), noisy(0.05, u=3e-9 * decaying()),
              {"D": 0.05 * 1e-10 / 1e3, "k": 0.5e-3})

    t, x = mesh(line(61, 4.0), line(101, 12.0, -12.0))
    kdv = deck("tx", (61, 101), (4, 12), ["u"], 'residual = "dt(u) + a*u*dx(u) + b*d(u, \\"xxx\\")"\nform = "{}"', {"a": "", "b": ""}, lower=(0, -12))
    yield Job("KdV, two solitons, 5 %", kdv.replace("{}", "strong"), noisy(0.05, u=two_solitons(t, x)), {"a": 6.0, "b": 1.0})
    yield Job("KdV, two solitons, weak, 20 %", kdv.replace("{}", "weak"), noisy(0.2, u=two_solitons(t, x)), {"a": 6.0, "b": 1.0})
    t, x = mesh(line(41, 8.0), line(81, 2 * PI))
    inviscid = deck("tx", (41, 81), (8, 2 * PI), ["u"], 'residual = "dt(u) + a*u*dx(u) - nu*dx(dx(u))"', {"a": "", "nu": ""})
    yield Job("Burgers, 10 %", inviscid, noisy(0.1, u=burgers(t, x)), {"a": 1.0, "nu": 0.05})
    yield Job("Burgers, 40 %", inviscid, noisy(0.4, u=burgers(t, x)), {"a": 1.0, "nu": 0.05})

    well = lambda x: 1.2 * np.sin(2 * PI * x) - 0.4
    fine = line(61)
    yield film("Fokker-Planck, drift over x, 3 %", "dt(u) + dx(F*u) - D*dx(dx(u))", lambda x: conservative(lambda m, y: 0.05, x, drift=well),
               lambda x: 0.5 + np.exp(-(x - 0.4)**2 / 0.05), (41, 61), (1.0, 1.0), 0.03, {"F": well(fine), "D": 0.05}, {"F": "x", "D": ""})
    rise = lambda x: 0.02 * (1 + 0.6 * np.tanh((x - 0.5) / 0.15))
    yield film("heat, D over x, 2 %", "dt(u) - dx(D*dx(u))", lambda x: conservative(lambda m, y: rise(y), x), lambda x: np.cos(2 * PI * x) + x,
               (41, 61), (1.0, 1.0), 0.02, {"D": rise(fine)}, {"D": "x"})
    decades = lambda x: 10**(0.7 * np.sin(2 * PI * x) - 2.2)
    steep = film("heat, log D over a decade and a half, 1 %", "dt(u) - dx(D*dx(u))", lambda x: conservative(lambda m, y: decades(y), x),
                 lambda x: np.cos(2 * PI * x) + 0.5 * np.sin(5 * x), (41, 61), (1.0, 1.0), 0.01, {"D": decades(fine)}, {"D": "x"})
    yield steep._replace(deck=steep.deck.replace("[parameters.D]\n", '[parameters.D]\ntransform = "log"\n'))
    source = lambda x: 0.8 * np.exp(-(x - 0.6)**2 / 0.02) - 0.3 * x
    yield film("heat, D and a source over x, 5 %", "dt(u) - D*dx(dx(u)) - q", lambda x: conservative(lambda m, y: 0.03, x, lambda u, y: source(y)),
               lambda x: np.cos(2 * PI * x), (41, 61), (1.0, 1.0), 0.05, {"D": 0.03, "q": source(fine)}, {"D": "", "q": "x"})
    yield film("Fisher, its square missing, 3 %", "dt(u) - D*dx(dx(u)) - r*u", lambda x: conservative(lambda m, y: 0.01, x, lambda u, y: u * (1 - u)),
               lambda x: 0.3 * np.exp(-(x - 0.3)**2 / 0.02), (41, 51), (2.0, 1.0), 0.03, {"D": 0.01, "r": 1.0}, {"D": "", "r": ""})
    yield film("Fisher, 10 %, 20 % gaps", "dt(u) - D*dx(dx(u)) - r*u*(1 - u)", lambda x: conservative(lambda m, y: 0.01, x, lambda u, y: u * (1 - u)),
               lambda x: 0.3 * np.exp(-(x - 0.3)**2 / 0.02), (41, 51), (4.0, 1.0), 0.1, {"D": 0.01, "r": 1.0}, {"D": "", "r": ""}, gaps=0.2)
    for width, noise, frames, refine in ((0.15, 0.01, 31, ""), (0.03, 0.01, 31, ""), (0.03, 0.01, 16, ""), (0.03, 0.01, 11, "refine = { t = 4 }\n")):
        D = lambda u, w=width: smooth_step(u, 0.01, 0.05, 0.5, w)
        curve = film(f"D(u), a step {width:g} wide, {100 * noise:g} %, {frames} frames", "dt(u) - dx(D*dx(u))",
                     lambda x, D=D: conservative(lambda m, y: D(m), x), lambda x: 0.5 + 0.48 * np.cos(PI * x), (frames, 41), (1.0, 1.0), noise, {"D": D},
                     {"D": "u"}, more=refine, over="u")
        yield curve._replace(deck=curve.deck.replace('over = ["u"]\n', 'over = ["u"]\ncoefficients = 12\n'))

    times = line(101, 3.0)
    a, b = kinetics(1.0, 20.0, times)
    yield Job("kinetics, two steps 1 : 20, 5 %", deck("t", (101,), (3,), ["A", "B"], 'residuals = ["dt(A) + k1*A", "dt(B) - k1*A + k2*B"]', {"k1": "", "k2": ""}),
              noisy(0.05, A=a, B=b), {"k1": 1.0, "k2": 20.0})
    times = line(201, 20.0)
    prey, hunters = predators(times)
    yield Job("prey and hunters, four constants, 10 %",
              deck("t", (201,), (20,), ["p", "h"], 'residuals = ["dt(p) - a*p + b*p*h", "dt(h) - c*p*h + e*h"]', dict.fromkeys("abce", "")),
              noisy(0.1, p=prey, h=hunters), {"a": 1.0, "b": 0.5, "c": 0.25, "e": 0.8})
    t, x = mesh(line(61, 3.0), line(61))
    g, c2 = 0.6, 0.5
    ring = sum(amp * np.exp(-g / 2 * t) * np.cos(np.sqrt(c2 * (k * PI)**2 - g**2 / 4) * t + p) * np.sin(k * PI * x)
               for amp, k, p in ((1.0, 1, 0.0), (0.5, 2, 0.7), (0.3, 3, 1.9)))
    yield Job("damped wave, 10 %", deck("tx", (61, 61), (3, 1), ["u"], 'residual = "d(u, \\"tt\\") + g*dt(u) - c2*d(u, \\"xx\\")"', {"g": "", "c2": ""}),
              noisy(0.1, u=ring), {"g": g, "c2": c2})
    yield Job("plume over t, y, x, 10 %", deck("tyx", (13, 25, 25), (1, 1, 1), ["u"], 'residual = "dt(u) + c*dx(u) + v*dy(u) - D*lap(u)"', dict.fromkeys(("c", "v", "D"), "")),
              noisy(0.1, u=plume()), {"c": 0.3, "v": -0.2, "D": 0.01})
    yield Job("plume, its drift along y missing, 10 %", deck("tyx", (13, 25, 25), (1, 1, 1), ["u"], 'residual = "dt(u) + c*dx(u) - D*lap(u)"', dict.fromkeys("cD", "")),
              noisy(0.1, u=plume()), {"c": 0.3, "D": 0.01})


def few_frames(n):
    t, x = mesh(line(n, 2.0), line(51))
    s = 0.05 * PI**2
    return np.exp(-0.5 * t) * (np.exp(-s * t) * np.sin(PI * x) + 0.7 * np.exp(-9 * s * t) * np.cos(3 * PI * x))


def wandering_plume(frames, n):
    """u_t + c u_x + 0.3 cos(3 pi t) u_y = D lap u: a spreading Gaussian carried by a wind that turns."""
    t, y, x = mesh(line(frames), line(n), line(n))
    width = 0.03 + 4 * 0.01 * t
    return 0.03 / width * np.exp(-((x - 0.3 - 0.4 * t)**2 + (y - 0.5 - 0.1 * np.sin(3 * PI * t) / PI)**2) / width)


def option_price(times, asset, rate, share):
    """A call of strike 100 by Black and Scholes; times to maturity."""
    t, x = mesh(times, asset)
    d1 = (np.log(x / 100) + (rate + share / 2) * t) / np.sqrt(share * t)
    return x * norm.cdf(d1) - 100 * np.exp(-rate * t) * norm.cdf(d1 - np.sqrt(share * t))


def shear_wave(n, finer=4, size=0.08, k=1000 * (2 * PI * 60)**2):
    """dx(G dx u) + dy(G dy u) + k u = 0 with a shaker at one wall: G (pascals), u (metres)."""
    G = lambda y, x: 4000 * conductivity(y, x)
    return darcy(G, lambda y, x: 0 * x, n, finer, k=k * size**2, edge=lambda y, x: (x == 0) * (1 + 0.3 * np.cos(PI * y)) * 1e-6)


def ramped(times):
    """u' = -A exp(-60e3 / (8.314 T)) u^2, T = 300 + 0.1 t."""
    rate = lambda t, u: -2e7 * np.exp(-60e3 / (8.314 * (300 + 0.1 * t))) * u**2
    return solve_ivp(rate, (0, times[-1]), [1.5], "DOP853", times, rtol=1e-10, atol=1e-12).y[0]


def kinds():
    """Of the kinds of jobs that others have tried: an advected plume, prices of options, elastography, rate constants, short records, gaps."""
    yield Job("turning wind, weak, 5 %, 10 % gaps",
              deck("tyx", (21, 33, 33), (1, 1, 1), ["u"], 'residual = "dt(u) + c*dx(u) + 0.3*cos(3*pi*t)*dy(u) - D*lap(u)"\nform = "weak"', dict.fromkeys("cD", "")),
              with_gaps(noisy(0.05, u=wandering_plume(21, 33)), 0.1), {"c": 0.4, "D": 0.01})
    times, asset = line(60, 1.0, 0.05), line(101, 150.0, 50.0)
    yield Job("option price, 0.3 %", deck("tx", (60, 101), (1.0, 150.0), ["C"], 'residual = "dt(C) - v*x^2*d(C,\\"xx\\")/2 - r*x*dx(C) + r*C"', dict.fromkeys("vr", ""), lower=(0.05, 50.0)),
              noisy(0.003, C=option_price(times, asset, 0.03, 0.06)), {"v": 0.06, "r": 0.03})
    G, u = shear_wave(41)
    yield Job("elastography, SI units, 2 %", deck("yx", (41, 41), (0.08, 0.08), ["u"], 'residual = "dx(G*dx(u)) + dy(G*dy(u)) + 1000*(2*pi*60)^2*u"', {"G": "yx"}),
              noisy(0.02, u=u), {"G": G})
    yield Job("rate constant 2e7, 3 %", deck("t", (150,), (900.0,), ["u"], 'residual = "dt(u) + A*exp(-60e3/(8.314*(300 + 0.1*t)))*u^2"', {"A": ""}),
              noisy(0.03, u=ramped(line(150, 900.0))), {"A": 2e7})
    t, x = mesh(line(61, 0.15), line(81))
    wave = lambda k: np.cos(np.sqrt((k * PI)**2 - 1.0) * t + 0.5 * k) * np.sin(k * PI * x)
    yield Job("wave, short record, two constants, 1 %", deck("tx", (61, 81), (0.15, 1), ["u"], 'residual = "d(u,\\"tt\\") - a*d(u,\\"xx\\") - c*u"', dict.fromkeys("ac", "")),
              noisy(0.01, u=wave(1) + 0.6 * wave(2)), {"a": 1.0, "c": 1.0})
    yield Job("film, a pair that is one, 5 %", decaying_deck('residual = "dt(u) - D*dx(dx(u)) + a*u + 2*b*u"', dict.fromkeys("Dab", "")), noisy(0.05, u=decaying()),
              {"D": 0.05, "a": 0.3, "b": 0.1})
    truth, v = darcy(conductivity, lambda y, x: 0 * x, 41, edge=lambda y, x: 1 - x + 0.5 * y * x)
    yield Job("conductivity without a source, 0.5 %", deck("yx", (41, 41), (1, 1), ["v"], 'residual = "dx(s*dx(v)) + dy(s*dy(v))"', {"s": "yx"}), noisy(0.005, v=v), {"s": truth})
    x = line(101, 3.0, -3.0)
    yield Job("potential of a ground state, 1 %", deck("x", (101,), (3,), ["u"], 'residual = "-0.5*d(u,\\"xx\\") + (V - 0.5)*u"', {"V": "x"}, lower=(-3,)),
              noisy(0.01, u=np.exp(-x**2 / 2)), {"V": x**2 / 2})
    y, x = mesh(line(49), line(49))
    heated, u = darcy(lambda y, x: 1 + 0 * x, lambda y, x: 10 / conductivity(y, x), 49)
    hole = (y - 0.35)**2 + (x - 0.6)**2 < 0.12**2
    yield Job("conductivity, a hole in the data and 5 % gaps, 1 %", deck("yx", (49, 49), (1, 1), ["u"], 'residual = "r*lap(u) + 10"', {"r": "yx"}),
              lambda random, make=with_gaps(noisy(0.01, u=u), 0.05): {"u": np.where(hole, np.nan, make(random)["u"])}, {"r": conductivity(y, x)})
    clean = decaying()
    yield Job("film, noise alike along x, 5 %", decaying_deck('residual = "dt(u) - D*dx(dx(u)) + k*u"', dict.fromkeys("Dk", "")),
              lambda random: {"u": clean + along(0.05 * clean.std() * random.standard_normal(clean.shape), 2)}, {"D": 0.05, "k": 0.5})
    yield Job("film, noise as large as the signal's tenth", decaying_deck('residual = "dt(u) - D*dx(dx(u)) + k*u"', dict.fromkeys("Dk", "")),
              lambda random: {"u": clean * (1 + 0.1 * random.standard_normal(clean.shape))}, {"D": 0.05, "k": 0.5})


JOBS = [*jobs(), *kinds(), *others()]
