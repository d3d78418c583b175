"""[[experiment]]: several experiments that share parameters. Equal to plain decks where both can say the same; better than any one alone."""
import unittest

import h5py
import numpy

from program import INPUTS, TestCase, run, summary_of, temporary

HEAD = """
[grid]
axes = ["y", "x"]
points = [24, 26]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[parameters.a]
over = ["y", "x"]
smoothness = { order = 1, weight = 0.02 }
truth = { value = "1 + 0.4*x*y" }
[equation]
residual = "a*lap(u) + m"
[mollifier]
radius = 4
[inversion]
method = "equation-error"
[uncertainty]
samples = 0
[forward]
equation = "elliptic"
noise = 0.002
"""
PLAIN = HEAD + """
[observations.u]
file = "data.h5"
dataset = "one"
noise = {noise}
[fields.m]
value = "10 + x"
"""
EXPERIMENT = """
[[experiment]]
{name}
[experiment.observations.u]
file = "data.h5"
dataset = "{dataset}"
noise = 0.002
[experiment.fields.m]
value = "{m}"
"""
ONE = HEAD + EXPERIMENT.format(name="", dataset="one", m="10 + x")
TWICE = ONE + EXPERIMENT.format(name='name = "again"', dataset="one", m="10 + x")
TWO = ONE + EXPERIMENT.format(name='name = "other"', dataset="two", m="20*y")

# Two constants of a film, in the weak form: each experiment alone knows one of them.
FILM = """
[grid]
axes = ["t", "x"]
points = [41, 61]
lower = [0.0, 0.0]
upper = [1.0, 6.283185307179586]
periodic = ["x"]
[parameters.D]
over = []
truth = {{ value = 0.3 }}
[parameters.k]
over = []
truth = {{ value = 0.7 }}
[equation]
residual = "dt(u) - D*dx(dx(u)) + k*u"
form = "{form}"
[inversion]
method = "{method}"
[forward]
states = {{ u = "w*exp(-0.7*t) + (1 - w)*sin(2*x)*exp(-1.9*t)" }}
noise = 0.01
[[experiment]]
[experiment.observations.u]
file = "film.h5"
dataset = "flat"
[experiment.fields.w]
value = 1
[[experiment]]
[experiment.observations.u]
file = "film.h5"
dataset = "wave"
[experiment.fields.w]
value = 0
"""


