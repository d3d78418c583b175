"""Data that are means over pixels: `sampling = "mean"`, on the lattice of the data and on finer ones."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """
[grid]
axes = ["y", "x"]
points = [33, 33]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
{refine}
[observations.u]
file = "pixels.h5"
dataset = "u"
sampling = "{sampling}"
noise = 0.0005
[fields.m]
value = "32*pi^2*sin(4*pi*x)*sin(4*pi*y)"
[parameters.a]
over = []
truth = {{ value = 1.0 }}
[equation]
residual = "a*lap(u) + m"
"""
K, H = 4.0 * numpy.pi, 1.0 / 32.0


class Means(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        axis = numpy.arange(33) * H
        mean = numpy.sin(K * axis) * numpy.sin(K * H / 2.0) / (K * H / 2.0)  # over each pixel
        noise = 0.0005 * numpy.random.default_rng(4).standard_normal((33, 33))
        with h5py.File(cls.directory / "pixels.h5", "w") as file:
            file["u"] = mean[:, None] * mean[None, :] + noise
            file["at_points"] = numpy.outer(numpy.sin(K * axis), numpy.sin(K * axis)) + noise

    def fitted(self, sampling, refine="", ranks=1, *overrides):
        deck = self.directory / "case.toml"
        deck.write_text(DECK.format(sampling=sampling, refine=refine))
        out = self.directory / f"{sampling}{len(refine)}_{ranks}"
        outcome = run("invert", deck, f"output.directory={out}", "--overwrite", *overrides, ranks=ranks)
        self.assertIn(outcome.code, (0, 2), outcome.err)
        return summary_of(out)

    def test_means_are_told_from_points(self):
        mean, point = self.fitted("mean"), self.fitted("point", "", 1, "inversion.method=joint")
        self.assertEqual(mean["method"], "joint")
        self.assertEqual(mean["verdict"]["status"], "sound")
        a = mean["parameters"]["a"]
        self.assertLess(abs(a["mean"] - 1.0), max(4.0 * a["standard_error"], 1e-3))
        self.assertGreater(abs(point["parameters"]["a"]["mean"] - 1.0), 0.01)  # (k h)^2 / 12 smaller states
        at_points = self.fitted("point", "", 1, "inversion.method=joint", "observations.u.dataset=at_points")
        self.assertAlmostEqual(mean["misfit_chi2"], at_points["misfit_chi2"], delta=0.05)

    def test_on_a_finer_lattice_and_more_ranks(self):
        one = self.fitted("mean", "refine = { y = 2, x = 3 }", 1)["parameters"]["a"]
        two = self.fitted("mean", "refine = { y = 2, x = 3 }", 2)["parameters"]["a"]
        self.assertLess(abs(one["mean"] - 1.0), max(4.0 * one["standard_error"], 1e-3))
        self.assertAlmostEqual(one["mean"], two["mean"], delta=1e-6)

    def test_refused(self):
        deck = self.directory / "refused.toml"
        text = DECK.format(sampling="mean", refine="")
        deck.write_text(text)
        self.expect_error(78, run("check", deck, "inversion.method=equation-error"), "[observations.u] sampling", "method = \"joint\"")
        self.expect_error(78, run("check", deck, "equation.form=weak"), "[observations.u] sampling")
        self.expect_error(78, run("mollify", deck), "[observations.u] sampling", "values at points")
        deck.write_text(text.replace("noise = 0.0005", 'walls = { x = "0" }'))
        self.expect_error(78, run("check", deck), "[observations.u] walls", "no means over cells")
        deck.write_text(text.replace("[observations.u]", '[observations.u]\nkind = "points"').replace('dataset = "u"\n', ""))
        self.expect_error(78, run("check", deck), "[observations.u] sampling", "data on the grid")
        self.expect_error(78, run("invert", self.uneven()), "[observations.u] sampling", "not evenly spaced")

    def uneven(self):
        with h5py.File(self.directory / "axes.h5", "w") as file:
            file["y"], file["x"] = numpy.arange(33.0), numpy.arange(33.0) ** 1.2
        deck = self.directory / "uneven.toml"
        text = DECK.format(sampling="mean", refine="")
        start, end = text.index("points ="), text.index("[observations.u]")
        deck.write_text(text[:start] + 'coordinates = { file = "axes.h5", datasets = ["y", "x"] }\n' + text[end:])
        return deck


if __name__ == "__main__":
    unittest.main()
