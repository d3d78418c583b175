#!/usr/bin/env python3
"""First and second derivatives of the layers and residuals against differences of what they compute, by torch.autograd.gradcheck and
gradgradcheck, and jax.test_util.check_grads where JAX is there.

    gradcheck.py [--out networks.out]

Float64. The first number is the largest difference between J^T v by the layer's backward and by central differences of <v, layer>, along
random directions, over the largest value; gradcheck compares every entry of the Jacobian.
"""
import numpy as np
import torch

import mollis.torch
from common import arguments, markdown, write

RNG = np.random.default_rng(5)
MASK = np.ones((9, 12), bool)
MASK[2, 1] = False
CASES = {
    "layer, {u, u_xx, u_y}, batch of 2": (mollis.torch.MollifierLayer((9, 11), ["", "xx", "y"], 3, degree=2), ["u"], (2, 9, 11)),
    "layer, fourth order, periodic": (mollis.torch.MollifierLayer((12, 14), ["xxxx", "xxyy"], 4, degree=5, periodic=("y", "x")), ["u"], (12, 14)),
    "layer, stretched axis": (mollis.torch.MollifierLayer((np.sort(RNG.random(11)), np.arange(9.0)), ["", "x", "yy"], 3, degree=2), ["u"], (11, 9)),
    "layer, mask": (mollis.torch.MollifierLayer((9, 12), ["", "xx"], 2, degree=2, mask=MASK), ["u"], (9, 12)),
    "layer, sampled kernel": (mollis.torch.MollifierLayer((9, 11), ["", "xx"], 3, filter="analytic"), ["u"], (9, 11)),
    "residual div(k grad u) + u^2 - m exp(x)": (mollis.torch.Residual(
        "dx(k*dx(u)) + dy(k*dy(u)) + u^2 - m*exp(x)", (9, 11), 3, parameters=["k"], fields=["m"], degree=2), ["u", "k", "m"], (9, 11)),
    "residual 2 lap(u^3 - u - lap(u)) + k (1 - u)": (mollis.torch.Residual(
        "2*lap(u^3 - u - lap(u)) + k*(1 - u)", (10, 12), 4, parameters=["k"], degree=5, periodic=("y", "x")), ["u", "k"], (10, 12)),
}


def function_of(module, names):
    return module if isinstance(module, mollis.torch.MollifierLayer) else lambda *values: module(**dict(zip(names, values)))


def inputs_of(names, shape):
    return [torch.from_numpy(1 + 0.3 * RNG.standard_normal(shape)).requires_grad_() for _ in names]


def difference(function, inputs, step=1e-5):
    """The largest |backward - central differences| along a random direction of each input, over the largest derivative."""
    v = torch.from_numpy(RNG.standard_normal(tuple(function(*inputs).shape)))
    gradients = torch.autograd.grad((function(*inputs) * v).sum(), inputs)
    worst, largest = 0.0, 0.0
    for k, gradient in enumerate(gradients):
        way = torch.from_numpy(RNG.standard_normal(tuple(inputs[k].shape)))
        ends = [(function(*[x + s * step * way if j == k else x for j, x in enumerate(inputs)]) * v).sum().item() for s in (1, -1)]
        worst = max(worst, abs((ends[0] - ends[1]) / (2 * step) - (gradient * way).sum().item()))
        largest = max(largest, abs((gradient * way).sum().item()))
    return worst / largest


def by_jax():
    """Of the layer's twin and of a residual's; None where there is no JAX."""
    try:
        import jax
        from jax.test_util import check_grads

        import mollis.jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    u, k = 1 + 0.3 * RNG.standard_normal((2, 9, 11))
    check_grads(mollis.jax.layer((9, 11), ["", "xx", "y"], 3, degree=2), (u,), order=2, modes=["rev"])
    residual = mollis.jax.residual("dx(k*dx(u)) + u^2", (9, 11), 3, parameters=["k"], degree=2)
    check_grads(lambda u, k: residual(u=u, k=k), (u, k), order=2, modes=["rev"])
    return f"jax {jax.__version__}: check_grads, order 2, layer and residual: passed"


def main():
    given = arguments(__doc__, "gradcheck").parse_args()
    rows = []
    for name, (module, names, shape) in CASES.items():
        function, inputs = function_of(module, names), inputs_of(names, shape)
        first = torch.autograd.gradcheck(function, inputs, rtol=1e-4, atol=1e-5)
        second = torch.autograd.gradgradcheck(function, inputs, rtol=1e-4, atol=1e-5)
        rows.append([name, f"{difference(function, inputs):.0e}", first, second])
    text = markdown(["what", "difference along a direction", "gradcheck", "gradgradcheck"], rows)
    text += f"\ntorch {torch.__version__}; {by_jax() or 'no JAX here'}\n"
    write(given, text, rows)
    print(text)


if __name__ == "__main__":
    main()
