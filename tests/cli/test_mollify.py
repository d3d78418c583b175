"""Smoothed states, derivatives and their standard errors."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """[grid]
axes = ["y", "x"]
points = [40, 50]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[observations.u]
file = "data.h5"
dataset = "u"
noise = 0.01
[mollifier]
radius = 8
[mollify]
derivatives = ["x", "xx", "xy"]
"""
Y, X = numpy.meshgrid(numpy.linspace(0, 1, 40), numpy.linspace(0, 2, 50), indexing="ij")
EXACT = {
    "/state/u": numpy.sin(2 * X) * numpy.cos(Y),
    "/derivatives/u_x": 2 * numpy.cos(2 * X) * numpy.cos(Y),
    "/derivatives/u_xx": -4 * numpy.sin(2 * X) * numpy.cos(Y),
    "/derivatives/u_yx": -2 * numpy.cos(2 * X) * numpy.sin(Y),
}


class Mollify(TestCase):
    def setUp(self):
        self.directory = temporary()
        (self.directory / "case.toml").write_text(DECK)

    def mollify(self, values, *overrides, ranks=1):
        with h5py.File(self.directory / "data.h5", "w") as file:
            file["u"] = values
        out = self.directory / "case.out"
        outcome = run("mollify", self.directory / "case.toml", f"output.directory={out}", *overrides, ranks=ranks)
        self.expect(0, outcome)
        with h5py.File(out / "result.h5") as file:
            return {name + end: file[name + end][()] for name in EXACT for end in ("", "_error")}

    def noisy(self, seed):
        return EXACT["/state/u"] + 0.01 * numpy.random.default_rng(seed).standard_normal(X.shape)

    def test_values_lie_within_their_errors(self):
        found = self.mollify(self.noisy(1), ranks=2)
        for name, exact in EXACT.items():
            deviation = (found[name] - exact) / found[name + "_error"]
            self.assertLess(abs(deviation).max(), 6.0, name)
            self.assertTrue(0.6 < numpy.sqrt((deviation**2).mean()) < 1.5, name)

    def test_standard_errors_are_those_of_repeated_experiments(self):
        runs = [self.mollify(self.noisy(seed)) for seed in range(12)]
        for name in EXACT:
            spread = numpy.std([r[name] for r in runs], axis=0, ddof=1)
            ratio = numpy.sqrt((spread**2 / runs[0][name + "_error"] ** 2).mean())
            self.assertTrue(0.9 < ratio < 1.1, f"{name}: {ratio}")

    def test_automatic_radius(self):
        found = self.mollify(self.noisy(3), "mollifier.radius=auto", "observations.u.noise=auto")
        summary = summary_of(self.directory / "case.out")
        self.assertTrue(all(3 <= r < 25 for r in summary["mollifier"]["radius"].values()), summary["mollifier"])
        self.assertTrue(0.008 < summary["noise"]["u"] < 0.012)
        text = (self.directory / "case.out" / "deck.toml").read_text()
        self.assertFalse('noise = "auto"' in text or 'radius = "auto"' in text)
        error = numpy.sqrt(((found["/derivatives/u_x"] - EXACT["/derivatives/u_x"]) ** 2).mean())
        self.assertLess(error, 0.1)

    def test_radii_that_vary(self):
        """Narrow on a front, wide beside it; values lie within their errors away from it."""
        front = 0.5 * numpy.tanh((X - 1.0) / 0.06)
        found = self.mollify(self.noisy(6) + front, "mollifier.radius=adaptive", ranks=2)
        summary = summary_of(self.directory / "case.out")
        with h5py.File(self.directory / "case.out" / "result.h5") as file:
            radius = file["/mollifier/radius_x"][()]
        self.assertLess(numpy.median(radius[:, 24:26]), 0.7 * numpy.median(radius[:, :8]))
        for key, value in (("min", radius.min()), ("max", radius.max())):
            self.assertAlmostEqual(summary["mollifier"]["radius"]["x"][key], value)
        self.assertIn('radius = "adaptive"', (self.directory / "case.out" / "deck.toml").read_text())
        error = found["/state/u"] - EXACT["/state/u"] - front
        self.assertLess(abs(error / found["/state/u_error"])[:, :10].max(), 6.0)

    def test_gaps(self):
        """Where values are given beside gaps they lie within their errors; most points are not lost."""
        values = self.noisy(4)
        values[10:13, 20:22] = numpy.nan
        values[30, 40] = numpy.nan
        found = self.mollify(values, ranks=2)
        for name, exact in EXACT.items():
            known = numpy.isfinite(found[name])
            self.assertTrue((known == numpy.isfinite(found[name + "_error"])).all())
            self.assertGreater(known.mean(), 0.5)
            deviation = ((found[name] - exact) / found[name + "_error"])[known]
            self.assertLess(abs(deviation).max(), 6.0, name)

    def test_files(self):
        self.mollify(self.noisy(5))
        out = self.directory / "case.out"
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["deck.toml", "result.h5", "result.xmf", "summary.json"])
        summary = summary_of(out)
        self.assertEqual(summary["method"], "mollify")
        self.assertEqual(summary["mollifier"]["radius"], {"y": 8, "x": 8})
        self.assertLessEqual({"total", "read", "jets", "write"}, set(summary["seconds"]))
        with h5py.File(out / "result.h5") as file:
            self.assertTrue(numpy.array_equal(file["/observations/u"][()], self.noisy(5)))
            self.assertIn("git_revision", file.attrs)


if __name__ == "__main__":
    unittest.main()
