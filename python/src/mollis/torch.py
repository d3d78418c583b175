"""The mollifier as a PyTorch layer, and residuals written as in a deck as differentiable functions.

Tensors on the CPU, and on a GPU where Mollis was built for one, are worked on where they lie (DLPack); others by a copy on the CPU.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from . import _core
from ._mollifier import Along, Grid, Mollifier, Order
from ._residual import Plan, run_tape


def _through(call: Callable[..., None], tensor: torch.Tensor, batch: tuple[int, ...], tail: tuple[int, ...]) -> torch.Tensor:
    """call(in, out) of the core on tensors of doubles; the result in the tensor's own precision, on its own device."""
    here = tensor.device if tensor.device.type in ("cpu", _core.device) else torch.device("cpu")
    values = tensor.detach().to(here, torch.float64).contiguous()
    out = torch.empty(batch + tail, dtype=torch.float64, device=here)
    if here.type == "cuda":
        torch.cuda.synchronize(here)   # Kokkos works on a stream of its own
    call(values, out, math.prod(batch))
    return out.to(tensor.device, tensor.dtype)


class _Apply(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, u: torch.Tensor, mollifier: Mollifier) -> torch.Tensor:
        ctx.mollifier = mollifier
        return _through(mollifier._filters.apply, u, mollifier._batch(u.shape, mollifier.shape, "u"), mollifier._jets)

    @staticmethod
    def backward(ctx: Any, v: torch.Tensor) -> Any:
        return _Transpose.apply(v, ctx.mollifier), None


class _Transpose(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, v: torch.Tensor, mollifier: Mollifier) -> torch.Tensor:
        ctx.mollifier = mollifier
        return _through(mollifier._filters.transpose, v, mollifier._batch(v.shape, mollifier._jets, "v"), mollifier.shape)

    @staticmethod
    def backward(ctx: Any, u: torch.Tensor) -> Any:
        return _Apply.apply(u, ctx.mollifier), None


def mollify(mollifier: Mollifier, u: torch.Tensor) -> torch.Tensor:
    """mollifier.apply(u) of a real tensor (..., *shape) -> (..., number of derivatives, *shape), differentiable any number of times."""
    if u.is_complex():
        raise TypeError(f"u: a tensor of real numbers is needed, not of {u.dtype}")
    return _Apply.apply(u, mollifier)


class MollifierLayer(torch.nn.Module):
    """(..., *shape) -> (..., number of derivatives, *shape), for the output of any network; arguments as of mollis.Mollifier.

    Batch and channel axes stand in front. Backward is the exact transpose, itself differentiable; float64 and float32 (computed in double).
    It has no weights."""

    def __init__(self, grid: Grid, derivatives: Order | Sequence[Order], radius: Along, **settings: Any) -> None:
        super().__init__()
        self.mollifier = Mollifier(grid, derivatives, radius, **settings)

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        return mollify(self.mollifier, u)

    def extra_repr(self) -> str:
        return f"shape={self.mollifier.shape}, derivatives={self.mollifier.derivatives}"


class Residual(torch.nn.Module):
    """R(u, ...) of tensors, written as in a deck; arguments as of mollis.Residual. Differentiable in every tensor that it is given,
    any number of times: residual(u=network(x), **{"lambda": lam})."""

    def __init__(self, residual: str | Sequence[str], grid: Grid, radius: Along, states: Sequence[str] = ("u",), parameters: Sequence[str] = (),
                 fields: Sequence[str] = (), let: Mapping[str, str] | None = None, **mollifier: Any) -> None:
        super().__init__()
        self.plan = Plan(residual, grid, radius, states, parameters, fields, let, **mollifier)

    def valid(self) -> torch.Tensor:
        """(*shape), where the residual means something, as of mollis.Residual."""
        return torch.from_numpy(self.plan.valid())

    def forward(self, **given: Any) -> Any:
        """The residual (a list of texts: one each) of tensors (..., *shape) by name; parameters and fields may be numbers."""
        like = next((v for v in given.values() if torch.is_tensor(v)), torch.zeros((), dtype=torch.float64))
        given = {n: v if torch.is_tensor(v) else torch.as_tensor(v, dtype=like.dtype, device=like.device) for n, v in given.items()}
        whole = {n: v.expand(self.plan.shape) if v.dim() == 0 and self.plan.is_differentiated(n) else v for n, v in given.items()}
        inputs = self.plan.inputs(whole, mollify, lambda c: torch.as_tensor(c, dtype=like.dtype, device=like.device))
        values = run_tape(self.plan.code, self.plan.outputs, inputs, torch)
        return values[0] if self.plan.single else values
