"""What the jobs of hunt.py are made of: decks, noise, solvers on grids several times finer than the data's."""
from typing import Callable, NamedTuple

import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linear
from scipy.integrate import solve_ivp

PI = np.pi


class Job(NamedTuple):
    name: str
    deck: str
    data: Callable          # of a random generator: arrays by their names
    truth: dict             # constants, arrays on the grid of the parameter, curves as functions
    over: str = ""          # of curves: their state


def deck(axes, shape, upper, states, equation, parameters, fields=(), more="", lower=None):
    """parameters: name -> axes; fields: names of data sets over all axes, or name = "formula" pairs."""
    text = f"[grid]\naxes = {list(axes)}\npoints = {list(shape)}\nlower = {[float(v) for v in (lower or [0] * len(axes))]}\nupper = {[float(v) for v in upper]}\n".replace("'", '"')
    text += more
    for state in states:
        text += f'[observations.{state}]\nfile = "data.h5"\ndataset = "{state}"\n'
    for name, value in fields:
        text += f'[fields.{name}]\n' + (f'value = "{value}"\n' if value else f'file = "data.h5"\ndataset = "{name}"\n')
    text += f'[equation]\n{equation}\n'
    for name, over in parameters.items():
        text += f'[parameters.{name}]\nover = {list(over)}\n'.replace("'", '"')
    return text


def noisy(share, **states):
    """Noise of a share of each state's deviation."""
    clean = {name: np.asarray(values, float) for name, values in states.items()}
    return lambda random: {name: values + share * values.std() * random.standard_normal(values.shape) for name, values in clean.items()}


def with_gaps(make, share, but=()):
    """A share of the points is not observed."""
    def data(random):
        made = make(random)
        return {name: values if name in but else np.where(random.random(values.shape) < share, np.nan, values) for name, values in made.items()}
    return data


def mesh(*axes):
    return np.meshgrid(*axes, indexing="ij")


def line(n, upper=1.0, lower=0.0):
    return np.linspace(lower, upper, n)


def along(noise, sigma):
    """The same noise, of neighbours along the last axis alike."""
    k = np.arange(-3 * sigma, 3 * sigma + 1)
    weights = np.exp(-0.5 * (k / sigma)**2)
    out = np.apply_along_axis(lambda row: np.convolve(row, weights, "same"), -1, noise)
    return out * noise.std() / out.std()


def core(shape):
    """What scores call the core: without a tenth of the points at each end."""
    inside = np.ones(shape, bool)
    for axis, n in enumerate(shape):
        rim = -(-n // 10)
        index = np.arange(n)
        inside &= ((index >= rim) & (index < n - rim)).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return inside


# Steady fields, solved by finite volumes on grids four times as fine.

def darcy(conductivity, source, n, finer=4, edge=lambda y, x: 0 * x, k=0.0):
    """div(T grad h) + k h + W = 0, h known on the edge: T, h on n x n points of the unit square."""
    m = (n - 1) * finer + 1
    y, x = mesh(line(m), line(m))
    T, W, step = conductivity(y, x), source(y, x), 1.0 / (m - 1)
    number = np.arange(m * m).reshape(m, m)
    inner = number[1:-1, 1:-1].ravel()
    rows, columns, entries = [], [], []
    diagonal = np.zeros(m * m)
    for dy, dx in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        other = number[1 + dy:m - 1 + dy, 1 + dx:m - 1 + dx]
        face = conductivity(0.5 * (y[1:-1, 1:-1] + y.ravel()[other]), 0.5 * (x[1:-1, 1:-1] + x.ravel()[other])) / step**2
        rows.append(inner), columns.append(other.ravel()), entries.append(face.ravel())
        diagonal[inner] -= face.ravel()
    diagonal[inner] += k
    matrix = sparse.csr_matrix((np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), (m * m, m * m)) + sparse.diags(diagonal)
    h = edge(y, x).ravel().astype(float)
    known = np.setdiff1d(number.ravel(), inner)
    right = -W.ravel()[inner] - matrix[inner][:, known] @ h[known]
    h[inner] = linear.spsolve(matrix[inner][:, inner].tocsc(), right)
    return T[::finer, ::finer], h.reshape(m, m)[::finer, ::finer]


def bump(y, x, y0, x0, width):
    return np.exp(-((y - y0)**2 + (x - x0)**2) / width**2)


def conductivity(y, x):
    return 1 + 0.6 * bump(y, x, 0.6, 0.35, 0.2) - 0.4 * bump(y, x, 0.3, 0.7, 0.17)


def layered(y, x):
    return np.exp(0.7 * np.sin(2 * PI * (y + 0.4 * x)))


DARCY = 'residual = "dx(T*dx(h)) + dy(T*dy(h)) + W"'


def flow(name, T, W, formula, share, gaps=0.0, n=41, edge=lambda y, x: 0 * x, more=""):
    truth, h = darcy(T, W, n, edge=edge)
    make = noisy(share, h=h)
    return Job(name, deck("yx", (n, n), (1, 1), ["h"], DARCY, {"T": "yx"}, [("W", formula)], more),
               with_gaps(make, gaps) if gaps else make, {"T": truth})


# Films over time and one axis.

def evolve(rate, u, times):
    """Method of lines."""
    done = solve_ivp(rate, (times[0], times[-1]), np.asarray(u, float), "LSODA", times, rtol=1e-8, atol=1e-10, lband=2, uband=2)
    return done.y.T


def conservative(flux_coefficient, x, reaction=lambda u, x: 0.0, drift=None):
    """u_t = (D u_x - F u)_x + reaction with closed ends by finite volumes; flux_coefficient(u, x) and drift(x) at the faces."""
    step = x[1] - x[0]
    middle = 0.5 * (x[1:] + x[:-1])
    width = np.full(len(x), step)
    width[[0, -1]] = step / 2

    def rate(_, u):
        mean = 0.5 * (u[1:] + u[:-1])
        flux = flux_coefficient(mean, middle) * np.diff(u) / step - (0.0 if drift is None else drift(middle) * mean)
        return np.diff(np.concatenate([[0.0], flux, [0.0]])) / width + reaction(u, x)
    return rate


def film(name, equation, rate, u0, points, upper, share, truth, parameters, finer=8, gaps=0.0, fields=(), more="", over="", form="strong"):
    frames, n = points
    x = line((n - 1) * finer + 1, upper[1])
    times = line(frames, upper[0])
    u = evolve(rate(x), u0(x), times)[:, ::finer]
    make = noisy(share, u=u)
    return Job(name, deck("tx", points, upper, ["u"], f'residual = "{equation}"\nform = "{form}"', parameters, fields, more),
               with_gaps(make, gaps) if gaps else make, truth, over)


def decaying(D=0.05, k=0.5):
    t, x = mesh(line(41, 2.0), line(51))
    s = D * PI**2
    return np.exp(-k * t) * (np.exp(-s * t) * np.sin(PI * x) + 0.7 * np.exp(-9 * s * t) * np.cos(3 * PI * x))


def decaying_deck(equation, parameters, more=""):
    return deck("tx", (41, 51), (2, 1), ["u"], equation, parameters, more=more)


def smooth_step(u, low, high, at, width):
    return low + (high - low) / (1 + np.exp(-(u - at) / width))
