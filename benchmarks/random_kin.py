"""Kin of the jobs that misled earlier versions (gaps in an image, a source term on a line, a short record, constants that act as one, rate constants in SI
units, uneven times, a few sensors, a rim alone, complex moduli, known factors before derivatives, the wrong equation, the wrong noise), for
`hunt.py --random` with seeds from 3001 on. Each maker gives a name and a Job; data by formulas, or by solvers on finer grids."""
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linear
from scipy.integrate import cumulative_trapezoid, solve_ivp

from hunt_data import PI, Job, along, conservative, darcy, deck, evolve, line, mesh, noisy, with_gaps
from random_kinds import profile, surface
from random_users import placed

FORMS = ["strong", "weak"]


def equation(law, form="strong"):
    return f'residual = "{law}"\nform = "{form}"'


def plate(random, n, noise):
    """A conductivity in W/(m K) over a plate of decimetres, 300 K and more, with dead pixels, a dead block, or a disc alone that is seen."""
    n, size, k0, heat = 28 + n // 3, 10**random.uniform(-2, 0), 10**random.uniform(-1, 2.5), 10**random.uniform(0.3, 1.5)
    word, shape = surface(random)
    truth, u = darcy(lambda y, x: np.exp(0.4 * shape(y, x)), lambda y, x: heat + 0 * x, n)
    y, x = mesh(line(n), line(n))
    seen = random.choice(["2 %", "10 %", "40 %", "block", "disc"])
    dead = {"block": (np.abs(y - 0.6) < 0.1) & (np.abs(x - 0.4) < 0.15), "disc": np.hypot(y - 0.5, x - 0.5) > 0.45}.get(str(seen), y < 0)
    make = noisy(noise, T=300 + 40 * u)
    data = lambda draw: {"T": np.where(dead | (draw.random((n, n)) < (float(seen[:-2]) / 100 if "%" in seen else 0)), np.nan, make(draw)["T"])}
    law = f"dx(k*dx(T)) + dy(k*dy(T)) + {40 * heat * k0 / size**2:.12g}"
    return f"plate, {word}, {seen}", Job("", deck("yx", (n, n), (size, size), ["T"], equation(law), {"k": "yx"}), data, {"k": k0 * truth})


def reactor(random, n, noise):
    """-u'' + v u' + q u = f on a line, u of a few waves, f known."""
    n, L, v, (word, shape) = 2 * n, 10**random.uniform(-3, 3), random.choice([0.0, 3.0]), profile(random)
    s = line(n)
    m, a, p = np.arange(1, 4), random.normal(size=3) / (1, 2, 3), random.uniform(0, 2 * PI, 3)
    wave = lambda order: 2 * (order == 0) + sum(a[i] * (m[i] * PI)**order * np.sin(m[i] * PI * s + p[i] + order * PI / 2) for i in range(3))
    q = 4 * shape(s) + 3
    f = -wave(2) + v * wave(1) + q * wave(0)
    make = noisy(noise, u=wave(0))
    return f"q(x) of {word}, v = {v:g}", Job("", deck("x", (n,), (L,), ["u"], equation(f"-d(u,\\\"xx\\\") + {v / L:.12g}*dx(u) + q*u - f"), {"q": "x"}, [("f", None)]),
                                             lambda draw: {**make(draw), "f": f / L**2}, {"q": q / L**2})


def telegraph(random, n, noise):
    """u_tt + g u_t - c2 u_xx + m u = 0, one to three waves, a part of a period or several."""
    g, c2, m, waves, T, form = random.uniform(0.2, 2), random.uniform(0.5, 2), random.uniform(0, 5), int(random.integers(1, 4)), 10**random.uniform(-1, 0.3), random.choice(FORMS)
    t, x = mesh(line(n, T), line(n))
    u = 0
    for k in PI * np.arange(1, waves + 1):
        w = np.sqrt(c2 * k**2 + m - g**2 / 4)
        u = u + random.normal() * np.exp(-g * t / 2) * (np.cos(w * t) + g / (2 * w) * np.sin(w * t)) * np.sin(k * x)
    return f"telegraph, {waves} waves to {T:.2g}, {form}", Job("", deck("tx", (n, n), (T, 1), ["u"], equation("d(u,\\\"tt\\\") + g*dt(u) - c2*d(u,\\\"xx\\\") + m*u", form), dict.fromkeys(("g", "c2", "m"), "")),
                                                              noisy(noise, u=u), {"g": g, "c2": c2, "m": m})


