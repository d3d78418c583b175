"""Domains that are no boxes, gaps, noise that varies."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """
[grid]
axes = ["y", "x"]
points = [41, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
[parameters.a]
over = ["y", "x"]
truth = { value = "1 + 0.5*x*y" }
[equation]
residual = "dx(a*dx(u)) + dy(a*dy(u)) - 4 - 4*x*y"
"""
DISC = "grid.mask={ value = '0.16 - (x - 0.5)^2 - (y - 0.5)^2' }"


class Data(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.deck = cls.directory / "case.toml"
        cls.deck.write_text(DECK)
        x = numpy.linspace(0.0, 1.0, 41)
        cls.clean = x[None, :] ** 2 + x[:, None] ** 2
        noise = numpy.random.default_rng(4).standard_normal((41, 41))
        cls.inside = (x[None, :] - 0.5) ** 2 + (x[:, None] - 0.5) ** 2 < 0.16
        gaps = numpy.random.default_rng(5).random((41, 41)) < 0.02
        with h5py.File(cls.directory / "data.h5", "w") as file:
            file["u"] = cls.clean + 0.002 * noise
            file["wild"] = numpy.where(cls.inside, cls.clean + 0.002 * noise, 1e3 * noise)
            file["gaps"] = numpy.where(gaps, numpy.nan, cls.clean + 0.002 * noise)
            sigma = 0.05 * cls.clean + 1e-3
            file["sigma"] = sigma
            file["varying"] = cls.clean + sigma * noise
            file["inside"] = cls.inside.astype("i4")
            file["nowhere"] = numpy.zeros((41, 41))

    def invert(self, name, *overrides, ranks=1, codes=(0, 2)):
        outcome = run("invert", self.deck, f"output.directory={name}", *overrides, ranks=ranks)
        self.assertIn(outcome.code, codes, outcome.err + outcome.out[-2000:])
        return outcome, summary_of(self.directory / name)


class Masks(Data):
    def test_disc(self):
        """What lies outside is not read, however wild; results are NaN there."""
        _, summary = self.invert("disc", DISC, "observations.u.dataset=wild", "inversion.method=joint", "uncertainty.samples=0",
                                 "parameters.a.smoothness.weight=0.01")
        self.assertAlmostEqual(summary["noise"]["u"], 0.002, delta=3e-4)
        with h5py.File(self.directory / "disc" / "result.h5") as file:
            for name in ("parameters/a", "parameters/a_weight", "state/u", "residual"):
                numpy.testing.assert_array_equal(numpy.isnan(file[name][...]), ~self.inside, err_msg=name)
        self.assertLess(summary["parameters"]["a"]["truth"]["relative_l2"], 0.05)

    def test_dataset_is_the_same_as_its_expression(self):
        for name, mask in (("by_value", DISC), ("by_file", "grid.mask={ file = 'data.h5', dataset = 'inside', above = 0.5 }")):
            self.invert(name, mask, "inversion.method=equation-error", "mollifier.radius=5", "parameters.a.smoothness.weight=1e-4", "uncertainty.samples=5")
        with h5py.File(self.directory / "by_value" / "result.h5") as one, h5py.File(self.directory / "by_file" / "result.h5") as other:
            for name in ("parameters/a_std", "parameters/a_known"):
                numpy.testing.assert_array_equal(numpy.isnan(one[name][...]), ~self.inside, err_msg=name)
            numpy.testing.assert_array_equal(one["parameters/a"][...], other["parameters/a"][...])

    def test_holes(self):
        """A dark spot in a disc belongs to it where that is asked, on any number of ranks; the effective deck says so again."""
        with h5py.File(self.directory / "bright.h5", "w") as file:
            y, x = numpy.mgrid[:41, :41]
            file["density"] = self.inside.astype(float) * ((y - 22) ** 2 + (x - 18) ** 2 > 9)
        over = ["inversion.method=equation-error", "mollifier.radius=5", "parameters.a.smoothness.weight=1", "uncertainty.samples=0"]
        for name, fill, ranks in (("dark", "false", 1), ("bright", "true", 1), ("bright_2", "true", 2)):
            self.invert(name, f"grid.mask={{ file = 'bright.h5', dataset = 'density', above = 0.5, fill_holes = {fill} }}", *over, ranks=ranks)
            with h5py.File(self.directory / name / "result.h5") as file:
                known = ~numpy.isnan(file["parameters/a"][...])
            self.assertEqual(numpy.array_equal(known, self.inside), fill == "true", name)
        self.assertIn("fill_holes = true", (self.directory / "bright" / "deck.toml").read_text())
        self.expect_error(64, run("invert", self.deck, "grid.mask={ file = 'bright.h5', dataset = 'density', fill_holes = true }", "grid.periodic=['y', 'x']"),
                          "space has no open end")

    def test_empty(self):
        self.expect_error(65, run("invert", self.deck, "grid.mask={ file = 'data.h5', dataset = 'nowhere' }"), "no point is inside")
        self.expect_error(64, run("invert", self.deck, "grid.mask={ value = '-1' }"), "no point is inside")


class Molecules(Data):
    def test_drawn_inside_alone(self):
        """Localisations made by `mollis forward` lie in the cells of the domain; what `mollis invert` found repeats it."""
        over = ["observations.u={ kind = 'localisations', file = 'molecules.h5', density = { offset = 1e5, gain = 5e4 } }", DISC]
        self.expect(0, run("forward", self.deck, *over, "forward.states={ u = 'x^2 + y^2' }"))
        with h5py.File(self.directory / "molecules.h5") as file:
            cells = [numpy.rint(file[axis][...] * 40).astype(int) for axis in ("y", "x")]
        self.assertGreater(cells[0].size, 50000)
        self.assertTrue(self.inside[cells[0], cells[1]].all())
        _, summary = self.invert("molecules", *over, "inversion.method=equation-error", "mollifier.radius=5", "uncertainty.samples=0",
                                 "parameters.a.smoothness.weight=1e-4")
        self.assertEqual(summary["localisations"]["u"]["outside_mask"], 0)
        self.expect(0, run("check", self.directory / "molecules" / "deck.toml"))


class Gaps(Data):
    def test_isolated_gaps_cost_little(self):
        """2 % missing: by equation error no more than a tenth above the error without gaps."""
        errors = {}
        for dataset in ("u", "gaps"):
            outcome, summary = self.invert(dataset, f"observations.u.dataset={dataset}", "inversion.method=equation-error", "mollifier.radius=9",
                                           "parameters.a.smoothness.weight=1e-4", "uncertainty.samples=0")
            errors[dataset] = summary["parameters"]["a"]["truth"]["relative_l2"]
        self.assertIn("bridged", outcome.out)
        self.assertLess(errors["gaps"], 1.1 * errors["u"])


class Noise(Data):
    def test_forms(self):
        """The same noise said in two ways gives the same fit; a datum of small noise counts more."""
        results = {}
        for name, noise in (("own", "{ file = 'data.h5', dataset = 'sigma' }"), ("share", "{ proportional = 0.05, floor = 0.001 }")):
            _, summary = self.invert(name, "observations.u.dataset=varying", f"observations.u.noise={noise}", "inversion.method=joint",
                                     "uncertainty.samples=5")
            results[name] = summary["parameters"]["a"]["truth"]["relative_l2"]
            self.assertLess(abs(summary["misfit_chi2"] - 1.0), 0.2)
        with h5py.File(self.directory / "data.h5") as file:
            everywhere = float(numpy.sqrt(numpy.nanmean(file["sigma"][...] ** 2)))
        _, summary = self.invert("plain", "observations.u.dataset=varying", f"observations.u.noise={everywhere!r}", "inversion.method=joint",
                                 "uncertainty.samples=0")
        for error in results.values():
            self.assertLess(error, summary["parameters"]["a"]["truth"]["relative_l2"])

    def test_counts_tell_gain_and_offset(self):
        """A camera of gain 4 and offset 100; the effective deck has what was found, and says it again."""
        y, x = numpy.meshgrid(numpy.linspace(0, 1, 64), numpy.linspace(0, 1, 64), indexing="ij")
        photons = 40 + 2000 * (x**2 + y**2)
        numpy.save(self.directory / "camera.npy", 100 + 4 * numpy.random.default_rng(3).poisson(photons))
        over = ["observations.u.file=camera.npy", "grid.points=[64,64]", "equation.residual=a*lap(u) - 32000"]
        for name, noise in (("both", "{ gain = 'auto', offset = 'auto' }"), ("gain", "{ gain = 'auto', offset = 100 }")):
            outcome, summary = self.invert(name, *over, f"observations.u.noise={noise}", "inversion.method=joint", "uncertainty.samples=0")
            self.assertIn("that of counts: gain", outcome.out)
            found = summary["noise_growth"]["u"]
            self.assertLess(abs(found["gain"] - 4), 0.6)
            self.assertLess(abs(found["offset"] - 100), 300)
            self.assertLess(abs(summary["misfit_chi2"] - 1.0), 0.2)
            self.expect(0, run("check", self.directory / name / "deck.toml"))
            self.assertIn("gain = ", (self.directory / name / "deck.toml").read_text())
        self.expect_error(65, run("invert", self.deck, "observations.u.noise={ gain = 'auto' }"), "does not rise with the values along a straight line")
        self.expect_error(64, run("check", self.deck, "observations.u.noise={ gain = 'much' }"), "\"auto\"")

    def test_faults(self):
        self.expect_error(64, run("check", self.deck, "observations.u.noise={ proportional = 0.1, gain = 2.0 }"), "do not make a noise")
        self.expect_error(64, run("check", self.deck, "observations.u.noise={ proportion = 0.1, floor = 2.0 }"), "did you mean \"proportional\"?")
        self.expect_error(65, run("invert", self.deck, "observations.u.noise={ file = 'data.h5', dataset = 'nowhere' }"), "the standard deviation is 0")


if __name__ == "__main__":
    unittest.main()
