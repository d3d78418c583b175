"""The mollifier as a differentiable function of JAX arrays (a callback to the host)."""
import jax
import jax.numpy as jnp

from ._mollifier import Mollifier
from ._residual import Plan, run_tape


def mollify(mollifier):
    """u (..., *shape) -> (..., number of derivatives, *shape); its derivative is the exact transpose."""
    shape, count = mollifier.shape, len(mollifier.derivatives)

    def call(function, tail_in, tail_out):
        def run(x):
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


def layer(grid, derivatives, radius, **settings):
    """mollify() of a mollis.Mollifier with these arguments."""
    return mollify(Mollifier(grid, derivatives, radius, **settings))


def residual(text, grid, radius, states=("u",), parameters=(), fields=(), let=None, **mollifier):
    """R(u=..., ...) written as in a deck, differentiable; arguments as of mollis.Residual."""
    plan = Plan(text, grid, radius, states, parameters, fields, let, **mollifier)
    functions = {id(m): mollify(m) for _, m in plan.mollifiers.values() if m is not None}

    def evaluate(**given):
        given = {n: jnp.asarray(v) for n, v in given.items()}
        whole = {n: jnp.broadcast_to(v, plan.shape) if v.ndim == 0 and plan.mollifiers.get(n, ((), None))[1] is not None else v
                 for n, v in given.items()}
        inputs = plan.inputs(whole, lambda m, u: functions[id(m)](u), jnp.asarray)
        values = run_tape(plan.code, plan.outputs, inputs, jnp)
        return values[0] if plan.single else values
    return evaluate
