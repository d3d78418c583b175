"""Observations as they come: outliers set aside by a robust loss, states that were not observed, counts that are none."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

FILM = """
[grid]
axes = ["t", "x"]
points = [25, 31]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
refine = { t = 1 }
[observations.u]
file = "film.h5"
dataset = "u"
[parameters.D]
over = []
[equation]
residual = "dt(u) - D*dx(dx(u))"
"""

STOKES = """
[grid]
axes = ["y", "x"]
points = [17, 17]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "stokes.h5"
dataset = "u"
[observations.v]
file = "stokes.h5"
dataset = "v"
[observations.p]
kind = "none"
[fields.fx]
file = "stokes.h5"
dataset = "fx"
[fields.fy]
file = "stokes.h5"
dataset = "fy"
[parameters.mu]
over = []
[equation]
residuals = ["mu*lap(u) - dx(p) + fx", "mu*lap(v) - dy(p) + fy", "dx(u) + dy(v)"]
"""
D, MU = 0.05, 0.1
PI = numpy.pi


def film(generator, sigma=0.004):
    t, x = numpy.linspace(0.0, 1.0, 25)[:, None], numpy.linspace(0.0, 1.0, 31)[None, :]
    exact = 1.0 + numpy.exp(-D * PI**2 * t) * numpy.sin(PI * x) + 0.5 * numpy.exp(-4.0 * D * PI**2 * t) * numpy.cos(2.0 * PI * x)
    return exact + sigma * generator.standard_normal(exact.shape)


def stokes():
    """Of the stream function (sin(pi x) sin(pi y))^2, under p = cos(pi x) sin(pi y) + 3."""
    y, x = numpy.meshgrid(*2 * [numpy.linspace(0.0, 1.0, 17)], indexing="ij")
    a, b = (numpy.sin(PI * x))**2, PI * numpy.sin(2.0 * PI * x)                      # of x, its derivative
    c, d = (numpy.sin(PI * y))**2, PI * numpy.sin(2.0 * PI * y)
    second_a, second_c = 2.0 * PI**2 * numpy.cos(2.0 * PI * x), 2.0 * PI**2 * numpy.cos(2.0 * PI * y)
    fields = {"u": a * d, "v": -b * c, "p": numpy.cos(PI * x) * numpy.sin(PI * y) + 3.0}
    lap_u = second_a * d - 4.0 * PI**2 * a * d
    lap_v = -(b * second_c - 4.0 * PI**2 * b * c)
    fields["fx"] = -PI * numpy.sin(PI * x) * numpy.sin(PI * y) - MU * lap_u
    fields["fy"] = PI * numpy.cos(PI * x) * numpy.cos(PI * y) - MU * lap_v
    return fields


class Outliers(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary()
        generator = numpy.random.default_rng(7)
        u = film(generator)
        cls.wrong = numpy.zeros(u.shape, dtype=bool)
        cls.wrong.flat[generator.choice(u.size, 15, replace=False)] = True
        u[cls.wrong] += 0.004 * generator.uniform(10.0, 100.0, 15)
        with h5py.File(cls.folder / "film.h5", "w") as file:
            file["u"] = u
            file["half"] = numpy.where(numpy.arange(31) < 11, u + 0.3, u)
        (cls.folder / "film.toml").write_text(FILM)

    def fit(self, out, *words, ranks=1):
        done = run("invert", self.folder / "film.toml", f"output.directory={self.folder}/{out}", *words, ranks=ranks)
        return done, summary_of(self.folder / out)

    def checks(self, summary):
        return [reason["check"] for reason in summary["verdict"]["reasons"]]

    def test_are_set_aside(self):
        done, summary = self.fit("robust", "observations.u.loss=robust")
        self.expect(0, done)
        found = summary["parameters"]["D"]
        self.assertLess(abs(found["mean"] - D), 3.0 * found["standard_error"], found)
        self.assertLess(found["standard_error"], 0.002, found)
        self.assertAlmostEqual(summary["noise"]["u"], 0.004, delta=0.0008)
        self.assertTrue(0.85 < summary["misfit_chi2"] < 1.15, summary["misfit_chi2"])
        self.assertTrue(15 <= summary["outliers"]["u"]["set_aside"] <= 16, summary["outliers"])
        self.assertIn("of 775 set aside as outliers", done.out)
        with h5py.File(self.folder / "robust" / "result.h5") as file:
            trust = file["/observations/u_trust"][...]
        self.assertTrue((trust[self.wrong] < 0.5).all())
        self.assertGreater(trust[~self.wrong].mean(), 0.97)
        self.assertIn('loss = "robust"', (self.folder / "robust" / "deck.toml").read_text())

    def test_on_two_ranks(self):
        one, two = self.fit("one", "observations.u.loss=robust")[1], self.fit("two", "observations.u.loss=robust", ranks=2)[1]
        self.assertEqual(one["outliers"], two["outliers"])
        self.assertAlmostEqual(one["parameters"]["D"]["mean"] / two["parameters"]["D"]["mean"], 1.0, delta=1e-8)

    def test_are_found_under_squares(self):
        for method in ("joint", "equation-error"):
            done, summary = self.fit(method, f"inversion.method={method}", "uncertainty.samples=0")
            self.expect(2, done)
            self.assertIn("outliers", self.checks(summary))
            self.assertIn('loss = "robust"', done.out)

    def test_methods_that_fit_no_states(self):
        deck = self.folder / "film.toml"
        for word, what in (("inversion.method=equation-error", "mollifies data, outliers with them; use method = \"joint\""),
                           ("equation.form=weak", "the weak form takes the data as they stand")):
            self.expect_error(64, run("invert", deck, "observations.u.loss=robust", word), "[observations.u] loss", what)
        self.expect_error(64, run("mollify", deck, "observations.u.loss=robust"), "[observations.u] loss", "taken as it stands")

    def test_a_part_where_the_equation_fails_is_no_outlier(self):
        done, summary = self.fit("half", "observations.u.loss=robust", "observations.u.dataset=half")
        self.expect(2, done)


class Unobserved(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary()
        cls.fields = stokes()
        generator = numpy.random.default_rng(3)
        with h5py.File(cls.folder / "stokes.h5", "w") as file:
            for name, values in cls.fields.items():
                noise = 0.01 * values.std() if name in "uv" else 0.0
                file[name] = values + noise * generator.standard_normal(values.shape)
        (cls.folder / "stokes.toml").write_text(STOKES)

    def fit(self, out, *words, ranks=1):
        done = run("invert", self.folder / "stokes.toml", f"output.directory={self.folder}/{out}", *words, ranks=ranks)
        return done, summary_of(self.folder / out)

    def pressure(self, out):
        with h5py.File(self.folder / out / "result.h5") as file:
            return file["/state/p"][...], file["/state/p_std"][...]

    def test_a_pressure_up_to_a_constant(self):
        done, summary = self.fit("free")
        self.expect(0, done)
        found = summary["parameters"]["mu"]
        self.assertLess(abs(found["mean"] - MU), 3.0 * found["standard_error"], found)
        self.assertLess(found["standard_error"], 0.1 * MU)
        self.assertFalse(summary["states"]["p"]["mean_known"])
        self.assertIn("state p: not observed", done.out)
        self.assertIn("up to a constant", done.out)
        p, error = self.pressure("free")
        truth = self.fields["p"] - self.fields["p"].mean()
        off = p - p.mean() - truth
        self.assertLess(off.std(), 0.1 * truth.std())
        self.assertGreater((numpy.abs(off) < 3.0 * error).mean(), 0.9)

    def test_known_on_a_wall(self):
        wall = 'observations.p.walls={ y_lower = "3" }'  # sin(pi y) is 0 there
        done, summary = self.fit("wall", wall, "observations.p.noise=0.01", ranks=2)
        self.expect(0, done)
        self.assertTrue(summary["states"]["p"]["mean_known"])
        self.assertLess(numpy.abs(self.pressure("wall")[0] - self.fields["p"]).max(), 0.2)

    def test_that_nothing_tells(self):
        done, summary = self.fit("nothing", 'equation.residuals=["mu*lap(u) - dx(p) + fx", "dx(u) + dy(v)"]', "parameters.mu.initial=0.1")
        self.expect(2, done)

    def test_other_commands_and_methods(self):
        deck = self.folder / "stokes.toml"
        self.expect_error(78, run("mollify", deck), "[observations.p] kind", "nothing was observed of this state")
        self.expect_error(64, run("invert", deck, "inversion.method=equation-error"), "there are none of \"p\"", "method = \"joint\"")
        self.expect_error(64, run("invert", deck, "equation.form=weak"), "the weak form is made of data, and there are none of \"p\"")
        for name in "uv":
            text = deck.read_text().replace(f'file = "stokes.h5"\ndataset = "{name}"', 'kind = "none"')
            deck = self.folder / f"without_{name}.toml"
            deck.write_text(text)
        self.expect_error(78, run("invert", deck), "without_v.toml:8:9: [observations.u] kind: no state was observed")


FORWARD = """
[grid]
axes = ["y", "x"]
points = [17, 17]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
kind = "none"
noise = 1e-4
walls = { y = "0", x = "0" }
[fields.s]
value = "2*pi^2*sin(pi*x)*sin(pi*y)"
[equation]
residual = "lap(u) + s"
[inversion]
method = "joint"
[joint]
penalty = 1e6
"""


class WithoutParameters(TestCase):
    """The states alone are sought: a forward problem by the equation and its walls."""

    def test_solves_forward(self):
        folder = temporary()
        (folder / "case.toml").write_text(FORWARD)
        s = numpy.linspace(0.0, 1.0, 17)
        exact = numpy.outer(numpy.sin(PI * s), numpy.sin(PI * s))
        for ranks in (1, 2):
            self.expect(0, run("invert", folder / "case.toml", ranks=ranks))
            with h5py.File(folder / "case.out" / "result.h5") as file:
                self.assertLess(numpy.linalg.norm(file["state/u"][...] - exact), 1e-5 * numpy.linalg.norm(exact))
            self.assertEqual(summary_of(folder / "case.out")["parameters"], {})

    def test_asks_how_exactly_the_equation_holds(self):
        folder = temporary()
        for without in ("penalty = 1e6", 'method = "joint"'):
            (folder / "case.toml").write_text(FORWARD.replace(without, ""))
            self.expect_error(78, run("invert", folder / "case.toml"), "case.toml:1:1: [parameters]: required section is missing", "[joint] penalty")
        (folder / "case.toml").write_text(FORWARD.replace("1e6", '"auto"'))
        self.expect_error(78, run("invert", folder / "case.toml"), "[parameters]: required section is missing")


class Counts(TestCase):
    def test_poisson_of_what_is_no_count(self):
        folder = temporary()
        with h5py.File(folder / "film.h5", "w") as file:
            file["u"] = film(numpy.random.default_rng(1))
        (folder / "film.toml").write_text(FILM)
        self.expect_error(65, run("invert", folder / "film.toml", "observations.u.noise=poisson", ranks=2),
                          "[observations.u] noise", "775 values are no counts", "gain")

    def test_two_columns_of_one_name(self):
        folder = temporary()
        (folder / "u.csv").write_text("t,x,u,u\n0.1,0.2,1.0,2.0\n")
        (folder / "film.toml").write_text(FILM.replace('file = "film.h5"\ndataset = "u"', 'kind = "points"\nfile = "u.csv"\nnoise = 0.1'))
        self.expect_error(65, run("invert", folder / "film.toml", ranks=2), 'two columns are named "u"')


if __name__ == "__main__":
    unittest.main()
