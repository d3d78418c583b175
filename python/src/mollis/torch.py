"""The mollifier as a PyTorch layer, and residuals written as in a deck as differentiable functions (CPU; other devices by a copy)."""
import numpy as np
import torch

from ._mollifier import Mollifier
from ._residual import Plan, run_tape


def _through(function, tensor):
    """A NumPy function of an array on a tensor, in its own precision and on its own device."""
    return torch.from_numpy(np.ascontiguousarray(function(tensor.detach().cpu().numpy()))).to(tensor)


class _Apply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u, mollifier):
        ctx.mollifier = mollifier
        return _through(mollifier.apply, u)

    @staticmethod
    def backward(ctx, v):
        return _Transpose.apply(v, ctx.mollifier), None


class _Transpose(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v, mollifier):
        ctx.mollifier = mollifier
        return _through(mollifier.transpose, v)

    @staticmethod
    def backward(ctx, u):
        return _Apply.apply(u, ctx.mollifier), None


def mollify(mollifier, u):
    """mollifier.apply(u), differentiable any number of times."""
    return _Apply.apply(u, mollifier)


class MollifierLayer(torch.nn.Module):
    """(..., *shape) -> (..., number of derivatives, *shape), for the output of any network; arguments as of mollis.Mollifier."""

    def __init__(self, grid, derivatives, radius, **settings):
        super().__init__()
        self.mollifier = Mollifier(grid, derivatives, radius, **settings)

    def forward(self, u):
        return mollify(self.mollifier, u)

    def extra_repr(self):
        return f"shape={self.mollifier.shape}, derivatives={self.mollifier.derivatives}"


class Residual(torch.nn.Module):
    """R(u, ...) of tensors, written as in a deck; arguments as of mollis.Residual. Differentiable in every tensor that it is given,
    any number of times: residual(u=network(x), **{"lambda": lam})."""

    def __init__(self, residual, grid, radius, states=("u",), parameters=(), fields=(), let=None, **mollifier):
        super().__init__()
        self.plan = Plan(residual, grid, radius, states, parameters, fields, let, **mollifier)

    def valid(self):
        """(*shape), where the residual means something, as of mollis.Residual."""
        return torch.from_numpy(self.plan.valid())

    def forward(self, **given):
        like = next(v for v in given.values() if torch.is_tensor(v))
        given = {n: v if torch.is_tensor(v) else torch.as_tensor(v, dtype=like.dtype, device=like.device) for n, v in given.items()}
        whole = {n: v.expand(self.plan.shape) if v.dim() == 0 and self.plan.mollifiers.get(n, ((), None))[1] is not None else v
                 for n, v in given.items()}
        inputs = self.plan.inputs(whole, mollify, lambda c: torch.as_tensor(c, dtype=like.dtype, device=like.device))
        values = run_tape(self.plan.code, self.plan.outputs, inputs, torch)
        return values[0] if self.plan.single else values
