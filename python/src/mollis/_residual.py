"""Residuals written as in a deck, as functions of arrays."""
import math

import numpy as np

from . import _core
from ._mollifier import Mollifier, along, axes_of

_UNARY = ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "abs", "sign")
_NUMPY_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}   # numpy 1 and older JAX know no others


def _erf(library):
    if hasattr(library, "erf"):      # torch
        return library.erf
    if library is np:
        return np.vectorize(math.erf, otypes=[float])
    from jax.scipy.special import erf
    return erf


def operations_of(library):
    """The operations of a tape on arrays of `library` (numpy, torch, jax.numpy): name -> function(a, b)."""
    def named(name):
        function = getattr(library, name if hasattr(library, name) else _NUMPY_NAMES.get(name, name))
        return lambda a, b: function(a)

    table = {name: named(name) for name in _UNARY + ("asin", "acos", "atan")}
    atan2, erf, zero = getattr(library, "atan2" if hasattr(library, "atan2") else "arctan2"), _erf(library), library.zeros_like
    table.update(
        add=lambda a, b: a + b, subtract=lambda a, b: a - b, multiply=lambda a, b: a * b, divide=lambda a, b: a / b,
        power=lambda a, b: a**b, negate=lambda a, b: -a, erf=lambda a, b: erf(a), atan2=atan2,
        min=library.minimum, max=library.maximum, step=lambda a, b: library.where(a >= 0, zero(a) + 1.0, zero(a)),
        less=lambda a, b: library.where(a < b, zero(a) + 1.0, zero(a)), less_equal=lambda a, b: library.where(a <= b, zero(a) + 1.0, zero(a)),
        equal=lambda a, b: library.where(a == b, zero(a) + 1.0, zero(a)), unequal=lambda a, b: library.where(a != b, zero(a) + 1.0, zero(a)),
        when=lambda a, b: library.where(a != 0, b, zero(a)), unless=lambda a, b: library.where(a == 0, b, zero(a)))
    return table


def run_tape(code, outputs, inputs, library):
    """The tape's outputs on arrays of `library`."""
    like = next((i for i in inputs if hasattr(i, "shape")), np.zeros(()))
    number = (lambda v: library.zeros((), dtype=like.dtype) + v)
    table, register = operations_of(library), {}
    for operation, target, a, b, value in code:
        if operation == "constant":
            register[target] = number(value)
        elif operation == "input":
            register[target] = inputs[a]
        elif operation == "integer_power":
            register[target] = register[a]**b
        else:
            register[target] = table[operation](register[a], register.get(b))
    return [register[k] for k in outputs]


class Plan:
    """What a residual reads, and how: `states` by the mollifier, parameters and known fields by differences."""

    def __init__(self, residual, grid, radius, states=("u",), parameters=(), fields=(), let=None, **mollifier):
        texts = [residual] if isinstance(residual, str) else list(residual)
        plain = {k: v for k, v in mollifier.items() if k in ("periodic", "spacing", "names", "comm")}
        probe = Mollifier(grid, [""], 0, filter="difference", **plain)
        self.names, self.shape = probe.names, probe.shape
        compiled = _core.compile(texts, list(self.names), list(states), list(parameters), list(fields), let or {})
        self.features, self.code, self.outputs, self.text = compiled.features, compiled.code, compiled.outputs, compiled.text
        self.states, self.others = tuple(states), tuple(parameters) + tuple(fields)
        self.single = isinstance(residual, str)
        spacing = along(mollifier.get("spacing", 1.0), self.names, "spacing")
        axes = [np.arange(n) * step if np.ndim(n) == 0 else np.asarray(n, dtype=float) for n, step in zip(axes_of(grid), spacing)]
        self.coordinates = {name: axis.reshape([-1 if a == k else 1 for a in range(len(axes))])
                            for k, (name, axis) in enumerate(zip(self.names, axes))}
        self.mollifiers = {}
        for name in self.states + self.others:
            orders = [order for feature, order in self.features if feature == name]
            if name in self.states:
                self.mollifiers[name] = (orders, Mollifier(grid, orders, radius, **mollifier) if orders else None)
            else:
                derived = [o for o in orders if any(o)]
                self.mollifiers[name] = (derived, Mollifier(grid, derived, 0, filter="difference", **plain) if derived else None)

    def check(self, given):
        """All names that the residual reads, and no others."""
        known = set(self.states + self.others)
        missing, extra = sorted({f for f, _ in self.features} & known - set(given)), sorted(set(given) - known)
        if missing or extra:
            raise TypeError(f"residual: missing {', '.join(missing) or 'nothing'}; unknown {', '.join(extra) or 'nothing'}")

    def valid(self):
        """(*shape), where all derivatives of the states exist."""
        return np.logical_and.reduce([np.ones(self.shape, bool), *(m.valid() for _, m in self.mollifiers.values() if m is not None)])

    def inputs(self, given, differentiate, constant):
        """The features' arrays. differentiate(mollifier, array) -> (..., K, *shape); constant(array): coordinates in the library."""
        self.check(given)
        jets = {}
        for name, (orders, mollifier) in self.mollifiers.items():
            if mollifier is None:
                continue
            derived = differentiate(mollifier, given[name])
            for k, order in enumerate(orders):
                jets[name, order] = derived[(Ellipsis, k) + (slice(None),) * len(self.shape)]
        return [constant(self.coordinates[name]) if name in self.coordinates else jets.get((name, order), given.get(name))
                for name, order in self.features]


class Residual:
    """R(u, ...) = 0 as in a deck, on arrays: mollis.Residual("lambda*lap(u) + m", (64, 64), 8, parameters=["lambda"], fields=["m"]).

    residual: text, or a list of texts. grid, radius and further keywords: of the Mollifier that takes the states' derivatives;
    derivatives of parameters and known fields are differences. states, parameters, fields: names. let: named sub-expressions.
    mollis.torch.Residual is the same, differentiable.
    """

    def __init__(self, residual, grid, radius, states=("u",), parameters=(), fields=(), let=None, **mollifier):
        self.plan = Plan(residual, grid, radius, states, parameters, fields, let, **mollifier)

    def valid(self):
        """(*shape), where the residual means something: where all derivatives of the states exist (mask=..., filter="analytic")."""
        return self.plan.valid()

    def __call__(self, **given):
        """The residual (a list of texts: one each) of arrays (..., *shape) by name; parameters and fields may be numbers."""
        given = {n: np.asarray(v, dtype=float) for n, v in given.items()}
        whole = {n: np.broadcast_to(v, self.plan.shape) if self.plan.mollifiers.get(n, ((), None))[1] is not None and v.ndim == 0 else v
                 for n, v in given.items()}
        inputs = self.plan.inputs(whole, lambda m, u: m.apply(u), lambda c: c)
        values = run_tape(self.plan.code, self.plan.outputs, inputs, np)
        return values[0] if self.plan.single else values