class Experiments(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.decks = {}
        for name, text in {"plain": PLAIN.replace("{noise}", "0.002"), "half": PLAIN.replace("{noise}", repr(0.002 / 2 ** 0.5)),
                           "one": ONE, "twice": TWICE, "two": TWO}.items():
            cls.decks[name] = cls.directory / f"{name}.toml"
            cls.decks[name].write_text(text)
        cls.forward = run("forward", cls.decks["two"], ranks=2)
        cls.made = {}

    def fitted(self, deck, *overrides, ranks=1, out=None):
        """The parameter of a deck, and the names in the result file."""
        out = out or f"{deck}.out"
        if out not in self.made:
            outcome = run("invert", self.decks[deck], f"output.directory={out}", *overrides, ranks=ranks)
            self.assertIn(outcome.code, (0, 2), outcome.err)  # weights are given, no verdict is asked for
            with h5py.File(self.directory / out / "result.h5") as file:
                names = set()
                file.visit(names.add)
                self.made[out] = file["parameters/a"][...], names
        return self.made[out]

    def assert_equal_fields(self, a, b, relative):
        self.assertLess(numpy.abs(a - b).max(), relative * numpy.abs(b).max())

    def test_forward_solves_each_with_its_own_fields(self):
        self.assertEqual(self.forward.code, 0, self.forward.err)
        self.assertIn("u_1: standard deviation", self.forward.out)
        with h5py.File(self.directory / "data.h5") as file:
            one, two = file["one"][...] - file["one_clean"][...], file["two"][...] - file["two_clean"][...]
            self.assertGreater(numpy.abs(file["one_clean"][...] - file["two_clean"][...]).max(), 0.1)
        self.assertAlmostEqual(one.std() / 0.002, 1.0, delta=0.1)
        self.assertLess(abs(numpy.corrcoef(one.ravel(), two.ravel())[0, 1]), 0.15)  # noise of its own

    def test_forward_is_that_of_a_plain_deck(self):
        plain = self.directory / "again"
        self.assertEqual(run("forward", self.decks["plain"], f"observations.u.file={plain}.h5").code, 0)
        with h5py.File(f"{plain}.h5") as a, h5py.File(self.directory / "data.h5") as b:
            numpy.testing.assert_allclose(a["one"][...], b["one"][...], atol=1e-9 * 0.5)

    def test_one_experiment_is_a_plain_deck(self):
        self.assert_equal_fields(self.fitted("one")[0], self.fitted("plain")[0], 1e-8)

    def test_one_experiment_is_a_plain_deck_in_joint_fits(self):
        overrides = ["inversion.method=joint", "joint.penalty=100"]
        one, plain = (self.fitted(d, *overrides, out=f"{d}_joint")[0] for d in ("one", "plain"))
        self.assert_equal_fields(one, plain, 1e-6)

    def test_two_alike_are_one_with_less_noise(self):
        self.assert_equal_fields(self.fitted("twice")[0], self.fitted("half")[0], 1e-7)
        self.assertGreater(numpy.abs(self.fitted("twice")[0] - self.fitted("plain")[0]).max(), 1e-4)  # more data, less smoothing

    def test_two_alike_are_one_with_less_noise_in_joint_fits(self):
        """The data's misfit and the squared residual count twice, the smoothness once."""
        twice = self.fitted("twice", "inversion.method=joint", "joint.penalty=100", out="twice_joint")[0]
        half = self.fitted("half", "inversion.method=joint", "joint.penalty=200", out="half_joint")[0]
        self.assert_equal_fields(twice, half, 1e-3)

    def test_ranks_change_nothing(self):
        self.assert_equal_fields(self.fitted("two", ranks=2, out="two_2")[0], self.fitted("two")[0], 1e-8)
        overrides = ["inversion.method=joint", "joint.penalty=100", "inversion.tolerance=1e-12"]
        one, two = (self.fitted("two", *overrides, ranks=r, out=f"two_joint_{r}")[0] for r in (1, 2))
        self.assert_equal_fields(two, one, 1e-6)

    def test_point_by_point(self):
        """Two equations at each point for one unknown."""
        both = self.fitted("two", "inversion.method=pointwise", out="two_pointwise")[0]
        alone = self.fitted("one", "inversion.method=pointwise", out="one_pointwise")[0]
        with h5py.File(self.directory / "two_pointwise" / "result.h5") as file:
            truth = file["truth/a"][...]
        error = [numpy.sqrt(numpy.nanmean((found - truth)[5:-5, 5:-5] ** 2)) for found in (both, alone)]
        self.assertLess(error[0], error[1])

    def test_names(self):
        names = self.fitted("two")[1]
        for name in ("state/u_1", "state/u_other", "observations/u_other", "residual_1", "residual_other"):
            self.assertIn(name, names)
        summary = summary_of(self.directory / "two.out")
        self.assertEqual(sorted(summary["noise"]), ["u_1", "u_other"])

    def test_the_effective_deck_repeats_the_run(self):
        self.fitted("two")
        self.assertIn(run("invert", self.directory / "two.out" / "deck.toml", f"output.directory={self.directory}/repeated").code, (0, 2))
        with h5py.File(self.directory / "repeated" / "result.h5") as file:
            self.assert_equal_fields(file["parameters/a"][...], self.fitted("two")[0], 1e-8)

    def test_overrides(self):
        outcome = run("check", self.decks["two"], "experiment.other.observations.u.noise=0.125", "experiment.1.fields.m.value=3")
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn("noise = 0.125", outcome.out)
        self.assertIn('value = "3"', outcome.out)
        self.expect_error(64, run("check", self.decks["two"], "experiment.third.fields.m.value=3"), "no such experiment")

    def test_expressions_are_blamed_where_they_stand(self):
        self.decks["one"].with_name("bad.toml").write_text(TWO.replace('"20*y"', '"20*y + q"'))
        self.expect_error(78, run("check", self.directory / "bad.toml"), "bad.toml:", "value: ", "'q'")
        self.decks["one"].with_name("bad.toml").write_text(TWO.replace('a*lap(u) + m', 'a*lap(u_1) + m'))
        outcome = self.expect_error(78, run("check", self.directory / "bad.toml"), "[equation] residual", "u_1")
        self.assertEqual(len([line for line in outcome.lines() if "[equation]" in line]), 1)

    def test_mollify_and_look(self):
        self.assertEqual(run("mollify", self.decks["two"], f"output.directory={self.directory}/smooth").code, 0)
        with h5py.File(self.directory / "smooth" / "result.h5") as file:
            self.assertIn("u_other", file["state"])
        self.assertIn("[[experiment]]", run("help", "deck").out)


class Film(TestCase):
    """One experiment says what the sum of constants is, the other one constant; strong and weak, both methods."""

    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.deck = cls.directory / "film.toml"
        cls.deck.write_text(FILM.format(form="strong", method="joint"))
        cls.made = run("forward", cls.deck)

    def check(self, ranks, within, **how):
        self.deck.write_text(FILM.format(**how))
        self.assertEqual(self.made.code, 0, self.made.err)
        out = self.directory / f"{how['method']}_{how['form']}"
        self.expect(0, run("invert", self.deck, f"output.directory={out}", "--overwrite", ranks=ranks))
        found = summary_of(out)["parameters"]
        for name, truth in (("D", 0.3), ("k", 0.7)):
            self.assertLess(abs(found[name]["mean"] - truth) / truth, within, name)
            self.assertLess(abs(found[name]["mean"] - truth), 4.0 * found[name]["standard_error"], name)

    def test_joint(self):
        for ranks in (1, 2):
            self.check(ranks, 0.02, form="strong", method="joint")

    def test_equation_error(self):
        for ranks in (1, 2):
            self.check(ranks, 0.05, form="strong", method="equation-error")

    def test_weak(self):
        for ranks in (1, 2):
            self.check(ranks, 0.02, form="weak", method="equation-error")

    def test_predict(self):
        self.check(1, 0.02, form="strong", method="joint")
        outcome = run("predict", self.directory / "joint_strong")
        self.expect(0, outcome)
        self.assertIn("u_2", outcome.out)


class Sources(TestCase):
    """The deck that is shipped: together better than each alone."""

    def test_together_better_than_alone(self):
        directory = temporary()
        text = (INPUTS / "sources.toml").read_text()
        head, *experiments = text.split("[[experiment]]\n")
        experiments[-1], tail = experiments[-1].split("[parameters.lambda]")
        decks = {"all": text}
        for n, one in enumerate(experiments):
            decks[f"only{n}"] = f"{head}[[experiment]]\n{one}[parameters.lambda]{tail}"
        errors = {}
        small = ["grid.points=[40,40]", "inversion.method=equation-error", "uncertainty.samples=0"]
        for name, deck in decks.items():
            path = directory / f"{name}.toml"
            path.write_text(deck)
            if name == "all":
                self.expect(0, run("forward", path, *small))
            self.assertIn(run("invert", path, *small).code, (0, 2))
            errors[name] = summary_of(directory / f"{name}.out")["parameters"]["lambda"]["truth"]["core"]["relative_l2"]
        for n in range(3):
            self.assertLess(errors["all"], 0.5 * errors[f"only{n}"], errors)


if __name__ == "__main__":
    unittest.main()
