"""Data on a lattice coarser than that of the states ([grid] refine): few uneven frames, the same on any number of ranks, refusals."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """
[grid]
axes = ["t", "x"]
coordinates = {{ file = "film.h5", datasets = ["t", "x"] }}
refine = {{ t = 4 }}
[observations.u]
file = "film.h5"
dataset = "u"
noise = 0.002
[parameters.D]
over = []
[equation]
residual = "dt(u) - D*dx(dx(u))"
{more}
[output]
directory = "{out}"
"""
D = 0.05
FRAMES = numpy.array([0.0, 0.4, 0.6, 1.1, 1.3, 2.0, 2.3, 2.9])


def film(t, x):
    """Decays by a third to three quarters between two frames."""
    k = (3.0, 4.0)
    return 1.0 + numpy.exp(-D * k[0]**2 * t) * numpy.cos(k[0] * x) + 0.7 * numpy.exp(-D * k[1]**2 * t) * numpy.sin(k[1] * x)


class Refinement(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = str(temporary())
        x = numpy.linspace(0.0, 2.0, 41)
        exact = film(FRAMES[:, None], x[None, :])
        with h5py.File(cls.folder + "/film.h5", "w") as file:
            file["t"], file["x"] = FRAMES, x
            file["u"] = exact + 0.002 * numpy.random.default_rng(4).standard_normal(exact.shape)

    def deck(self, out, more=""):
        path = f"{self.folder}/{out}.toml"
        with open(path, "w") as file:
            file.write(DECK.format(out=out, more=more))
        return path

    def fit(self, out, *words, ranks=1, more=""):
        done = run("invert", self.deck(out, more), *words, ranks=ranks)
        return done, summary_of(f"{self.folder}/{out}")

    def test_a_constant_of_few_uneven_frames(self):
        done, summary = self.fit("few")
        self.assertEqual(done.code, 0, done.out)
        found = summary["parameters"]["D"]
        self.assertLess(abs(found["mean"] - D), 3.0 * found["standard_error"], found)
        self.assertLess(found["standard_error"], 0.01 * D)
        self.assertEqual(summary["method"], "joint")
        self.assertIn("a lattice finer than that of the data", done.out)
        with h5py.File(self.folder + "/few/result.h5") as file:
            state, data = file["state/u"][...], file["observations/u"][...]
        t = numpy.concatenate([numpy.linspace(a, b, 5)[:-1] for a, b in zip(FRAMES, FRAMES[1:])] + [FRAMES[-1:]])
        self.assertEqual(state.shape, (29, 41))
        self.assertLess(numpy.abs(state - film(t[:, None], numpy.linspace(0.0, 2.0, 41)[None, :])).max(), 0.01)
        self.assertEqual(numpy.isfinite(data).sum(), 8 * 41)

    def test_a_transient_is_followed_between_its_frames(self):
        """A fast mode that is gone after three frames: the lattice is refined, and averages that fail are left for factors."""
        t, x = numpy.linspace(0.0, 10.0, 26), numpy.linspace(0.0, 2.0, 31)
        rate = lambda n: 0.12 * (n * numpy.pi / 2.0)**2
        u = 300.0 + sum(a * numpy.exp(-rate(n) * t)[:, None] * numpy.cos(n * numpy.pi * x / 2.0)[None, :] for n, a in ((1, 5.0), (3, 3.0)))
        with h5py.File(self.folder + "/transient.h5", "w") as file:
            file["t"], file["x"] = t, x
            file["u"] = u + 0.05 * numpy.random.default_rng(2).standard_normal(u.shape)
        path = self.deck("transient", '[inversion]\nmethod = "joint"')
        with open(path) as file:
            text = file.read()
        text = text.replace("film.h5", "transient.h5").replace("refine = { t = 4 }\n", "").replace("noise = 0.002", "noise = 0.05")
        with open(path, "w") as file:
            file.write(text)
        done = run("invert", path)
        self.assertIn("too few times for what the states do between two", done.out)
        self.assertEqual(done.code, 0, done.out)
        found = summary_of(self.folder + "/transient")["parameters"]["D"]
        self.assertLess(abs(found["mean"] - 0.12), 3.0 * found["standard_error"], found)
        self.assertLess(found["standard_error"], 0.05 * 0.12)

    def test_four_frames_are_enough(self):
        """Too few for the splines and for any mollifier: by itself the lattice has as many times as splines need. By joint alone a rule is named."""
        t, x = numpy.linspace(0.0, 0.6, 4), numpy.linspace(0.0, 2.0, 41)
        u = film(t[:, None], x[None, :]) + 0.002 * numpy.random.default_rng(5).standard_normal((4, 41))
        with h5py.File(self.folder + "/four.h5", "w") as file:
            file["t"], file["x"], file["u"] = t, x, u
        path = self.deck("four")
        with open(path) as file:
            text = file.read().replace("film.h5", "four.h5").replace("refine = { t = 4 }\n", "")
        with open(path, "w") as file:
            file.write(text)
        done = run("invert", path)
        self.assertEqual(done.code, 0, done.out + done.err)
        found = summary_of(self.folder + "/four")["parameters"]["D"]
        self.assertLess(abs(found["mean"] - D), 3.0 * found["standard_error"], found)
        self.assertLess(found["standard_error"], 0.02 * D)
        self.assertIn("[grid] refine = { t = 2 }", run("invert", path, "inversion.method=joint").err)

    def test_what_the_lattice_bends_is_told(self):
        """On the frames alone D is several of its standard errors off; half the steps show by how much."""
        done, summary = self.fit("coarse", "grid.refine={t=1}", more='[inversion]\nmethod = "joint"')
        self.assertIn("again with half the steps", done.out)
        found = summary["parameters"]["D"]
        self.assertLess(abs(found["mean"] - D), 2.0 * found["standard_error"], found)
        self.assertGreater(found["standard_error"], 2.0 * self.fit("fine")[1]["parameters"]["D"]["standard_error"])

    def test_what_the_smoothness_of_states_bends_is_told(self):
        """Between two of eight frames a mode loses three quarters: what is believed of states takes that for too short a wave, and the constants with it."""
        t, x = numpy.linspace(0.0, 2.0, 8)[:, None], numpy.linspace(0.0, 1.0, 51)[None, :]
        rate = D * numpy.pi**2
        u = numpy.exp(-0.5 * t) * (numpy.exp(-rate * t) * numpy.sin(numpy.pi * x) + 0.7 * numpy.exp(-9 * rate * t) * numpy.cos(3 * numpy.pi * x))
        u += 0.05 * u.std() * numpy.random.default_rng(1).standard_normal(u.shape)
        with h5py.File(self.folder + "/bent.h5", "w") as file:
            file["t"], file["x"], file["u"] = t[:, 0], x[0], u
        path = self.deck("bent")
        with open(path) as file:
            text = file.read().replace("film.h5", "bent.h5").replace("noise = 0.002\n", "").replace("D*dx(dx(u))", "D*dx(dx(u)) + k*u")
        with open(path, "w") as file:
            file.write(text + "[parameters.k]\nover = []\n")
        done = run("invert", path)
        found = summary_of(self.folder + "/bent")["parameters"]
        for name, truth in (("D", D), ("k", 0.5)):
            self.assertLess(abs(found[name]["mean"] - truth), 2.0 * found[name]["standard_error"], found)
            self.assertLess(found[name]["standard_error"], 0.1 * truth)

    def test_ranks_agree(self):
        more = "[uncertainty]\nsamples = 0"
        values = [self.fit(f"ranks{ranks}", ranks=ranks, more=more)[1]["parameters"]["D"]["mean"] for ranks in (1, 3)]
        self.assertLess(abs(values[0] - values[1]), 1e-8 * values[0])

    def test_what_was_written_runs_again(self):
        more = "[uncertainty]\nsamples = 0"
        first = self.fit("once", more=more)[1]["parameters"]["D"]["mean"]
        run("invert", self.folder + "/once/deck.toml", "output.directory=" + self.folder + "/twice")
        self.assertLess(abs(summary_of(self.folder + "/twice")["parameters"]["D"]["mean"] - first), 1e-6 * first)

    def test_frames_are_held_out(self):
        _, summary = self.fit("held", more='[uncertainty]\nsamples = 0\n[validation]\nhold_out = 0.25\nwhat = "frames"')
        self.assertEqual(summary["validation"]["points"], 2 * 41)
        self.assertLess(summary["validation"]["misfit"], 2.0)

    def test_refusals(self):
        for more, key in (('[inversion]\nmethod = "equation-error"', "[grid] refine"), ('form = "weak"', "[equation] form")):
            done = run("invert", self.deck("refused", more))
            self.assertEqual(done.code, 78, done.out)
            self.assertIn(key, done.err)
        done = run("invert", self.deck("refused"), "grid.refine={z=2}")
        self.assertEqual(done.code, 64, done.err)
        done = run("invert", self.deck("refused"), "grid.refine={t=0}")
        self.assertEqual(done.code, 64, done.err)

    def test_data_are_made_on_their_own_lattice(self):
        path = f"{self.folder}/made.toml"
        text = DECK.format(out="made", more=f'[forward]\nstates = {{ u = "exp(-{D}*9*t)*cos(3*x)" }}\nnoise = {{ relative = 0.001 }}')
        text = text.replace('coordinates = { file = "film.h5", datasets = ["t", "x"] }', "points = [7, 31]\nlower = [0.0, 0.0]\nupper = [1.5, 2.0]")
        with open(path, "w") as file:
            file.write(text.replace("film.h5", "made.h5").replace("noise = 0.002\n", ""))
        self.assertEqual(run("forward", path).code, 0)
        with h5py.File(self.folder + "/made.h5") as file:
            self.assertEqual(file["u"].shape, (7, 31))
        done = run("invert", path)
        self.assertEqual(done.code, 0, done.out)
        found = summary_of(self.folder + "/made")["parameters"]["D"]
        self.assertLess(abs(found["mean"] - D), 3.0 * found["standard_error"], found)


if __name__ == "__main__":
    unittest.main()
