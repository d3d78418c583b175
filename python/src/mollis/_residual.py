"""Residuals written as in a deck, as functions of arrays."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._mollifier import Along, Grid, Mollifier, along, axes_of

_UNARY = ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "abs", "sign")
_NUMPY_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}   # numpy 1 and older JAX know no others


def _erf(library: Any) -> Callable[[Any], Any]:
    if hasattr(library, "erf"):      # torch
        return library.erf
    if library is np:
        return np.vectorize(math.erf, otypes=[float])
    from jax.scipy.special import erf
    return erf


def operations_of(library: Any) -> dict[str, Callable[[Any, Any], Any]]:
    """The operations of a tape on arrays of `library` (numpy, torch, jax.numpy): name -> function(a, b)."""
    def named(name: str) -> Callable[[Any, Any], Any]:
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


def run_tape(code: Sequence[Any], outputs: Sequence[int], inputs: Sequence[Any], library: Any) -> list[Any]:
    """The tape's outputs on arrays of `library`."""
    like = next((i for i in inputs if hasattr(i, "shape")), np.zeros(()))
    table = operations_of(library)
    register: dict[int, Any] = {}
    for operation, target, a, b, value in code:
        if operation == "constant":
            register[target] = library.zeros((), dtype=like.dtype) + value
        elif operation == "input":
            register[target] = inputs[a]
        elif operation == "integer_power":
            register[target] = register[a]**b
        else:
            register[target] = table[operation](register[a], register.get(b))
    return [register[k] for k in outputs]


class Plan:
    """What a residual reads, and how: `states` by the mollifier, parameters and known fields by differences."""

    def __init__(self, residual: str | Sequence[str], grid: Grid, radius: Along, states: Sequence[str] = ("u",), parameters: Sequence[str] = (),
                 fields: Sequence[str] = (), let: Mapping[str, str] | None = None, **mollifier: Any) -> None:
        texts = [residual] if isinstance(residual, str) else list(residual)
        plain = {k: v for k, v in mollifier.items() if k in ("periodic", "spacing", "names", "comm")}
        probe = Mollifier(grid, [""], 0, filter="difference", **plain)
        self.names, self.shape = probe.names, probe.shape
        compiled = _core.compile(texts, list(self.names), list(states), list(parameters), list(fields), dict(let or {}))
        self.features, self.code, self.outputs, self.text = compiled.features, compiled.code, compiled.outputs, compiled.text
        self.partials = (compiled.state_partials, compiled.parameter_partials)
        self.states, self.parameters, self.fields = tuple(states), tuple(parameters), tuple(fields)
        self.others = self.parameters + self.fields
        self.single = isinstance(residual, str)
        spacing = along(mollifier.get("spacing", 1.0), self.names, "spacing")
        axes = [np.arange(n) * step if np.ndim(n) == 0 else np.asarray(n, dtype=float) for n, step in zip(axes_of(grid), spacing)]
        self.coordinates = {name: axis.reshape([-1 if a == k else 1 for a in range(len(axes))])
                            for k, (name, axis) in enumerate(zip(self.names, axes))}
        self.mollifiers: dict[str, tuple[list[tuple[int, ...]], Mollifier | None]] = {}
        for name in self.states + self.others:
            orders = [order for feature, order in self.features if feature == name]
            if name in self.states:
                self.mollifiers[name] = (orders, Mollifier(grid, orders, radius, **mollifier) if orders else None)
            else:
                derived = [o for o in orders if any(o)]
                self.mollifiers[name] = (derived, Mollifier(grid, derived, 0, filter="difference", **plain) if derived else None)

    def is_differentiated(self, name: str) -> bool:
        """Does the residual read derivatives of it?"""
        return self.mollifiers.get(name, ([], None))[1] is not None

    def check(self, given: Mapping[str, Any]) -> None:
        """All names that the residual reads, and no others."""
        known = set(self.states + self.others)
        missing, extra = sorted({f for f, _ in self.features} & known - set(given)), sorted(set(given) - known)
        if missing or extra:
            raise TypeError(f"residual: missing {', '.join(missing) or 'nothing'}; unknown {', '.join(extra) or 'nothing'}")

    def valid(self) -> NDArray[np.bool_]:
        """(*shape), where all derivatives of the states exist."""
        return np.logical_and.reduce([np.ones(self.shape, bool), *(m.valid() for _, m in self.mollifiers.values() if m is not None)])

    def inputs(self, given: Mapping[str, Any], differentiate: Callable[[Mollifier, Any], Any], constant: Callable[[Any], Any]) -> list[Any]:
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