def waves_at(random, D, v, k, t, y, x):
    """u_t + v . grad u = D lap u - k u: waves that are carried and damped."""
    u = 0.5 * np.exp(-k * t)
    for _ in range(4):
        q = random.uniform(2, 7, 2) * random.choice([-1, 1], 2) * [np.ptp(y) > 0, 1]   # one place along y: none along it
        u = u + random.normal() * np.exp(-(k + D * (q @ q)) * t) * np.cos(q[0] * (y - v[0] * t) + q[1] * (x - v[1] * t) + random.uniform(0, 6))
    return u


def pair(random, n, noise):
    """Constants that the data tell as one, beside one that they tell; half with gaps."""
    D, k, kind, gaps = 10**random.uniform(-2.2, -1.5), random.uniform(0.3, 2), random.choice(["sum", "product", "two times"]), random.choice([0, 0.06])
    t, y, x = mesh(line(n), [0.0], line(n))
    u = waves_at(random, D, (0, 0.4), k, t, y, x)[:, 0]
    law, other = {"sum": ("dt(u) + c*dx(u) - D*d(u,\\\"xx\\\") + (a + b)*u", "Dcab"), "product": ("dt(u) + c*dx(u) - D*d(u,\\\"xx\\\") + a*b*u", "Dcab"),
                  "two times": (f"dt(u) + 2*a*dx(u) + b*dx(u) - D*d(u,\\\"xx\\\") + {k:.12g}*u", "Dab")}[str(kind)]
    return f"a {kind}, gaps {gaps:g}", Job("", deck("tx", (n, n), (1, 1), ["u"], equation(law), dict.fromkeys(other, "")), with_gaps(noisy(noise, u=u), gaps),
                                           {"D": D} if kind == "two times" else {"D": D, "c": 0.4})


def arrhenius(random, n, noise):
    """c' = -A exp(-E / R T(t)) c^p along a ramp of temperature, T measured, A of 1e4 to 1e15 in SI units."""
    p, E, span, form = int(random.integers(1, 3)), random.uniform(40e3, 120e3), 10**random.uniform(1, 6), random.choice(FORMS)
    start, c0, fine = random.uniform(280, 400), 10**random.uniform(-2, 3), line(20001)
    temperature = start + 40 * fine + 5 * np.sin(9 * fine)
    k = np.exp(-E / 8.314 * (1 / temperature - 1 / (start + 20)))
    done = cumulative_trapezoid(k, fine, initial=0) * random.uniform(1, 4)
    A = done[-1] / cumulative_trapezoid(k, fine)[-1] / span * np.exp(E / 8.314 / (start + 20)) / c0**(p - 1)
    c = c0 * (np.exp(-done) if p == 1 else 1 / (1 + done))
    at = np.linspace(0, 20000, 4 * n).astype(int)
    make = noisy(noise, c=c[at])
    return f"Arrhenius, order {p}, A = {A:.1g}, {form}", Job("", deck("t", (4 * n,), (span,), ["c"], equation(f"dt(c) + A*exp(-{E:.12g}/(8.314*T))*c^{p}", form), {"A": ""}, [("T", None)]),
                                                             lambda draw: {**make(draw), "T": np.interp(np.linspace(0, 1, 4 * n), fine, temperature)}, {"A": A})


def uneven(random, n, noise):
    """A chain u -> v that spreads, at times that grow by a factor."""
    D, k, frames, T = 10**random.uniform(-2.2, -1.5), random.uniform(0.5, 3), int(random.integers(8, 25)), 10**random.uniform(0, 5)
    s = np.expm1(random.uniform(1, 3.5) * line(frames))
    s /= s[-1]
    t, x = mesh(s, line(n))
    u, v = 0.0, 0.0
    for m, a, b in zip(range(4), random.normal(size=4), random.normal(size=4)):   # v decays by a third of k: b + a k (1 - e^(-2/3 k t)) / (2/3 k), times e^(-k t / 3)
        wave = np.exp(-D * (m * PI)**2 * t) * np.cos(m * PI * x)
        u, v = u + a * wave * np.exp(-k * t), v + wave * np.exp(-k * t / 3) * (b + 1.5 * a * (1 - np.exp(-2 * k * t / 3)))
    make = noisy(noise, u=u, v=v)
    laws = '", "'.join(("dt(u) - D*dx(dx(u)) + k*u", "dt(v) - D*dx(dx(v)) - k*u + g*v"))
    return f"a chain, {frames} uneven times", Job("", placed(deck("tx", (frames, n), (T, 1), ["u", "v"], f'residuals = ["{laws}"]', dict.fromkeys("Dkg", "")), "tx"),
                                                  lambda draw: {"t_": T * s, "x_": line(n), **make(draw)}, {"D": D / T, "k": k / T, "g": k / 3 / T})


