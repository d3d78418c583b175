#!/usr/bin/env python3
"""{u, u_xx, u_yy, u_zz} by scipy.ndimage.correlate1d with the passes shared as in bench_kernels, on one core.

    scipy_jets.py [points = 128] [radius = 8] [repeats = 3]

Prints million points per second (median), by processor time. The work is that of jets in bench_kernels: three passes of the
smoothing row, three of the second derivative, three more of the smoothing row, on a periodic grid.
"""
import statistics
import sys
import time

import numpy as np
from scipy.ndimage import correlate1d


def rows(radius):
    """A smoothing row and a second-derivative row: any symmetric weights take the same time."""
    s = np.arange(-radius, radius + 1) / (radius + 1)
    bump = np.exp(-1 / (1 - s**2))
    second = np.gradient(np.gradient(bump))
    return bump / bump.sum(), 0.5 * (second + second[::-1])


def jets(g, smooth, second):
    def along(axis, values, row):
        return correlate1d(values, row, axis=axis, mode="wrap")

    x, xx = along(2, g, smooth), along(2, g, second)
    y, yy, xx = along(1, x, smooth), along(1, x, second), along(1, xx, smooth)
    return along(0, y, smooth), along(0, xx, smooth), along(0, yy, smooth), along(0, y, second)


def measure(points, radius, repeats):
    g = np.random.default_rng(1).random((points,) * 3)
    smooth, second = rows(radius)
    seconds = []
    for _ in range(repeats):
        before = time.thread_time()
        jets(g, smooth, second)
        seconds.append(time.thread_time() - before)
    return 1e-6 * points**3 / statistics.median(seconds)


if __name__ == "__main__":
    arguments = [int(a) for a in sys.argv[1:]]
    print(f"scipy      {measure(*(arguments + [128, 8, 3][len(arguments):])):8.2f} Mpt/s")
