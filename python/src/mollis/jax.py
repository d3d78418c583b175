"""The mollifier as a differentiable function of JAX arrays (a callback to the host), in reverse mode and any number of times."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ._mollifier import Along, Grid, Mollifier, Order
from ._residual import Plan, run_tape


def mollify(mollifier: Mollifier) -> Callable[[Any], Any]:
    """u (..., *shape) -> (..., number of derivatives, *shape); its derivative is the exact transpose."""
    shape, count = mollifier.shape, len(mollifier.derivatives)

    def call(function: Callable[[Any], Any], tail_in: tuple[int, ...], tail_out: tuple[int, ...]) -> Callable[[Any], Any]:
        def run(x: Any) -> Any:
            batch = x.shape[: x.ndim - len(tail_in)]
            return jax.pure_callback(function, jax.ShapeDtypeStruct(batch + tail_out, x.dtype), x, vmap_method="expand_dims")
        return run

    jets = (count,) + shape
    down = call(lambda u: mollifier.apply(u).astype(u.dtype), shape, jets)
    up = call(lambda v: mollifier.transpose(v).astype(v.dtype), jets, shape)
    apply, transpose = jax.custom_vjp(down), jax.custom_vjp(up)
    apply.defvjp(lambda u: (apply(u), None), lambda _, v: (transpose(v),))
    transpose.defvjp(lambda v: (transpose(v), None), lambda _, u: (apply(u),))
    return apply


def layer(grid: Grid, derivatives: Order | Sequence[Order], radius: Along, **settings: Any) -> Callable[[Any], Any]:
    """mollify() of a mollis.Mollifier with these arguments: (..., *shape) -> (..., number of derivatives, *shape)."""
    return mollify(Mollifier(grid, derivatives, radius, **settings))


def residual(text: str | Sequence[str], grid: Grid, radius: Along, states: Sequence[str] = ("u",), parameters: Sequence[str] = (),
             fields: Sequence[str] = (), let: Mapping[str, str] | None = None, **mollifier: Any) -> Callable[..., Any]:
    """R(u=..., ...) written as in a deck, differentiable; arguments as of mollis.Residual."""
    plan = Plan(text, grid, radius, states, parameters, fields, let, **mollifier)
    functions = {id(m): mollify(m) for _, m in plan.mollifiers.values() if m is not None}

    def evaluate(**given: Any) -> Any:
        given = {n: jnp.asarray(v) for n, v in given.items()}
        whole = {n: jnp.broadcast_to(v, plan.shape) if v.ndim == 0 and plan.is_differentiated(n) else v for n, v in given.items()}
        inputs = plan.inputs(whole, lambda m, u: functions[id(m)](u), jnp.asarray)
        values = run_tape(plan.code, plan.outputs, inputs, jnp)
        return values[0] if plan.single else values
    return evaluate
