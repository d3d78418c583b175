"""States that are odd about a value other than 0 on the walls."""
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

    def compare(self, command, names, *overrides):
        with self.result(command, "data.h5", *overrides) as file:
            plain = {name: file[name][...] for name in names}
        with self.result(command, "shifted.h5", f"observations.u.about={SHIFT}", *overrides) as file:
            for name, expected in plain.items():
                shift = SHIFT if name.startswith(("/state/", "/observations/")) and not name.endswith("_error") else 0.0
                scale = numpy.abs(expected).max()
                numpy.testing.assert_allclose(file[name][...] - shift, expected, atol=1e-4 * scale, err_msg=name)

    def test_joint(self):
        self.compare("invert", ["/parameters/lambda", "/state/u", "/observations/u"], "inversion.method=joint")

    def test_equation_error(self):
        self.compare("invert", ["/parameters/lambda", "/state/u", "/observations/u"], "inversion.method=equation-error",
                     "mollifier.radius=7", "mollifier.degree=5", "parameters.lambda.smoothness.weight=1e-3")

    def test_mollify(self):
        self.compare("mollify", ["/state/u", "/state/u_error", "/derivatives/u_x"], "mollifier.radius=5",
                     "mollify.derivatives=['x']")

    def test_without_it_the_walls_are_wrong(self):
        """The shifted data, taken as odd about 0, cannot be smoothed at the walls."""
        with self.result("mollify", "shifted.h5", "mollifier.radius=5", "mollify.derivatives=['x']") as file:
            self.assertGreater(numpy.abs(file["/state/u"][...] - file["/observations/u"][...]).max(), 1.0)


if __name__ == "__main__":
    unittest.main()
