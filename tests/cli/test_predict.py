"""A fit, run forward: its error is that of the noise, and the same on two ranks."""
import unittest

import h5py
import numpy

from program import INPUTS, TestCase, redirected, run, summary_of, temporary

MOVING = """
[grid]
axes = ["t", "y", "x"]
points = [9, 26, 28]
lower = [0.0, 0.0, 0.0]
upper = [4.0, 6.25, 6.75]
mask = { file = "film.h5", dataset = "u", above = -1e30 }
[observations.u]
file = "film.h5"
dataset = "u"
noise = 0.005
[parameters.D]
over = []
[equation]
residual = "dt(u) - D*lap(u)"
[inversion]
method = "equation-error"
[uncertainty]
samples = 0
"""


class Predict(TestCase):
    def test_reaction(self):
        directory = temporary()
        places = redirected(directory, "u")
        self.expect(0, run("forward", INPUTS / "reaction.toml", *places))
        self.expect(0, run("invert", INPUTS / "reaction.toml", *places))
        fields = []
        for ranks in (1, 2):
            out = directory / f"predict{ranks}"
            self.expect(0, run("predict", directory / "out", "--output", out, ranks=ranks))
            errors = summary_of(out)["states"]["u"]["fitted_frames"]
            self.assertLess(errors["chi2"], 2.0)
            self.assertGreater(errors["unchanged_chi2"], 1000.0)
            with h5py.File(out / "result.h5") as file:
                fields.append(file["/predicted/u"][()])
        self.assertLess(abs(fields[0] - fields[1]).max(), 1e-8 * abs(fields[0]).max())
        self.expect_error(66, run("predict", directory), "no result of mollis invert")

    def test_a_domain_that_moves(self):
        """What it leaves is not known there: it is prescribed around, not taken for 0."""
        directory = temporary()
        t, y, x = numpy.meshgrid(numpy.arange(9) * 0.5, numpy.arange(26) * 0.25, numpy.arange(28) * 0.25, indexing="ij")
        u = 8 + 2 * numpy.exp(-0.02 * 1.16 * t) * numpy.cos(x + 0.4 * y) + numpy.exp(-0.02 * 1.45 * t) * numpy.cos(0.8 * x - 0.9 * y + 1)
        u += 0.005 * numpy.random.default_rng(2).standard_normal(u.shape)
        u[(y - 1.5) ** 2 + (x - 1.5 - 0.6 * t) ** 2 < 1] = numpy.nan   # drifts from one side to the middle
        with h5py.File(directory / "film.h5", "w") as file:
            file["u"] = u
        (directory / "case.toml").write_text(MOVING)
        self.assertIn(run("invert", directory / "case.toml").code, (0, 2))
        chi2 = []
        for ranks in (1, 2):
            out = directory / f"predict{ranks}"
            self.expect(0, run("predict", directory / "case.out", "--output", out, ranks=ranks))
            errors = summary_of(out)["states"]["u"]["fitted_frames"]
            chi2.append(errors["chi2"])
            self.assertGreater(errors["points"], 2500)   # of 6552
        self.assertLess(chi2[0], 2.0)
        self.assertAlmostEqual(*chi2, places=4)


if __name__ == "__main__":
    unittest.main()
