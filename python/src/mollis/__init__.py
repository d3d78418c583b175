"""Mollis: hidden parameter fields of PDEs from noisy observations, by mollified derivatives.

A HIDDEN FIELD. A deck says where the points are, what was seen, what is hidden, and the equation; arrays take the place of its files:

    import mollis
    result = mollis.invert('''
        grid = { axes = ["y", "x"], points = [128, 128], lower = [0.0, 0.0], upper = [1.0, 1.0] }
        observations.u    = {}                        # given below; NaN: not observed
        fields.m          = { value = "10" }          # known: an expression, a number or an array
        parameters.lambda = { over = ["y", "x"] }     # hidden: over any of the axes; [] is a constant
        equation.residual = "lambda*lap(u) + m"       # = 0
        ''', u=temperature)
    result.parameters["lambda"]         # (128, 128), in units that make the equation hold; constants are floats
    result.standard_errors["lambda"]    # one standard deviation, likewise; result.known: 0 where the data say nothing, 1 where all
    result.verdict                      # sound, doubtful or failed, with reasons in words: read it before you use the numbers
    result.plot("picture.png"); result.save("kept"); mollis.load("kept")

`invert` takes the deck as a path, text or dictionary; every key is that of the command line (`mollis help deck`). Mistakes in it are a
DeckError with the program's own lines, `deck:LINE:COLUMN: [section] key: what; what to do`. Arrays have the grid's shape, the slowest axis
first, always in the order t, z, y, x. `load` reads the results of any run, on any number of ranks. `check` tells what a deck means and
what it needs, `mollify` smooths data and gives derivatives with standard errors, `forward` makes synthetic observations.

MOLLIFIED DERIVATIVES. D^k (eta * u) of arrays, exact on polynomials up to the edges:

    m = mollis.Mollifier((128, 128), ["", "xx", "yy"], radius=8, spacing=0.1)
    smooth, uxx, uyy = m.apply(u)       # (..., 128, 128) -> (..., 3, 128, 128); units of u over units of x squared
    m.transpose(v)                      # the exact adjoint, <v, apply(u)> = <transpose(v), u>
    m.variance()                        # of each result, for white noise of variance 1

Radius: in points; 8 to 12 for second derivatives at 1 % noise, 20 and more for fourth ones. Masks, stretched and periodic axes: see
Mollifier. float32 is computed in double.

RESIDUALS. The language of decks on arrays, with exact derivatives of the residual:

    r = mollis.Residual("lambda*lap(u) + m", (128, 128), 8, parameters=["lambda"], fields=["m"], spacing=0.1)
    r(u=u, m=10.0, **{"lambda": 1.0})                        # (128, 128)
    near = r.linearise(u=u, m=10.0, **{"lambda": 1.0})       # near.value, near.apply(u=du), near.transpose(w)

NETWORKS. `mollis.torch.MollifierLayer` and `mollis.torch.Residual` (twice differentiable), `mollis.jax.layer` and `mollis.jax.residual`;
they need PyTorch or JAX, and are imported by name (`import mollis.torch`).

MANY RANKS. With mpi4py, `comm=` of `invert` and `Mollifier` spreads the work; arrays that are spread too are given as `Block`.

ERRORS. All that the program would end with is a mollis.Error: DeckError (78), DataError (65), MissingError (66), UsageError (64), OutputError
(74), Stopped (75); its `code` is the program's exit code. Arrays that do not fit are a ValueError or TypeError. A run is stopped by
Ctrl-C (KeyboardInterrupt).
"""
from __future__ import annotations

import atexit as _atexit

from . import _loader  # noqa: F401  (finds MPI before the module below does)
from ._arrays import Block
from ._mollifier import Mollifier
from ._mollifier import close_all as _close_all
from ._program import check, forward, invert, mollify
from ._residual import Linearisation, Residual
from ._result import Result, Verdict, load
from .errors import DataError, DeckError, Error, MissingError, OutputError, Stopped, UsageError

__all__ = ["invert", "forward", "mollify", "check", "load", "Result", "Verdict", "Block", "Mollifier", "Residual", "Linearisation",
           "Error", "DeckError", "DataError", "MissingError", "OutputError", "Stopped", "UsageError"]

_atexit.register(_close_all)
