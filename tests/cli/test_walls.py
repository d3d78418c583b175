"""What is known of walls: states that are odd about a value there, known values."""
import unittest

import h5py
import numpy

from program import INPUTS, TestCase, redirected, run, temporary

SHIFT = 5.0


class About(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.size = "grid.points=[24, 24]"
        cls.deck = INPUTS / "plate.toml"
        outcome = run("forward", cls.deck, cls.size, *redirected(cls.directory, "u"), "forward.noise.relative=0.001")
        assert outcome.code == 0, outcome.err
        with h5py.File(cls.directory / "data.h5") as file, h5py.File(cls.directory / "shifted.h5", "w") as shifted:
            shifted["u"] = file["u"][...] + SHIFT

    def result(self, command, data, *overrides, code=0):
        out = self.directory / "out"
        self.expect(code, run(command, self.deck, self.size, f"output.directory={out}",
                              f"observations.u.file={self.directory}/{data}", *overrides))
        return h5py.File(out / "result.h5")

    def compare(self, command, names, *overrides, code=0):
        with self.result(command, "data.h5", *overrides, code=code) as file:
            plain = {name: file[name][...] for name in names}
        with self.result(command, "shifted.h5", f"observations.u.about={SHIFT}", *overrides, code=code) as file:
            for name, expected in plain.items():
                shift = SHIFT if name.startswith(("/state/", "/observations/")) and not name.endswith("_error") else 0.0
                scale = numpy.abs(expected).max()
                numpy.testing.assert_allclose(file[name][...] - shift, expected, atol=1e-4 * scale, err_msg=name)

    def test_joint(self):
        self.compare("invert", ["/parameters/lambda", "/state/u", "/observations/u"], "inversion.method=joint")

    def test_equation_error(self):
        """Radii that bend the answer more than so little noise does, which the verdict says."""
        self.compare("invert", ["/parameters/lambda", "/state/u", "/observations/u"], "inversion.method=equation-error",
                     "mollifier.radius=7", "mollifier.degree=5", "parameters.lambda.smoothness.weight=1e-3", code=2)

    def test_mollify(self):
        self.compare("mollify", ["/state/u", "/state/u_error", "/derivatives/u_x"], "mollifier.radius=5",
                     "mollify.derivatives=['x']")

    def test_without_it_the_walls_are_wrong(self):
        """The shifted data, taken as odd about 0, cannot be smoothed at the walls."""
        with self.result("mollify", "shifted.h5", "mollifier.radius=5", "mollify.derivatives=['x']") as file:
            self.assertGreater(numpy.abs(file["/state/u"][...] - file["/observations/u"][...]).max(), 1.0)


class KnownValues(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.common = [INPUTS / "heat2d.toml", "grid.points=[40, 40]", *redirected(cls.directory, "u"), "inversion.method=joint"]
        outcome = run("forward", *cls.common, "forward.noise.relative=0.05")
        assert outcome.code == 0, outcome.err

    def invert(self, walls, ranks=1):
        self.expect(0, run("invert", *self.common, f"observations.u.walls={walls}", ranks=ranks))
        with h5py.File(self.directory / "out" / "result.h5") as file:
            error = file["/parameters/lambda"][...] - file["/truth/lambda"][...]
            return file["/state/u"][...], numpy.sqrt((error**2).mean())

    def test_states_take_them_and_parameters_gain(self):
        free, error = self.invert("{}")
        held, error_held = self.invert('{ y = "0", x_lower = 0, x_upper = "y - y" }')
        walls = lambda u: numpy.concatenate([u[0], u[-1], u[:, 0], u[:, -1]])
        self.assertGreater(numpy.abs(walls(free)).max(), 3e-3)
        self.assertLess(numpy.abs(walls(held)).max(), 3e-4)
        self.assertLess(error_held, error)

    def test_one_end(self):
        state, _ = self.invert('{ x_upper = "0" }', ranks=2)
        self.assertLess(numpy.abs(state[:, -1]).max(), 3e-4)
        self.assertGreater(numpy.abs(state[:, 0]).max(), 2e-3)

    def test_mistakes_are_told(self):
        for walls, words in [('{ z = "0" }', '"z" is not an axis'), ('{ x = "1 +" }', "the expression ends"),
                             ('{ x = "u" }', "u")]:
            outcome = self.expect(64, run("check", *self.common, f"observations.u.walls={walls}"))
            self.assertIn(words, outcome.err)
        outcome = self.expect(64, run("check", *self.common, 'grid.periodic=["x"]', 'observations.u.walls={ x = "0" }'))
        self.assertIn("no ends", outcome.err)


if __name__ == "__main__":
    unittest.main()