def sensors(random, n, noise):
    """Some sensors over y and x, often read: a wind and a diffusivity."""
    frames, n, D, v, sensors = int(random.integers(12, 25)), int(random.integers(16, 25)), 10**random.uniform(-2.2, -1.5), random.uniform(-0.5, 0.5, 2), int(random.integers(20, 90))
    t, y, x = mesh(line(frames), line(n), line(n))
    seen = np.zeros(n * n, bool)
    seen[random.choice(n * n, sensors, False)] = True
    make = noisy(noise, u=waves_at(random, D, v, 0.0, t, y, x))
    return f"{sensors} sensors on {n}^2", Job("", deck("tyx", (frames, n, n), (1, 1, 1), ["u"], equation("dt(u) + v*dy(u) + w*dx(u) - D*lap(u)"), dict.fromkeys("vwD", "")),
                                              lambda draw: {"u": np.where(seen.reshape(n, n), make(draw)["u"], np.nan)}, {"v": v[0], "w": v[1], "D": D})


def rim(random, n, noise):
    """A conductivity, the source known, seen on the rim and one line."""
    n, (word, shape) = 24 + n // 6, surface(random)
    truth, u = darcy(lambda y, x: np.exp(0.4 * shape(y, x)), lambda y, x: 10 + 0 * x, n, edge=lambda y, x: x + 0.5 * np.cos(3 * y))
    seen = np.ones((n, n), bool)
    seen[1:-1, 1:-1] = False
    seen[:, n // 2] = True
    make = noisy(noise, u=u)
    return f"the rim and a line, {word}", Job("", deck("yx", (n, n), (1, 1), ["u"], equation("dx(s*dx(u)) + dy(s*dy(u)) + 10"), {"s": "yx"}), lambda draw: {"u": np.where(seen, make(draw)["u"], np.nan)}, {"s": truth})


def sound(random, n, noise):
    """A complex wave number over y and x: lap(p) + (a + i b) p = 0, metres."""
    n, size, finer, (_, shape) = 30 + n // 4, 10**random.uniform(-2, 1), 4, surface(random)
    m, waves = (n - 1) * 4 + 1, random.uniform(1.2, 2.5)
    y, x = mesh(line(m), line(m))
    a, b = (2 * PI * waves)**2 * (1 + 0.25 * np.tanh(shape(y, x))), (2 * PI * waves)**2 * 0.15 * (1 + 0.5 * np.cos(PI * x))
    second = sparse.diags([1.0, -2.0, 1.0], [-1, 0, 1], (m, m)) * (m - 1)**2
    matrix = (sparse.kron(second, sparse.eye(m)) + sparse.kron(sparse.eye(m), second) + sparse.diags((a + 1j * b).ravel())).tocsr()
    edge = np.ones((m, m), bool)
    edge[1:-1, 1:-1] = False
    u = (np.exp(2j * PI * waves * (0.8 * x + 0.6 * y)) + 0.7 * np.exp(-2j * PI * waves * y)).ravel()
    inner, edge = np.flatnonzero(~edge), np.flatnonzero(edge)
    u[inner] = linear.spsolve(matrix[inner][:, inner].tocsc(), -(matrix[inner][:, edge] @ u[edge]))
    u = u.reshape(m, m)[::finer, ::finer] * 1e-3
    laws = '", "'.join(("lap(p) + a*p - b*q", "lap(q) + a*q + b*p"))
    return "a complex wave number", Job("", deck("yx", (n, n), (size, size), ["p", "q"], f'residuals = ["{laws}"]', {"a": "yx", "b": "yx"}), noisy(noise, p=u.real, q=u.imag),
                                        {"a": a[::finer, ::finer] / size**2, "b": b[::finer, ::finer] / size**2})


def rotating(random, n, noise):
    """A spot that is turned by a known pattern of flow of unknown strength, spreads and decays."""
    frames, n, w, k, T, L, form = int(random.integers(12, 30)), 20 + n // 3, random.uniform(-3, 3), random.uniform(0.2, 1), 10**random.uniform(-3, 4), 10**random.uniform(-5, 3), random.choice(FORMS)
    D, (y0, x0) = 10**random.uniform(-2.5, -1.8), random.uniform(-0.25, 0.25, 2)
    t, y, x = mesh(line(frames), line(n, 0.5, -0.5), line(n, 0.5, -0.5))
    at_x, at_y, s = x0 * np.cos(w * t) - y0 * np.sin(w * t), x0 * np.sin(w * t) + y0 * np.cos(w * t), 0.01 + 2 * D * t
    u = np.exp(-k * t) / s * np.exp(-((x - at_x)**2 + (y - at_y)**2) / (2 * s))
    make = noisy(noise, u=u)
    return f"a turned spot, {form}", Job("", deck("tyx", (frames, n, n), (T, L / 2, L / 2), ["u"], equation("dt(u) - w*y*dx(u) + w*x*dy(u) - D*lap(u) + k*u", form), dict.fromkeys("wDk", ""), lower=(0, -L / 2, -L / 2)),
                                         with_gaps(make, random.choice([0, 0.05])), {"w": w / T, "D": D * L**2 / T, "k": k / T})


def bond(random, n, noise):
    """Bonds by Vasicek, P_t = s2/2 P_rr + (b - a r) P_r - r P; or a cloud of Ornstein and Uhlenbeck, p_t = (a (x - m) p)_x + D p_xx, m known."""
    a, form = random.uniform(0.3, 2), random.choice(FORMS)
    if random.random() < 0.4:
        s2, b = 10**random.uniform(-3, -1.5), 0.05 * a
        t, r = mesh(line(n, 5.0, 0.1), line(n, 0.2))
        B = (1 - np.exp(-a * t)) / a
        P = np.exp((b / a - s2 / (2 * a**2)) * (B - t) - s2 / (4 * a) * B**2 - B * r)
        return f"bonds, {form}", Job("", deck("tx", (n, n), (5, 0.2), ["P"], equation("dt(P) - s*d(P,\\\"xx\\\")/2 - b*dx(P) + a*x*dx(P) + x*P", form), dict.fromkeys("sba", ""), lower=(0.1, 0)),
                                     noisy(0.03 * noise, P=P), {"s": s2, "b": b, "a": a})
    D, m, x0 = 10**random.uniform(-2.3, -1.3), random.uniform(-0.3, 0.3), random.choice([-1, 1]) * random.uniform(0.4, 0.8)
    t, x = mesh(line(n, 2.0), line(2 * n, 1.5, -1.5))
    mean, s = m + (x0 - m) * np.exp(-a * t), 0.02 * np.exp(-2 * a * t) + D / a * (1 - np.exp(-2 * a * t))
    return f"a cloud in a well, {form}", Job("", deck("tx", (n, 2 * n), (2, 1.5), ["p"], equation(f"dt(p) - a*dx((x - {m:.12g})*p) - D*d(p,\\\"xx\\\")", form), dict.fromkeys("aD", ""), lower=(0, -1.5)),
                                             noisy(noise, p=np.exp(-(x - mean)**2 / (2 * s)) / np.sqrt(2 * PI * s)), {"a": a, "D": D})


def wrong(random, n, noise):
    """Growth that saturates taken for one that does not, D(u) for D, an uptake that saturates for one of second order."""
    D, r, share, kind, form = 10**random.uniform(-2.3, -1.7), random.uniform(0.5, 2), random.uniform(0.1, 0.8), random.choice(["growth", "D(u)", "uptake"]), random.choice(FORMS)
    x = line((n - 1) * 8 + 1)
    react = {"growth": lambda u, _: r * u * (1 - share * u), "D(u)": lambda u, _: -r * u, "uptake": lambda u, _: -r * u / (0.5 + u)}[str(kind)]
    u = evolve(conservative(lambda u, y: D * (1 + 3 * share * u * (kind == "D(u)")), x, react), 0.6 + 0.4 * np.cos(3 * PI * x), line(n))[:, ::8]
    law, truth = {"growth": ("- r*u", r), "D(u)": ("+ r*u", r), "uptake": ("+ r*u^2", r)}[str(kind)]
    return f"wrong {kind}, {form}", Job("", deck("tx", (n, n), (1, 1), ["u"], equation(f"dt(u) - D*dx(dx(u)) {law}", form), dict.fromkeys("Dr", "")), noisy(noise, u=u), {"D": D, "r": truth})


def wrong_noise(random, n, noise):
    """Noise alike in time or along x, of heavy tails, as a share of the signal, or said three times too small."""
    D, k, c, kind, form = 10**random.uniform(-2.2, -1.5), random.uniform(0.3, 2), random.uniform(-0.5, 0.5), random.choice(["in time", "along x", "tails", "share", "said"]), random.choice(FORMS)
    t, y, x = mesh(line(n), [0.0], line(n))
    u = 1.5 + waves_at(random, D, (0, c), k, t, y, x)[:, 0]
    text = deck("tx", (n, n), (1, 1), ["u"], equation("dt(u) + c*dx(u) - D*dx(dx(u)) + k*(u - 1.5)", form), dict.fromkeys("cDk", ""))
    size = noise * u.std()
    draws = {"in time": lambda r: along(r.standard_normal((n, n)), 1.5).T, "along x": lambda r: along(r.standard_normal((n, n)), 1.5), "tails": lambda r: r.standard_t(2.2, (n, n)),
             "share": lambda r: r.standard_normal((n, n)) * np.abs(u) / u.std(), "said": lambda r: r.standard_normal((n, n))}
    text = text.replace('dataset = "u"\n', f'dataset = "u"\nnoise = {size / 3:.6g}\n') if kind == "said" else text
    return f"noise {kind}, {form}", Job("", text, lambda draw: {"u": u + size * draws[str(kind)](draw)}, {"c": c, "D": D, "k": k})


def nerve(random, n, noise):
    """FitzHugh and Nagumo on a ring: four constants, two states."""
    D, e, a, b, L, m, form = 1.0, random.uniform(0.05, 0.15), random.uniform(0.5, 0.8), random.uniform(0.5, 0.9), 60.0, 128, random.choice(FORMS)
    x, q = L * np.arange(2 * m) / (2 * m), 2 * PI / L * np.fft.fftfreq(2 * m, 1 / (2 * m))
    second = lambda u: np.fft.ifft(-q**2 * np.fft.fft(u)).real   # differences on four times the points make D 0.08 % too small
    rate = lambda _, s: np.concatenate([D * second(s[:2 * m]) + s[:2 * m] - s[:2 * m]**3 / 3 - s[2 * m:], e * (s[:2 * m] + a - b * s[2 * m:])])
    start = np.concatenate([-1.2 + 2.5 * np.exp(-(x - 38)**2 / 30), -0.6 + 1.0 * np.exp(-(x - 30)**2 / 40)])
    s = solve_ivp(rate, (0, 12), start, "RK45", line(n, 12.0), rtol=1e-7, atol=1e-9).y.T
    laws = '", "'.join(("dt(u) - D*dx(dx(u)) - u + u^3/3 + v", "dt(v) - e*u - p + q*v"))
    return f"a nerve, {form}", Job("", deck("tx", (n, m), (12, L), ["u", "v"], f'residuals = ["{laws}"]\nform = "{form}"', dict.fromkeys("Depq", ""), (), 'periodic = ["x"]\n'),
                                   noisy(noise, u=s[:, :2 * m:2], v=s[:, 2 * m::2]), {"D": D, "e": e, "p": e * a, "q": e * b})


def images(random, n, noise):
    """Four to seven images of a tissue: spreading and growth, micrometres and hours."""
    frames, n, D, r, T, L = int(random.integers(4, 8)), int(random.integers(20, 33)), 10**random.uniform(-2.3, -1.6), random.uniform(-1, 1), 10**random.uniform(0, 2), 10**random.uniform(1, 3)
    t, y, x = mesh(line(frames), line(n), line(n))
    u = waves_at(random, D, (0, 0), -r, t, y, x)
    return f"{frames} images of {n}^2", Job("", deck("tyx", (frames, n, n), (T, L, L), ["u"], equation("dt(u) - D*lap(u) - r*u"), dict.fromkeys("Dr", "")), noisy(noise, u=u), {"D": D * L**2 / T, "r": r / T})


KIN = (plate, reactor, telegraph, pair, arrhenius, uneven, sensors, rim, sound, rotating, bond, wrong, wrong_noise, nerve, images, plate, reactor, telegraph, rotating, bond, wrong_noise, images)


def random_kin(seed):
    random = np.random.default_rng(2000 + seed)
    maker, noise = KIN[seed % len(KIN)], 10**random.uniform(-3, -1)
    name, job = maker(random, int(random.integers(24, 61)), noise)
    return job._replace(name=f"{seed} {name}, {100 * noise:.2g} %")
