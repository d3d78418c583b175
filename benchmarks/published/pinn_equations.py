"""What the networks are told of the three problems: residual, its scale, the sign of lambda, the axes.

`jets` holds u and gives rate() (d/dt), slope_squared(), laplacian(), bilaplacian() of it.
"""
import numpy as np

MOBILITY = 20.0


class Langevin:
    """u_t = u + lambda; lambda is of order one."""
    axes, periodic, positive, half_width = ["t"], False, False, 6

    @staticmethod
    def scale(_known):
        return 1.0

    @staticmethod
    def residual(jets, forcing, _known):
        return jets.rate() - jets.u - forcing


class Heat:
    """lambda lap(u) + m = 0; scaled by the largest m."""
    axes, periodic, positive, half_width = ["y", "x"], False, True, 6

    @staticmethod
    def scale(source):
        return float(source.abs().max())

    @staticmethod
    def residual(jets, conductivity, source):
        return conductivity * jets.laplacian() + source


class ReactionDiffusion:
    """M lap(u^3 - u - lap u) + lambda (1 - u) - (1 + u) = 0; scaled by the largest 1 + u for u in [-1, 1]."""
    axes, periodic, positive, half_width = ["y", "x"], True, True, 6

    @staticmethod
    def scale(_known):
        return 2.0

    @staticmethod
    def residual(jets, rate, _known):
        u = jets.u
        flux = (3 * u**2 - 1) * jets.laplacian() + 6 * u * jets.slope_squared() - jets.bilaplacian()
        return MOBILITY * flux + rate * (1 - u) - (1 + u)


EQUATIONS = {"langevin": Langevin, "heat": Heat, "reaction-diffusion": ReactionDiffusion}


def lengths(axes, periodic):
    """Extents of the axes, on periodic ones the period."""
    return [float(a[-1] - a[0] + (a[1] - a[0] if periodic else 0.0)) for a in axes]


def nodes(axes):
    """All nodes of the tensor grid, [node, axis]."""
    return np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
