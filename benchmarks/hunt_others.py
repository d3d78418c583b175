"""Further jobs of hunt.py, of other equations and other faults: fronts, waves, beams, slow flow, epidemics, detectors and clocks that err."""
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linear
from scipy.integrate import solve_ivp

from hunt_data import PI, Job, conservative, darcy, decaying, decaying_deck, deck, film, line, mesh, noisy


def second(u, step):
    """u_xx between closed ends."""
    out = np.empty_like(u)
    out[1:-1] = u[2:] - 2 * u[1:-1] + u[:-2]
    out[0], out[-1] = 2 * (u[1] - u[0]), 2 * (u[-2] - u[-1])
    return out / step**2


def lines(rate, start, x, times, finer):
    """u_t = rate(u, step, x) by the method of lines, at every finer-th point."""
    done = solve_ivp(lambda _, u: rate(u, x[1] - x[0], x), (times[0], times[-1]), start, "LSODA", times, rtol=1e-8, atol=1e-10, lband=2, uband=2)
    return done.y.T[:, ::finer]


def fine(n, upper=1.0, finer=8):
    return line((n - 1) * finer + 1, upper)


def orbit(rate, start, times):
    return solve_ivp(lambda _, s: rate(*s), (times[0], times[-1]), start, "DOP853", times, rtol=1e-10, atol=1e-12).y


def transmission_line(n, times, length=1000.0, L=2.5e-7, C=1e-10, R=5e-2):
    """V_x + L I_t + R I = 0, I_x + C V_t = 0, I = 0 at the ends: three standing waves; volts, amperes, metres, seconds."""
    x = line(n, length)
    V, I = np.zeros((len(times), n)), np.zeros((len(times), n))
    for k, amplitude in ((1, 10.0), (2, 6.0), (3, 3.0)):
        q = k * PI / length
        v, i = orbit(lambda v, i, q=q: [-q * i / C, (q * v - R * i) / L], [amplitude, 0.0], times)
        V, I = V + np.outer(v, np.cos(q * x)), I + np.outer(i, np.sin(q * x))
    return V, I


def in_a_trap(V, times, points=1024):
    """i psi_t = -psi_xx / 2 + V psi on [-8, 8) by Fourier: places, real and imaginary part on [-4, 4]."""
    x = np.linspace(-8, 8, points, endpoint=False)
    k = PI / 8 * np.fft.fftfreq(points, 1 / points)
    H = np.fft.ifft(np.fft.fft(np.eye(points), axis=0) * (k**2 / 2)[:, None], axis=0).real + np.diag(V(x))
    energy, waves = np.linalg.eigh((H + H.T) / 2)
    start = waves.T @ np.exp(-(x - 1.2)**2 / 1.2 + 0.5j * x)
    seen = slice(points // 4, 3 * points // 4 + 1, 6)
    psi = np.array([(waves @ (np.exp(-1j * energy * t) * start))[seen] for t in times])
    return x[seen], psi.real, psi.imag


def echoes(c2, n, frames, until=1.0, finer=8):
    """u_tt = (c2 u_x)_x between walls that reflect, by leapfrog."""
    x = fine(n, finer=finer)
    step, face = x[1], c2(0.5 * (x[1:] + x[:-1]))
    width = np.full(len(x), step)
    width[[0, -1]] = step / 2
    each = int(np.ceil(until / (frames - 1) / (0.25 * step)))
    dt = until / (frames - 1) / each
    pull = lambda u: np.diff(np.concatenate([[0.0], face * np.diff(u) / step, [0.0]])) / width
    u = np.exp(-(x - 0.3)**2 / 0.02)
    v, kept = 0.5 * dt * pull(u), [u]
    for _ in range(frames - 1):
        for _ in range(each):
            u = u + dt * v
            v = v + dt * pull(u)
        kept.append(u)
    return np.array(kept)[:, ::finer]


def slow_flow(buoyancy, mu, n):
    """mu lap(u, v) - grad p + (0, b) = 0, div (u, v) = 0, periodic, by Fourier."""
    k = 2 * PI * np.fft.fftfreq(n, 1 / n)
    ky, kx = mesh(k, k)
    square = kx**2 + ky**2
    square[0, 0] = 1
    b = np.fft.fft2(buoyancy)
    p = -1j * ky * b / square
    return [np.fft.ifft2(w).real for w in (-1j * kx * p / (mu * square), (b - 1j * ky * p) / (mu * square), p)]


def sagging(EI, n, length=4.0, finer=20):
    """EI w'' = -500 x (length - x), w = 0 at both ends."""
    x = fine(n, length, finer)
    bent = (-500 * x * (length - x) / EI(x))[1:-1]
    matrix = sparse.diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(len(bent),) * 2).tocsc() / x[1]**2
    return np.concatenate([[0.0], linear.spsolve(matrix, bent), [0.0]])[::finer]


