"""Further kinds of random jobs, as random_kinds.py has them (seeds above 500): short records whose constants trade off, a plume in a wind that turns,
prices of options, rate constants of any size, pictures with dead pixels, elastography with a complex modulus, scattered sensors, few uneven frames,
a source term in one dimension. Each gives a Job."""
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linear
from scipy.interpolate import RectBivariateSpline
from scipy.integrate import solve_ivp

from hunt_data import PI, Job, darcy, deck, line, mesh, noisy, with_gaps
from hunt_jobs import option_price
from random_kinds import profile, surface


def modes(random, D, k, t, x):
    """u_t = D u_xx - k u: four waves."""
    return 0.3 * np.exp(-k * t) + sum(random.normal() * np.exp(-(k + D * m**2) * t) * np.cos(m * x + random.uniform(0, 6)) for m in random.uniform(2, 12, 4))


def short_record(random, n, noise):
    constants, until = random.choice(["ac", "gac"]), 10**random.uniform(-1.5, 0)
    a, c, g = random.uniform(0.3, 2), random.uniform(-2, 2), random.uniform(0.2, 1)
    t, x = mesh(line(n, until), line(n))
    g = g if "g" in constants else 0.0
    u = sum(random.normal() / m * np.exp(-g / 2 * t) * np.cos(np.sqrt(a * (m * PI)**2 - c - g**2 / 4) * t + random.uniform(0, 6)) * np.sin(m * PI * x) for m in (1, 2, 3)[:random.integers(1, 4)])
    equation = ("g*dt(u) + " if "g" in constants else "") + 'd(u,\\"tt\\") - a*dx(dx(u)) - c*u'
    form = random.choice(["strong", "weak"])
    return f"short record, {form}", Job("", deck("tx", (n, n), (until, 1), ["u"], f'residual = "{equation}"\nform = "{form}"', dict.fromkeys(constants, "")), noisy(noise, u=u),
                                        {name: {"a": a, "c": c, "g": g}[name] for name in constants})


def plume(random, n, noise):
    n, frames, form = 20 + n // 6, 17, random.choice(["strong", "weak"])
    c, D, w, v = random.uniform(0.1, 0.4), 10**random.uniform(-2.5, -1.7), random.uniform(2, 9), random.uniform(-0.3, 0.3)
    t, y, x = mesh(line(frames), line(n), line(n))
    width = random.uniform(0.02, 0.05) + 4 * D * t
    u = 0.03 / width * np.exp(-((x - 0.35 - c * t)**2 + (y - 0.5 - v * np.sin(w * t) / w)**2) / width)
    lacks = random.random() < 0.15
    wind = "" if lacks else f" + {v:.12g}*cos({w:.12g}*t)*dy(u)"
    return f"plume, {form}{', its wind missing' if lacks else ''}", Job("", deck("tyx", (frames, n, n), (1, 1, 1), ["u"], f'residual = "dt(u) + c*dx(u){wind} - D*lap(u)"\nform = "{form}"', dict.fromkeys("cD", "")),
                                                                        noisy(noise, u=u), {"c": c, "D": D})


def option(random, n, noise):
    v, r, form = random.uniform(0.01, 0.15), random.uniform(0.01, 0.08), random.choice(["strong", "weak"])
    first, times, asset = random.uniform(0.02, 0.2), n, line(2 * n, 150.0, 50.0)
    u = option_price(line(times, 1.0, first), asset, r, v)
    return f"option, {form}", Job("", deck("tx", (times, 2 * n), (1.0, 150.0), ["C"], f'residual = "dt(C) - v*x^2*d(C,\\"xx\\")/2 - r*x*dx(C) + r*C"\nform = "{form}"', dict.fromkeys("vr", ""), lower=(first, 50.0)),
                                  noisy(min(noise, 0.02), C=u), {"v": v, "r": r})


