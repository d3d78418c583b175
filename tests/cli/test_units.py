"""Units do not matter: states and axes times 2^-30 and 2^30 (about 1e-9 and 1e9) give the same digits of the parameters, in their
own units, whatever fits them, and wherever it starts. Powers of two, as automatic picks are rounded to fractions of one; first guesses are
given in units, or not at all."""
import json
import pathlib
import unittest

import h5py
import numpy

from program import TestCase, run, temporary

SMALL, LARGE = 2.0 ** -30, 2.0 ** 30
FEW = ((1.0, LARGE), (SMALL, LARGE))


def decaying():
    t, x = numpy.meshgrid(numpy.linspace(0, 2, 81), numpy.linspace(0, 1, 101), indexing="ij")
    clean = numpy.exp(-0.5 * t) * (numpy.exp(-0.05 * numpy.pi ** 2 * t) * numpy.sin(numpy.pi * x)
                                   + 0.7 * numpy.exp(-0.45 * numpy.pi ** 2 * t) * numpy.cos(3 * numpy.pi * x))
    return clean + 0.01 * clean.std() * numpy.random.default_rng(3).standard_normal(clean.shape)


def conducting():
    y, x = numpy.meshgrid(numpy.linspace(0, 1, 33), numpy.linspace(0, 1, 33), indexing="ij")
    clean = numpy.sin(2 * y) * numpy.cos(1.5 * x) + y * y
    return clean + 1e-3 * clean.std() * numpy.random.default_rng(4).standard_normal(clean.shape)


def source(axis):
    y, x = f"y/{axis!r}", f"x/{axis!r}"
    return f"-(1 + 0.4*sin(3*{x} + {y}))*(2 - 6.25*sin(2*{y})*cos(1.5*{x}))"


class Units(TestCase):
    def parameters(self, data, axes, upper, equation, units, extra="", method="equation-error", first=True):
        place = pathlib.Path(temporary())
        with h5py.File(place / "data.h5", "w") as file:
            file["u"] = data
        deck = f'[grid]\naxes = {json.dumps(axes)}\npoints = {list(data.shape)}\nlower = [0.0, 0.0]\nupper = {upper}\n'
        deck += f'[observations.u]\nfile = "data.h5"\ndataset = "u"\n{extra}[equation]\n{equation}\n[uncertainty]\nsamples = 0\n'
        deck += f'[inversion]\nmethod = "{method}"\n'
        for name, (over, unit, *lines) in units.items():
            deck += "\n".join([f"[parameters.{name}]\nover = {json.dumps(over)}", *lines, f"initial = {unit!r}\n" if first else ""])
        (place / "deck.toml").write_text(deck)
        self.expect(0, run("invert", place / "deck.toml", f"output.directory={place}/out"))
        with h5py.File(place / "out" / "result.h5") as file:
            return {name: numpy.array(file[f"/parameters/{name}"]) / unit for name, (over, unit, *lines) in units.items()}

    def compare(self, solve, tolerance=1e-9, units=((SMALL, 1.0), (LARGE, 1.0), (1.0, SMALL), (1.0, LARGE), (SMALL, LARGE))):
        reference = solve(1.0, 1.0)
        for axis, state in units:
            for name, value in solve(axis, state).items():
                error = numpy.abs(value - reference[name]).max() / numpy.abs(reference[name]).max()
                self.assertLess(error, tolerance, f"{name}, axes times {axis}, states times {state}")

    def test_constants_in_the_weak_form(self):
        data = decaying()
        self.compare(lambda axis, state: self.parameters(
            data * state, ["t", "x"], [2 * axis, axis], 'residual = "dt(u) - D*dx(dx(u)) + k*u"\nform = "weak"',
            {"D": ([], axis), "k": ([], 1 / axis)}))

    def test_a_field_by_equation_error(self):
        data = conducting()
        self.compare(lambda axis, state: self.parameters(
            data * state, ["y", "x"], [axis, axis], 'residual = "c*lap(u) + m"', {"c": (["y", "x"], axis ** 2 / state)},
            f'[fields.m]\nvalue = "{source(axis)}"\n'))

    def test_a_field_by_both_methods_without_a_first_guess(self):
        data = conducting()
        for method in ("equation-error", "joint"):
            with self.subTest(method):
                self.compare(lambda axis, state: self.parameters(
                    data * state, ["y", "x"], [axis, axis], 'residual = "c*lap(u) + m"', {"c": (["y", "x"], axis ** 2 / state)},
                    f'[fields.m]\nvalue = "{source(axis)}"\n', method, False), 1e-8, FEW)

    def test_fields_beside_others(self):
        data = conducting()
        for over in ([], ["y", "x"]):
            with self.subTest(over=over):
                self.compare(lambda axis, state: self.parameters(
                    data * state, ["y", "x"], [axis, axis], 'residual = "c*lap(u) + k*u + m"',
                    {"c": (["y", "x"], axis ** 2 / state), "k": (over, 1 / state)},
                    f'[fields.m]\nvalue = "{source(axis)} - 0.5*sin(2*y/{axis!r})*cos(1.5*x/{axis!r}) - 0.5*(y/{axis!r})^2"\n'
                    '[mollifier]\nradius = 6\n'), 1e-9, FEW)

    def test_a_profile_beside_a_constant(self):
        """Joint: a weight that leaves D something, as D is constant; one without end leaves it rounding alone, which the run then says."""
        data = decaying()[::2, ::2]
        for method in ("equation-error", "joint"):
            def smoothness(axis, method=method):
                return [f"smoothness.weight = {100.0 / axis ** 2!r}"] if method == "joint" else []
            with self.subTest(method):
                self.compare(lambda axis, state: self.parameters(
                    data * state, ["t", "x"], [2 * axis, axis], 'residual = "dt(u) - D*dx(dx(u)) + k*u"',
                    {"D": (["x"], axis, *smoothness(axis)), "k": ([], 1 / axis)}, "", method), 1e-7, FEW)


if __name__ == "__main__":
    unittest.main()
