"""Parameters over a state: D(u) of u_t = (D(u) u_x)_x and of a plane, from data of a solver of its own."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """[grid]
axes = ["t", "x"]
points = [31, 41]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
noise = {noise}
[parameters.D]
over = ["u"]
coefficients = 6
truth = {{ value = "0.01*(1 + 4*u^2)" }}
[equation]
residual = "dt(u) - dx(D*dx(u))"
"""
NOISE = 0.004


def diffusivity(u):
    return 0.01 * (1 + 4 * u**2)


def rising(u):
    """From 0.01 to 0.05 within a fifth of the range."""
    return 0.03 + 0.02 * numpy.tanh((u - 0.5) / 0.1)


def film(frames=31, points=41, finer=5, diffusivity=diffusivity):
    """Finite volumes with closed ends, explicit steps, on a grid five times as fine."""
    n = (points - 1) * finer + 1
    x = numpy.linspace(0, 1, n)
    u = 0.5 + 0.48 * numpy.cos(numpy.pi * x)
    step = x[1]
    frame = 1.0 / (frames - 1)
    substeps = int(numpy.ceil(frame / (0.25 * step**2 / 0.05)))
    film = [u[::finer]]
    for _ in range(frames - 1):
        for _ in range(substeps):
            flux = numpy.concatenate([[0.0], diffusivity(0.5 * (u[1:] + u[:-1])) * numpy.diff(u) / step, [0.0]])
            width = numpy.full(n, step)
            width[[0, -1]] = step / 2
            u = u + frame / substeps * numpy.diff(flux) / width
        film.append(u[::finer])
    return numpy.array(film)


class Curves(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        clean = film()
        noisy = clean + NOISE * numpy.random.default_rng(4).standard_normal(clean.shape)
        with h5py.File(cls.directory / "data.h5", "w") as file:
            file["u"] = noisy
        cls.deck = cls.directory / "case.toml"
        cls.deck.write_text(DECK.format(noise=NOISE))

    def fit(self, name, *overrides, ranks=1, code=0):
        out = self.directory / name
        self.expect(code, run("invert", self.deck, f"output.directory={out}", *overrides, ranks=ranks))
        return summary_of(out)

    def test_joint(self):
        summary = self.fit("joint", "inversion.method=joint")
        found = summary["parameters"]["D"]
        self.assertLess(found["truth"]["relative_l2"], 0.05)
        self.assertLess(found["standard_error"], 0.1 * found["mean"])
        self.assertEqual(found["over"], ["u"])
        self.assertEqual([n for n in summary["parameters"] if n.startswith("D_")], [f"D_{k}" for k in range(1, 7)])
        with h5py.File(self.directory / "joint/result.h5") as file:
            curve = {name: values[...] for name, values in file["/curves/D"].items()}
        self.assertEqual(set(curve), {"u", "value", "std", "known", "data", "truth"})
        numpy.testing.assert_allclose(curve["truth"], diffusivity(curve["u"]))
        self.assertLess(numpy.max(numpy.abs(curve["value"] - curve["truth"]) / curve["std"]), 3.0)
        self.assertTrue((numpy.diff(curve["u"]) > 0).all())
        self.assertAlmostEqual(curve["u"][0], found["range"][0])
        self.assertGreater(curve["data"].sum(), 0.8 * 31 * 41)
        self.assertTrue((curve["known"] >= 0).all() and (curve["known"] <= 1).all() and curve["known"].mean() > 0.8)

    def test_ranks_and_repeats(self):
        """Two ranks, and the effective deck with its range: the same curve."""
        one = self.fit("one", "inversion.method=joint", "uncertainty.samples=0")["parameters"]["D"]
        two = self.fit("two", "inversion.method=joint", "uncertainty.samples=0", ranks=2)["parameters"]["D"]
        self.assertEqual(one["range"], two["range"])
        for key in ("min", "max", "mean"):
            self.assertAlmostEqual(one[key], two[key], delta=1e-6 * one["max"])
        again = run("check", self.directory / "one/deck.toml")
        self.expect(0, again)
        self.assertIn('over = ["u"]', again.out)
        self.assertIn("range = [", again.out)
        self.assertNotIn("D_1", again.out.split("[equation]")[0])

    def test_weak_form(self):
        found = self.fit("weak", "equation.form=weak", "inversion.method=equation-error")["parameters"]["D"]
        self.assertLess(found["truth"]["relative_l2"], 0.1)

    def test_predict(self):
        self.fit("fit", "inversion.method=joint")
        outcome = self.expect(0, run("predict", self.directory / "fit"))
        self.assertIn("u", outcome.out)
        errors = summary_of(self.directory / "fit/predict")["states"]["u"]["fitted_frames"]
        self.assertLess(errors["chi2"], 1.2)
        self.assertGreater(errors["unchanged_chi2"], 10)


class Coefficients(TestCase):
    """As many as the data tell."""
    def fit(self, *changes):
        directory = temporary()
        clean = film(diffusivity=rising)
        with h5py.File(directory / "data.h5", "w") as file:
            file["u"] = clean + NOISE * numpy.random.default_rng(5).standard_normal(clean.shape)
        text = DECK.format(noise=NOISE).replace("0.01*(1 + 4*u^2)", "0.03 + 0.02*tanh((u - 0.5)/0.1)")
        for change in changes:
            text = text.replace(*change)
        (directory / "case.toml").write_text(text)
        outcome = run("invert", directory / "case.toml", "inversion.method=joint", f"output.directory={directory}/out")
        return outcome, summary_of(directory / "out"), (directory / "out/deck.toml").read_text()

    def test_too_few_are_doubted(self):
        outcome, summary, _ = self.fit()
        self.expect(2, outcome)
        reason = next(r for r in summary["verdict"]["reasons"] if r["check"] == "curve")
        self.assertGreater(reason["value"], reason["bound"])
        self.assertIn("coefficients = 9", reason["advice"])

    def test_left_open_they_are_found(self):
        outcome, summary, deck = self.fit(("coefficients = 6\n", ""))
        self.expect(0, outcome)
        count = sum(name.startswith("D_") for name in summary["parameters"])
        self.assertIn(count, (9, 15))
        self.assertIn(f"coefficients = {count}\n", deck)
        found = summary["parameters"]["D"]
        self.assertLess(found["truth"]["relative_l2"], 3 * found["standard_error"] / found["mean"])
        self.assertGreater(found["truth"]["coverage95"], 0.8)
        self.assertTrue(next(c for c in summary["verdict"]["checks"] if c["check"] == "curve")["holds"])


class Errors(TestCase):
    def setUp(self):
        self.directory = temporary()
        self.deck = self.directory / "case.toml"
        self.deck.write_text(DECK.format(noise=NOISE))

    def refused(self, *parts, change=("", ""), overrides=(), code=78):
        self.deck.write_text(DECK.format(noise=NOISE).replace(*change))
        self.expect_error(code, run("check", self.deck, *overrides), *parts)

    def test_keys(self):
        self.refused("[parameters.D] over", 'over = ["u"]', change=('over = ["u"]', 'over = ["x", "u"]'))
        self.refused("[parameters.D] range", "second above the first", change=("coefficients = 6", "range = [1.0, 0.5]"))
        self.refused("[parameters.D] coefficients", "from 4 to 32", change=("coefficients = 6", "coefficients = 3"))
        self.refused("[parameters.D] coefficients", "belongs to a parameter over a state", change=('over = ["u"]', 'over = ["x"]'))
        self.refused("[parameters.D] smoothness", "few", change=("coefficients = 6", "smoothness = { order = 1 }"))
        self.refused("[parameters.D] over", "choose from", change=('over = ["u"]', 'over = ["v"]'))
        self.refused("truth", "x", change=("4*u^2", "4*x^2"))

    def test_names_are_taken(self):
        self.refused("D_2", change=("[equation]", "[parameters.D_2]\nover = []\n[equation]"))

    def test_not_in_the_equation(self):
        self.refused("[parameters.D]", "no residual depends", change=("D*dx(u)", "2*dx(u)"))


if __name__ == "__main__":
    unittest.main()