def arrhenius(random, n, noise):
    E, order, until = random.uniform(3e4, 1.2e5), int(random.integers(1, 3)), 900.0
    A = random.uniform(1, 6) / until * np.exp(E / (8.314 * 345))
    rate = lambda t, u: -A * np.exp(-E / (8.314 * (300 + 0.1 * t))) * u**order
    u = solve_ivp(rate, (0, until), [1.5], "DOP853", line(3 * n, until), rtol=1e-10, atol=1e-12).y[0]
    return "Arrhenius", Job("", deck("t", (3 * n,), (until,), ["u"], f'residual = "dt(u) + A*exp(-{E:.12g}/(8.314*(300 + 0.1*t)))*u^{order}"', {"A": ""}), noisy(noise, u=u), {"A": A})


def dead_pixels(random, n, noise):
    word, shape = surface(random)
    r, w = lambda y, x: np.exp(0.5 * shape(y, x)), random.uniform(5, 20)
    truth, u = darcy(lambda y, x: 1 + 0 * x, lambda y, x: w / r(y, x), n)
    y, x = mesh(line(n), line(n))
    kind, share = random.choice(["gaps", "hole", "mask"]), random.choice([0.02, 0.1, 0.3, 0.5])
    make = with_gaps(noisy(noise, u=u), share)
    hole = np.hypot(y - random.uniform(0.3, 0.7), x - random.uniform(0.3, 0.7)) < random.uniform(0.08, 0.2)
    outside = (y - 0.5)**2 + (x - 0.5)**2 > 0.2
    data = {"gaps": make, "hole": lambda draw: {"u": np.where(hole, np.nan, make(draw)["u"])}, "mask": noisy(noise, u=u)}[kind]
    more = 'mask = { value = "0.2 - (x - 0.5)^2 - (y - 0.5)^2" }\n' if kind == "mask" else ""
    field = np.where(outside, np.nan, r(y, x)) if kind == "mask" else r(y, x)
    return f"rate of lap, {word}, {kind} {share if kind != 'mask' else ''}", Job("", deck("yx", (n, n), (1, 1), ["u"], f'residual = "r*lap(u) + {w:.12g}"', {"r": "yx"}, (), more), data, {"r": field})


def damped_shear(G, n, k, edge, finer=3):
    """div(G grad u) + k u = 0 on the unit square, complex G, u known on the edge."""
    m = (n - 1) * finer + 1
    y, x = mesh(line(m), line(m))
    number, step = np.arange(m * m).reshape(m, m), 1 / (m - 1)
    matrix = sparse.diags(np.full(m * m, k, complex)).tocsr()
    for a, b in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:])):
        a, b = a.ravel(), b.ravel()
        face = G(0.5 * (y.ravel()[a] + y.ravel()[b]), 0.5 * (x.ravel()[a] + x.ravel()[b])) / step**2
        matrix = matrix + sparse.csr_matrix((np.concatenate([face, face, -face, -face]), (np.concatenate([a, b, a, b]), np.concatenate([b, a, a, b]))), (m * m, m * m))
    inner, u = number[1:-1, 1:-1].ravel(), edge(y, x).ravel().astype(complex)
    known = np.setdiff1d(number.ravel(), inner)
    u[inner] = linear.spsolve(matrix[inner][:, inner].tocsc(), -matrix[inner][:, known] @ u[known])
    return G(y, x)[::finer, ::finer], u.reshape(m, m)[::finer, ::finer]


def elastography(random, n, noise):
    n, (_, shape), size, k = 33 + n // 6, surface(random), 0.08, 1000 * (2 * PI * random.uniform(35, 60))**2
    loss = random.uniform(0.15, 0.4)
    G, u = damped_shear(lambda y, x: 4000 * np.exp(0.4 * shape(y, x)) * (1 + 1j * loss * (1 + 0.3 * np.sin(2 * PI * y))), n, k * size**2,
                        lambda y, x: 1e-6 * np.exp(-2 * x) * (1 + 0.3 * np.cos(PI * y)) * np.exp(20j * x))
    law = [f"dx(Gr*dx(ur) - Gi*dx(ui)) + dy(Gr*dy(ur) - Gi*dy(ui)) + {k:.12g}*ur", f"dx(Gr*dx(ui) + Gi*dx(ur)) + dy(Gr*dy(ui) + Gi*dy(ur)) + {k:.12g}*ui"]
    return "complex G", Job("", deck("yx", (n, n), (size, size), ["ur", "ui"], f'residuals = ["{law[0]}", "{law[1]}"]', {"Gr": "yx", "Gi": "yx"}), noisy(min(noise, 0.05), ur=u.real, ui=u.imag),
                            {"Gr": G.real, "Gi": G.imag})