def separating(times, M=1.0, kappa=0.0008, points=512):
    """u_t = M (u^3 - u - kappa u_xx)_xx, periodic, by Fourier."""
    x = np.arange(points) / points
    k = 2 * PI * np.fft.fftfreq(points, 1 / points)
    rate = lambda _, u: np.fft.ifft(-M * k**2 * np.fft.fft(u**3 - u + np.fft.ifft(kappa * k**2 * np.fft.fft(u)).real) * (np.abs(k) < 120 * PI)).real
    start = 0.1 + 0.1 * np.cos(6 * PI * x) + 0.1 * np.sin(10 * PI * x) + 0.05 * np.cos(4 * PI * x)
    return solve_ivp(rate, (0, times[-1]), start, "BDF", times, rtol=1e-7, atol=1e-9).y.T[:, ::8]


def others():
    x, times = fine(61), line(41, 4.0)
    u = lines(lambda u, h, x: 0.002 * second(u, h) + u - 1.5 * u**3, 0.3 * np.cos(3 * PI * x) + 0.2 * np.cos(PI * x) - 0.05, x, times, 8)
    yield Job("Allen-Cahn, three constants, 5 %", deck("tx", (41, 61), (4, 1), ["u"], 'residual = "dt(u) - e*dx(dx(u)) - a*u + b*u^3"', dict.fromkeys("eab", "")),
              noisy(0.05, u=u), {"e": 0.002, "a": 1.0, "b": 1.5})
    V, I = transmission_line(81, line(101, 1.5e-5))
    yield Job("transmission line, SI, 3 %", deck("tx", (101, 81), (1.5e-5, 1000), ["V", "I"], 'residuals = ["dx(V) + L*dt(I) + R*I", "dx(I) + 1e-10*dt(V)"]',
              dict.fromkeys("LR", "")), noisy(0.03, V=V, I=I), {"L": 2.5e-7, "R": 5e-2})
    trap = lambda x: 0.5 * x**2 + 1.5 * np.exp(-x**2)
    x, real, imaginary = in_a_trap(trap, line(61, 2.0))
    yield Job("Schroedinger, a trap V(x), 3 %", deck("tx", (61, len(x)), (2, x[-1]), ["a", "b"], 'residuals = ["dt(a) + 0.5*dx(dx(b)) - V*b", "dt(b) - 0.5*dx(dx(a)) + V*a"]',
              {"V": "x"}, lower=(0, x[0])), noisy(0.03, a=real, b=imaginary), {"V": trap(x)})
    c2 = lambda x: 1 + 0.5 * np.exp(-(x - 0.6)**2 / 0.02)
    for noise in (0.02, 0.1):
        yield Job(f"wave, its speed over x, {100 * noise:g} %", deck("tx", (61, 81), (1, 1), ["u"], 'residual = "d(u,\\"tt\\") - dx(c2*dx(u))"', {"c2": "x"}),
                  noisy(noise, u=echoes(c2, 81, 61)), {"c2": c2(line(81))})
    y, x = mesh(np.arange(48) / 48, np.arange(48) / 48)
    b = np.exp(np.sin(2 * PI * x) * np.cos(2 * PI * y))
    u, v, p = slow_flow(b - b.mean(), 0.02, 48)
    yield Job("Stokes, buoyancy and viscosity, 2 %", deck("yx", (48, 48), (1, 1), ["u", "v", "p"], 'residuals = ["mu*lap(u) - dx(p)", "mu*lap(v) - dy(p) + b", "dx(u) + dy(v)"]',
              {"mu": "", "b": "yx"}, more='periodic = ["y", "x"]\n'), noisy(0.02, u=u, v=v, p=p), {"mu": 0.02, "b": b - b.mean()})
    EI = lambda x: 2e4 * (1 - 0.4 * np.exp(-(x - 2.2)**2 / 0.3))
    beam = lambda residual: deck("x", (121,), (4,), ["w"], f'residual = "{residual}"', {"EI": "x"})
    yield Job("beam, EI(x), its moment known, 0.5 %", beam('EI*d(w,\\"xx\\") + 500*x*(4 - x)'), noisy(0.005, w=sagging(EI, 121)), {"EI": EI(line(121, 4.0))})
    yield Job("beam, EI(x), its ends not known, 0.2 %", beam('d(EI*d(w,\\"xx\\"),\\"xx\\") - 1000'), noisy(0.002, w=sagging(EI, 121)), {"EI": EI(line(121, 4.0))})
    S, I = orbit(lambda S, I: [-3e-7 * S * I, 3e-7 * S * I - 0.1 * I], [1e6, 100.0], line(121, 120.0))
    yield Job("epidemic, counts of one case in twenty", deck("t", (121,), (120,), ["S", "I"], 'residuals = ["dt(S) + beta*S*I", "dt(I) - beta*S*I + gamma*I"]',
              {"beta": "", "gamma": ""}), lambda random: {"S": S + 5000 * random.standard_normal(S.shape), "I": 20.0 * random.poisson(I / 20)}, {"beta": 3e-7, "gamma": 0.1})
    X, Y = orbit(lambda X, Y: [1.0 + X**2 * Y - 3.5 * X, 2.5 * X - X**2 * Y], [1.2, 3.0], line(201, 20.0))
    yield Job("Brusselator, 10 % of each value", deck("t", (201,), (20,), ["X", "Y"], 'residuals = ["dt(X) - A - k*X^2*Y + m*X", "dt(Y) - n*X + k*X^2*Y"]', dict.fromkeys("Akmn", "")),
              lambda random: {name: values * np.exp(0.1 * random.standard_normal(values.shape)) for name, values in (("X", X), ("Y", Y))},
              {"A": 1.0, "k": 1.0, "m": 3.5, "n": 2.5})
    x = fine(101, finer=20)
    shock = lambda u, h, x: np.concatenate([[0.0], -np.diff(0.25 * (u[1:]**2 + u[:-1]**2) - 0.005 * np.diff(u) / h) / h, [0.0]])
    yield Job("Burgers, a shock, 2 %", deck("tx", (41, 101), (0.8, 1), ["u"], 'residual = "dt(u) + u*dx(u) - nu*dx(dx(u))"', {"nu": ""}),
              noisy(0.02, u=lines(shock, np.sin(2 * PI * x) + 0.3 * np.sin(PI * x), x, line(41, 0.8), 20)), {"nu": 0.005})
    yield Job("Cahn-Hilliard, mobility and energy of gradients, 2 %", deck("tx", (41, 64), (0.02, 1), ["u"], 'residual = "dt(u) - M*dx(dx(u^3 - u)) + L*dx(dx(dx(dx(u))))"',
              {"M": "", "L": ""}, more='periodic = ["x"]\n'), noisy(0.02, u=separating(line(41, 0.02))), {"M": 1.0, "L": 0.0008})
    x, leak = fine(61, 2.0), lambda x: 3 + 2 * np.tanh((x - 1) / 0.2)
    yield Job("cable, D and a leak over x, 2 %", deck("tx", (41, 61), (0.5, 2), ["u"], 'residual = "dt(u) - D*dx(dx(u)) + g*u"', {"D": "", "g": "x"}),
              noisy(0.02, u=lines(lambda u, h, x: 0.1 * second(u, h) - leak(x) * u, 1 + 0.8 * np.cos(2 * PI * x), x, line(41, 0.5), 8)), {"D": 0.1, "g": leak(line(61, 2.0))})
    q = orbit(lambda q, v: [v, -4.0 * np.sin(q) - 0.2 * v], [2.5, 0.0], line(151, 15.0))[0]
    for name, law in (("pendulum, 25 %", "w2*sin(q)"), ("pendulum, its sine taken for the angle, 25 %", "w2*q")):
        yield Job(name, deck("t", (151,), (15,), ["q"], f'residual = "d(q,\\"tt\\") + g*dt(q) + {law}"', {"g": "", "w2": ""}), noisy(0.25, q=q), {"g": 0.2, "w2": 4.0})
    q = orbit(lambda q, v, t: [v, q - q**3 - 0.3 * v + 0.5 * np.cos(1.2 * t), 1.0], [1.0, 0.0, 0.0], line(301, 30.0))[0]
    yield Job("Duffing, driven, four constants, 3 %", deck("t", (301,), (30,), ["q"], 'residual = "d(q,\\"tt\\") + g*dt(q) - a*q + b*q^3 - F*cos(1.2*t)"', dict.fromkeys("gabF", "")),
              noisy(0.03, q=q), {"g": 0.3, "a": 1.0, "b": 1.0, "F": 0.5})
    t, x = mesh(line(25, 60.0), line(61, 2000.0))
    front = 2e-3 / (1 + (np.sqrt(2) - 1) * np.exp((x - 400) * np.sqrt(0.05 / 1800) - 5 / 6 * 0.05 * t))**2   # Ablowitz and Zeppetella 1979
    yield Job("Fisher, a front, three constants, 5 %", deck("tx", (25, 61), (60, 2000), ["c"], 'residual = "dt(c) - D*dx(dx(c)) - k*c*(1 - c/K)"', dict.fromkeys("DkK", "")),
              noisy(0.05, c=front), {"D": 300.0, "k": 0.05, "K": 2e-3})
    yield from measured_wrongly()
    yield from badly_measured()


