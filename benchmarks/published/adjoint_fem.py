#!/usr/bin/env python3
"""Adjoint finite elements for lambda lap(u) + m = 0, u = 0 on the walls (which it is told): dolfinx and petsc4py.

    adjoint_fem.py CASE.h5 RESULT.h5 [--tau 1.01] [--beyond 3]

P1 triangles on the nodes of the data, a = log lambda, state lap(u) = -m exp(-a) by a sparse LU factored once, the
exact gradient and Gauss-Newton product by discrete adjoint solves, CG preconditioned by the regularisation, Armijo
line search:

    J(a) = 1/(2 sigma^2) sum (u - d)^2 + gamma/2 (|grad a|^2 + 1e-3 |a|^2)

gamma falls from 1e5 by sqrt(10) with warm start until rms(u - d) <= tau sigma (the chosen fit; "seconds" counts up to
there) and then `beyond` steps further, so that the reader sees the best of the sweep. sigma is told, too; tau is
above 1 because the noise of N data has an rms of sigma (1 +- 1/sqrt(2 N)), 1.1 % at 64 x 64.
RESULT.h5: lambda (chosen), sweep [gamma, y, x], gamma, rms; attributes seconds, solves, chosen.
"""
import argparse
import time

import h5py
import numpy as np
from dolfinx import fem, mesh
from mpi4py import MPI
from petsc4py import PETSc
import ufl

LARGEST, STEPS = 1e5, 20        # gammas
NEWTON_STEPS, CG_STEPS, FORCING, SETTLED = 20, 60, 1e-2, 1e-4


class Lu:
    """Sparse LU of a matrix, scaled at the solve; counts its solves."""

    def __init__(self, matrix):
        self.solver = PETSc.KSP().create(MPI.COMM_SELF)
        self.solver.setOperators(matrix)
        self.solver.setType("preonly")
        self.solver.getPC().setType("lu")
        self.x, self.b = matrix.createVecs()
        self.count = 0

    def __call__(self, values):
        self.b.array[:] = values
        self.solver.solve(self.b, self.x)
        self.count += 1
        return self.x.array.copy()


class HeatInverse:
    """State, cost and derivatives; vectors are numbered as dolfinx does."""

    def __init__(self, data, source, sigma):
        n = len(data)
        grid = mesh.create_unit_square(MPI.COMM_SELF, n - 1, n - 1)
        space = fem.FunctionSpace(grid, ("CG", 1))
        u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
        at = np.rint(space.tabulate_dof_coordinates()[:, :2] * (n - 1)).astype(int)
        self.nodes = (at[:, 1], at[:, 0])            # [y, x] of each unknown
        self.data, self.source, self.sigma, self.shape = data[self.nodes], source[self.nodes], sigma, data.shape
        self.walls = np.flatnonzero((at == 0).any(axis=1) | (at == n - 1).any(axis=1)).astype(np.int32)
        zero = fem.dirichletbc(PETSc.ScalarType(0), self.walls, space)
        stiffness, mass = ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx, u * v * ufl.dx
        self.mass = self.assembled(mass)
        self.smoothness = self.assembled(stiffness + PETSc.ScalarType(1e-3) * mass)
        self.poisson = Lu(self.assembled(stiffness, [zero]))
        self.smoother = Lu(self.smoothness)
        self.scratch = self.mass.createVecs()

    @staticmethod
    def assembled(form, conditions=()):
        matrix = fem.petsc.assemble_matrix(fem.form(form), bcs=list(conditions))
        matrix.assemble()
        return matrix

    def times(self, matrix, values):
        self.scratch[0].array[:] = values
        matrix.mult(*self.scratch)
        return self.scratch[1].array.copy()

    def inner_solve(self, load):
        """Solution that is 0 on the walls; its own transpose."""
        load = load.copy()
        load[self.walls] = 0
        return self.poisson(load)

    def state(self, a):
        return self.inner_solve(self.times(self.mass, self.source * np.exp(-a)))

    def cost(self, a, u, gamma):
        return 0.5 * np.sum((u - self.data)**2) / self.sigma**2 + 0.5 * gamma * a @ self.times(self.smoothness, a)

    def adjoint(self, a, misfit):
        """Transpose of du/da."""
        return -self.source * np.exp(-a) * self.times(self.mass, self.inner_solve(misfit))

    def linear(self, a, step):
        """du/da step."""
        return self.inner_solve(self.times(self.mass, -self.source * np.exp(-a) * step))

    def gradient(self, a, u, gamma):
        return self.adjoint(a, (u - self.data) / self.sigma**2) + gamma * self.times(self.smoothness, a)

    def hessian(self, a, step, gamma):
        return self.adjoint(a, self.linear(a, step) / self.sigma**2) + gamma * self.times(self.smoothness, step)

    def field(self, a):
        values = np.empty(self.shape)
        values[self.nodes] = np.exp(a)
        return values