def boreholes(random, n, noise):
    n, count, (word, shape) = 25 + n // 6, int(random.integers(60, 400)), surface(random)
    T, W = lambda y, x: np.exp(0.5 * shape(y, x)), random.uniform(5, 20)
    truth, h = darcy(T, lambda y, x: W + 0 * x, 41)
    smooth = RectBivariateSpline(line(41), line(41), h, kx=5, ky=5)
    y, x = random.uniform(0, 1, (2, count))
    text = deck("yx", (n, n), (1, 1), ["h"], f'residual = "dx(T*dx(h)) + dy(T*dy(h)) + {W:.12g}"', {"T": "yx"})
    text = text.replace('dataset = "h"\n', f'kind = "points"\ncolumns = {{ y = "y", x = "x", value = "h" }}\nnoise = {noise * h.std():.6g}\n')
    return f"{count} boreholes, {word}", Job("", text, lambda draw: {"y": y, "x": x, "h": smooth(y, x, grid=False) + noise * h.std() * draw.standard_normal(count)}, {"T": T(*mesh(line(n), line(n)))})


def sensors(random, n, noise):
    count, D, k, until = int(random.integers(100, 600)), 10**random.uniform(-2, -1), random.uniform(0, 1), 1.0
    t, x = random.uniform(0, until, count), random.uniform(0, 1, count)
    u = modes(random, D, k, t, x)
    text = deck("tx", (21, 31), (until, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""})
    text = text.replace('dataset = "u"\n', f'kind = "points"\ncolumns = {{ t = "t", x = "x", value = "u" }}\nnoise = {noise * u.std():.6g}\n')
    return f"{count} sensors", Job("", text, lambda draw: {"t": t, "x": x, "u": u + noise * u.std() * draw.standard_normal(count)}, {"D": D, "k": k})


def uneven_frames(random, n, noise):
    frames, D, k = int(random.integers(4, 14)), 10**random.uniform(-2, -1), random.uniform(0.2, 1)
    times = np.concatenate([[0.0], np.cumsum(random.uniform(0.3, 1.7, frames - 1))]) / frames
    t, x = mesh(times, line(n))
    u = modes(random, D, k, t, x)
    text = deck("tx", (frames, n), (1, 1), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": "", "k": ""})
    rows = [row for row in text.splitlines() if not row.startswith(("points", "lower", "upper"))]
    text = "\n".join(rows).replace("[observations", 'coordinates = { file = "data.h5", datasets = ["t_", "x_"] }\n[observations', 1) + "\n"
    make, share = noisy(noise, u=u), random.choice([0.0, 0.1])
    return f"{frames} uneven frames", Job("", text, lambda draw: {"t_": times, "x_": line(n), **with_gaps(make, share)(draw)}, {"D": D, "k": k})


def source_term(random, n, noise):
    n, (word, shape) = 2 * n, profile(random)
    m = (n - 1) * 20 + 1
    x = line(m)
    q, f = 20 * np.exp(0.5 * shape(x)), 60 + 40 * np.cos(3 * x)
    inner = sparse.diags([np.full(m - 3, -1 / x[1]**2), 2 / x[1]**2 + q[1:-1], np.full(m - 3, -1 / x[1]**2)], [-1, 0, 1]).tocsc()
    u = np.concatenate([[0.0], linear.spsolve(inner, f[1:-1]), [0.0]])[::20]
    return f"q(x), {word}", Job("", deck("x", (n,), (1,), ["u"], 'residual = "-d(u, \\"xx\\") + q*u - 60 - 40*cos(3*x)"', {"q": "x"}), noisy(noise, u=u), {"q": q[::20]})


CASES = (short_record, plume, option, arrhenius, dead_pixels, elastography, boreholes, sensors, uneven_frames, source_term)


def random_case(seed):
    random = np.random.default_rng(1000 + seed)
    maker, noise = random.choice(CASES), 10**random.uniform(-3, -1)
    name, job = maker(random, int(random.integers(24, 61)), noise)
    return job._replace(name=f"{seed} {name}, {100 * noise:.2g} %")