class Linearisation:
    """A residual near the arrays that it was given: R(u + v) = value + apply(v) + ..., by the partial derivatives of the deck's compiler.

    value: as Residual gives it. Made by Residual.linearise.
    """

    def __init__(self, plan: Plan, given: Mapping[str, NDArray[Any]], inputs: Sequence[Any]) -> None:
        self._plan = plan
        self._given = {n: v.shape for n, v in given.items()}
        self.value: Any = _first_if(plan.single, run_tape(plan.code, plan.outputs, inputs, np))
        self._partials = [(residual, *plan.features[feature], value) for code, outputs, places in plan.partials
                          for (residual, feature), value in zip(places, run_tape(code, outputs, inputs, np))]

    def _slots(self, name: str) -> tuple[list[tuple[int, ...]], Mollifier | None]:
        orders, mollifier = self._plan.mollifiers[name]
        return orders, mollifier

    def apply(self, **changes: ArrayLike) -> Any:
        """J v, shaped as the residual: sum over names and orders of dR/d(D^k name) D^k v_name, for changes v (*shape; constants: numbers) of
        states and parameters."""
        plan = self._plan
        total = [np.zeros(plan.shape) for _ in plan.outputs]
        derived: dict[tuple[str, Any], Any] = {}
        for name, change in changes.items():
            if name not in self._given or name in plan.fields:
                raise TypeError(f"{name}: no state or parameter of this residual")
            change = np.asarray(change, dtype=float)
            orders, mollifier = self._slots(name)
            derived[name, None] = change
            if mollifier is not None:
                derived.update({(name, o): d for o, d in zip(orders, mollifier.apply(np.broadcast_to(change, plan.shape)))})
        for residual, name, order, partial in self._partials:
            if name in changes:
                total[residual] = total[residual] + partial * derived.get((name, order), derived[name, None])
        return _first_if(plan.single, total)

    def transpose(self, w: Any) -> dict[str, Any]:
        """J^T w by name, each shaped as what was given, for w shaped as the residual: <w, apply(v)> = sum over names of <transpose(w), v>."""
        plan = self._plan
        rows = [np.broadcast_to(np.asarray(r, dtype=float), plan.shape) for r in ([w] if plan.single else w)]
        result: dict[str, Any] = {}
        for name in plan.states + plan.parameters:
            if name not in self._given:
                continue
            orders, mollifier = self._slots(name)
            jets = np.zeros((len(orders),) + plan.shape)
            total = np.zeros(plan.shape)
            for residual, own, order, partial in self._partials:
                if own != name:
                    continue
                if mollifier is not None and order in orders:
                    jets[orders.index(order)] += partial * rows[residual]
                else:
                    total += partial * rows[residual]
            if mollifier is not None:
                total += mollifier.transpose(jets)
            result[name] = float(total.sum()) if self._given[name] == () else total
        return result


def _first_if(single: bool, values: list[Any]) -> Any:
    return values[0] if single else values


class Residual:
    """R(u, ...) = 0 as in a deck, on arrays: mollis.Residual("lambda*lap(u) + m", (64, 64), 8, parameters=["lambda"], fields=["m"]).

    residual: text, or a list of texts. grid, radius and further keywords: of the Mollifier that takes the states' derivatives;
    derivatives of parameters and known fields are differences. states, parameters, fields: names. let: named sub-expressions.
    Units: those that the text makes of what it is given. ValueError: a text that cannot be understood, with a caret; TypeError: names that
    are missing or unknown. mollis.torch.Residual and mollis.jax.residual are the same, differentiable.
    """

    def __init__(self, residual: str | Sequence[str], grid: Grid, radius: Along, states: Sequence[str] = ("u",), parameters: Sequence[str] = (),
                 fields: Sequence[str] = (), let: Mapping[str, str] | None = None, **mollifier: Any) -> None:
        self.plan = Plan(residual, grid, radius, states, parameters, fields, let, **mollifier)

    def valid(self) -> NDArray[np.bool_]:
        """(*shape), where the residual means something: where all derivatives of the states exist (mask=..., filter="analytic")."""
        return self.plan.valid()

    def _inputs(self, given: Mapping[str, NDArray[Any]]) -> list[Any]:
        whole = {n: np.broadcast_to(v, self.plan.shape) if v.ndim == 0 and self.plan.is_differentiated(n) else v for n, v in given.items()}
        return self.plan.inputs(whole, lambda m, u: m.apply(u), lambda c: c)

    def __call__(self, **given: ArrayLike) -> Any:
        """The residual (a list of texts: one each) of arrays (..., *shape) by name; parameters and fields may be numbers."""
        arrays = {n: np.asarray(v, dtype=float) for n, v in given.items()}
        return _first_if(self.plan.single, run_tape(self.plan.code, self.plan.outputs, self._inputs(arrays), np))

    def linearise(self, **given: ArrayLike) -> Linearisation:
        """The residual near arrays (*shape) by name (parameters may be numbers): value, J v and J^T w, exact."""
        arrays = {n: np.asarray(v, dtype=float) for n, v in given.items()}
        return Linearisation(self.plan, arrays, self._inputs(arrays))
