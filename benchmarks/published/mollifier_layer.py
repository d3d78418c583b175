"""The mollifier layer: u = k * g, g the network on the nodes and e cells beyond, derivatives by those of the kernel.

k(s) = (1 - s^2)^6, s = j/e; its analytic derivatives are sampled and corrected so that their moments, up to two past
the order, are those of derivatives of the sampled k. On the nodes of a tensor grid a separable convolution is a
product with one banded matrix an axis.
"""
import math

import numpy as np
import torch

from pinn_equations import nodes

EXPONENT = 6


def row(order, half_width, spacing):
    """Weights at offsets -e..e of g for d^order u."""
    j = np.arange(-half_width, half_width + 1.0)
    kernel = np.poly1d([-1, 0, 1])**EXPONENT
    smooth = kernel(j / half_width)
    smooth /= smooth.sum()
    if order == 0:
        return smooth
    weights = (-1)**order * kernel.deriv(order)(j / half_width)
    powers = range(order % 2, order + 3, 2)
    wanted = [math.perm(p, order) * np.sum(smooth * j**(p - order)) if p >= order else 0.0 for p in powers]
    moments = np.array([j**p for p in powers])
    weights *= wanted[-2] / (moments[-2] @ weights)
    correction = np.linalg.solve(moments @ (smooth * moments).T, wanted - moments @ weights)
    return (weights + smooth * (correction @ moments)) / spacing**order


def matrix(weights, points, periodic):
    """points x points on a periodic axis, points x (points + 2 e) on an open one."""
    e = len(weights) // 2
    result = np.zeros((points, points if periodic else points + 2 * e))
    for i in range(points):
        for j, weight in enumerate(weights):
            result[i, (i + j - e) % points if periodic else i + j] += weight
    return torch.tensor(result, dtype=torch.float32)


class MollifierLayer:
    """Derivatives of u, flat over the nodes; refresh() evaluates the network."""

    def __init__(self, net, axes, equation, inputs):
        e, self.net = equation.half_width, net
        spacings = [float(a[1] - a[0]) for a in axes]
        wide = axes if equation.periodic else [a[0] + h * np.arange(-e, len(a) + e) for a, h in zip(axes, spacings)]
        self.shape = [len(a) for a in wide]
        self.inputs = inputs(torch.tensor(nodes(wide), dtype=torch.float32))
        self.lines = [{q: matrix(row(q, e, h), len(a), equation.periodic) for q in range(5)}
                      for a, h in zip(axes, spacings)]

    def refresh(self):
        self.g = self.net(self.inputs)[:, 0].reshape(self.shape)
        self.u = self.derivative(*[0] * len(self.shape))

    def derivative(self, *orders):
        if len(orders) == 1:
            return self.lines[0][orders[0]] @ self.g
        return (self.lines[0][orders[0]] @ self.g @ self.lines[1][orders[1]].T).reshape(-1)

    def rate(self):
        return self.derivative(1)

    def slope_squared(self):
        return self.derivative(1, 0)**2 + self.derivative(0, 1)**2

    def laplacian(self):
        return self.derivative(2, 0) + self.derivative(0, 2)

    def bilaplacian(self):
        return self.derivative(4, 0) + 2 * self.derivative(2, 2) + self.derivative(0, 4)
