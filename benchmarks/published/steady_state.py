"""A steady chromatin pattern u(y, x) on a periodic square, by Fourier series: shares nothing with Mollis.

    0 = M lap(u^3 - u - kappa lap u) + lambda (1 - u) - (1 + u)        side 32, M = 20, kappa = 1
"""
import numpy as np
from scipy.fft import irfft2, rfft2

SIDE, MOBILITY, KAPPA = 32.0, 20.0, 1.0
STEP, TOLERANCE, MOST_STEPS = 1e-2, 1e-9, 40000


def wave_numbers_squared(points):
    spacing = SIDE / points
    y = 2 * np.pi * np.fft.fftfreq(points, spacing)
    x = 2 * np.pi * np.fft.rfftfreq(points, spacing)
    return y[:, None]**2 + x[None, :]**2


def finer(values, points):
    """The same trigonometric polynomial on `points` a side."""
    n, h = len(values), len(values) // 2
    low, high = rfft2(values), np.zeros((points, points // 2 + 1), complex)
    high[:h, :h], high[-h + 1:, :h] = low[:h, :h], low[-h + 1:, :h]
    return irfft2(high, s=(points, points)) * (points / n)**2


def relax(u, rate):
    """Time steps, stiff terms implicit, until the rms of the residual is below TOLERANCE."""
    k2 = wave_numbers_squared(len(u))
    implicit = 1 + STEP * (MOBILITY * (KAPPA * k2**2 + 2 * k2) + 2)
    for number in range(MOST_STEPS):
        spectrum, cubic = rfft2(u), rfft2(u**3)
        reaction = rate * (1 - u) - (1 + u)
        if number % 100 == 0:
            potential = cubic - spectrum + KAPPA * k2 * spectrum
            if np.sqrt(np.mean((irfft2(-MOBILITY * k2 * potential, s=u.shape) + reaction)**2)) < TOLERANCE:
                return u
        explicit = -MOBILITY * k2 * (cubic - 3 * spectrum) + rfft2(reaction + 2 * u)
        u = irfft2((spectrum + STEP * explicit) / implicit, s=u.shape)
    raise RuntimeError(f"no steady state after {MOST_STEPS} steps of {STEP}")


def pattern(rate_of, points, coarse=64):
    """Relaxed from small noise on a coarse grid, then on `points` a side. rate_of(points): lambda on that grid."""
    u = relax(0.1 * np.random.default_rng(3).standard_normal((coarse, coarse)), rate_of(coarse))
    return relax(finer(u, points), rate_of(points)) if points > coarse else u
