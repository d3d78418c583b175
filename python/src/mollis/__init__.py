"""Mollis: hidden parameter fields of PDEs from noisy observations, by mollified derivatives.

    import mollis
    result = mollis.invert("heat2d.toml", u=u)          # the deck of the command line; arrays in place of files
    result.parameters["lambda"], result.standard_errors["lambda"], result.verdict.status
    result.plot("heat2d.png")

    m = mollis.Mollifier((128, 128), ["", "xx", "yy"], radius=8)
    smooth, uxx, uyy = m.apply(u)                        # D^k (eta * u); m.transpose is its exact adjoint

`mollis.torch` and `mollis.jax` hold the mollifier as a differentiable layer, and residuals written as in a deck as
differentiable functions; they need PyTorch or JAX. With mpi4py everything runs on a communicator: see `invert` and `Mollifier`.
"""
import atexit as _atexit

from . import _loader  # noqa: F401  (finds MPI before the module below does)
from ._mollifier import Mollifier, close_all as _close_all
from ._program import check, forward, invert, mollify
from ._residual import Residual
from ._result import Result, Verdict, load
from .errors import DataError, DeckError, Error, MissingError, OutputError, Stopped, UsageError

__all__ = ["invert", "forward", "mollify", "check", "load", "Result", "Verdict", "Mollifier", "Residual",
           "Error", "DeckError", "DataError", "MissingError", "OutputError", "Stopped", "UsageError"]

_atexit.register(_close_all)