def newton_direction(model, a, gradient, gamma):
    """CG on the Gauss-Newton matrix, preconditioned by gamma times the regularisation."""
    x, r = np.zeros_like(a), -gradient
    z = model.smoother(r) / gamma
    p, rz = z, r @ z
    first = rz
    for _ in range(CG_STEPS):
        product = model.hessian(a, p, gamma)
        length = rz / (p @ product)
        x, r = x + length * p, r - length * product
        z = model.smoother(r) / gamma
        rz, old = r @ z, rz
        if rz <= FORCING**2 * first:
            break
        p = z + rz / old * p
    return x


def minimise(model, a, gamma):
    """Gauss-Newton with Armijo's rule from a; returns a and its state."""
    u = model.state(a)
    cost = model.cost(a, u, gamma)
    for _ in range(NEWTON_STEPS):
        gradient = model.gradient(a, u, gamma)
        step = newton_direction(model, a, gradient, gamma)
        slope, length, before = gradient @ step, 1.0, cost
        while length > 1e-6:
            trial = a + length * step
            state = model.state(trial)
            cost = model.cost(trial, state, gamma)
            if cost <= before + 1e-4 * length * slope:
                break
            length /= 2
        else:
            return a, u
        a, u = trial, state
        if before - cost < SETTLED * before:
            break
    return a, u


def sweep(model, tau, beyond):
    """(gamma, rms / sigma, lambda) of every step; the chosen one, its seconds and its linear solves."""
    start, a, steps, chosen = time.monotonic(), np.zeros(model.data.size), [], None
    for gamma in LARGEST * 10.0**(-0.5 * np.arange(STEPS)):
        a, u = minimise(model, a, gamma)
        steps.append((gamma, np.sqrt(np.mean((u - model.data)**2)) / model.sigma, model.field(a)))
        if chosen is None and (steps[-1][1] <= tau or len(steps) == STEPS):
            cost = {"seconds": time.monotonic() - start, "solves": model.poisson.count + model.smoother.count}
            chosen = len(steps) - 1
        if chosen is not None and len(steps) > chosen + beyond:
            break
    return steps, chosen, cost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("result")
    parser.add_argument("--tau", type=float, default=1.01)
    parser.add_argument("--beyond", type=int, default=3)
    given = parser.parse_args()
    with h5py.File(given.case) as file:
        data, source, sigma = file["u"][:], file["m"][:], float(file.attrs["sigma"])
    start = time.monotonic()
    model = HeatInverse(data, source, sigma)
    built = time.monotonic() - start
    steps, chosen, cost = sweep(model, given.tau, given.beyond)
    cost["seconds"] += built
    with h5py.File(given.result, "w") as file:
        file["gamma"], file["rms"], file["sweep"] = map(list, zip(*steps))
        file["lambda"] = steps[chosen][2]
        file.attrs.update(chosen=chosen, **cost)
    gamma, rms, _ = steps[chosen]
    print(f"gamma {gamma:.3g}, rms {rms:.4f} sigma, {cost['solves']} solves, {cost['seconds']:.2f} s")


if __name__ == "__main__":
    main()