def badly_measured():
    """A field in much noise; dead pixels that read 0."""
    rate = lambda y, x: 1 + 0.5 * np.sin(3 * x) * np.cos(2 * y)
    for name, n, share, dead in (("rate, 30 %", 64, 0.3, 0.0), ("rate, dead pixels read 0, 1 %", 48, 0.01, 0.05)):
        u = darcy(lambda y, x: 1 + 0 * x, lambda y, x: 10 / rate(y, x), n)[1]
        text = deck("yx", (n, n), (1, 1), ["u"], 'residual = "r*lap(u) + 10"', {"r": "yx"})
        yield Job(name, text.replace('dataset = "u"', 'dataset = "u"\nloss = "robust"') if dead else text,
                  lambda random, make=noisy(share, u=u), dead=dead: {"u": np.where(random.random(u.shape) < dead, 0.0, make(random)["u"]) if dead else make(random)["u"]},
                  {"r": rate(*mesh(line(n), line(n)))})


def measured_wrongly():
    clean, both = decaying(), {"D": "", "k": ""}
    strong, truth = 'residual = "dt(u) - D*dx(dx(u)) + k*u"', {"D": 0.05, "k": 0.5}
    yield Job("film, a detector 0.1 off, 3 %", decaying_deck(strong, both), lambda random: {"u": 0.1 + noisy(0.03, u=clean)(random)["u"]}, truth)
    yield Job("film, every pixel 3 % off, 1 %", decaying_deck(strong, both),
              lambda random: {"u": noisy(0.01, u=clean)(random)["u"] + 0.03 * clean.std() * random.standard_normal((1, 51))}, truth)
    yield Job("film, said periodic, 2 %", decaying_deck(strong, both, more='periodic = ["x"]\n'), noisy(0.02, u=clean), truth)
    x = fine(51)
    u = lines(lambda u, h, x: 0.05 * second(u, h) - 0.5 * u + 0.3 * np.sin(2 * PI * x), np.cos(PI * x) + 0.5, x, line(41, 2.0), 8)
    yield Job("film, the sign of its source, 2 %", decaying_deck('residual = "dt(u) - D*dx(dx(u)) + k*u + 0.3*sin(2*pi*x)"', both), noisy(0.02, u=u), truth)
    yield film("film, D grows with u, said constant, 2 %", "dt(u) - D*dx(dx(u))", lambda x: conservative(lambda m, y: 0.02 * (1 + 0.5 * m), x),
               lambda x: 0.5 + 0.5 * np.cos(PI * x), (41, 51), (2.0, 1.0), 0.02, {"D": 0.02}, {"D": ""})

    def by_another_clock(random):
        t = line(41, 2.0)
        t[1:-1] += 0.3 * t[1] * random.standard_normal(39)
        t, x = mesh(t, line(51))
        s = 0.05 * PI**2
        return noisy(0.01, u=np.exp(-0.5 * t) * (np.exp(-s * t) * np.sin(PI * x) + 0.7 * np.exp(-9 * s * t) * np.cos(3 * PI * x)))(random)
    yield Job("film, a clock a third of a frame off, 1 %", decaying_deck(strong, both), by_another_clock, truth)
