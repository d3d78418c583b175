"""Runs that do not converge, PETSc's options, and times."""
import re
import unittest

import h5py
import numpy

from program import INPUTS, TestCase, redirected, run, summary_of, temporary

SMALL = ["grid.points=[40,40]", "mollifier.radius=9", "parameters.lambda.smoothness.weight=0.005", "inversion.method=equation-error",
         "uncertainty.samples=0"]


class Results(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.common = [INPUTS / "heat2d.toml", *SMALL, *redirected(cls.directory, "u")]
        outcome = run("forward", *cls.common)
        assert outcome.code == 0, outcome.err

    def test_not_converged(self):
        """The results are there all the same, and say so."""
        for ranks in (1, 2):
            self.expect(2, run("invert", *self.common, "--", "-ksp_max_it", "1", ranks=ranks))
            summary = summary_of(self.directory / "out")
            self.assertEqual(summary["status"], "not converged")
            self.assertEqual(summary["ranks"], ranks)
            with h5py.File(self.directory / "out" / "result.h5") as file:
                self.assertIn("/parameters/lambda", file)

    def test_unknown_petsc_option(self):
        directory = temporary()
        for option in (["-kps_max_it", "3"], ["-no_such_option"]):
            outcome = run("invert", *self.common, f"output.directory={directory}/out", "--", *option)
            self.expect_error(64, outcome, option[0])
        self.assertFalse((directory / "out").exists())

    def test_unknown_petsc_option_is_told_before_the_search_ends(self):
        automatic = [*self.common, "mollifier.radius=auto", "parameters.lambda.smoothness.weight=auto"]
        outcome = run("invert", *automatic, "--", "-no_such_option")
        self.expect_error(64, outcome, "-no_such_option")
        self.assertLess(outcome.out.count("tune "), 3)

    def test_wrong_value_of_a_petsc_option(self):
        self.expect_error(64, run("invert", *self.common, "--", "-ksp_type", "cgg"), "cgg")
        self.expect_error(64, run("invert", *self.common, "--", "-ksp_max_it", "many"), "many")

    def test_petsc_options_work(self):
        outcome = self.expect(0, run("invert", *self.common, "--", "-ksp_type", "minres", "-ksp_view", "-ksp_monitor"))
        self.assertIn("type: minres", outcome.out)
        self.assertIn("KSP Residual norm", outcome.out)

    def test_seconds_agree_with_log_view(self):
        """The stages of summary.json are PETSc's, to 5% or 10 ms."""
        outcome = self.expect(0, run("invert", *self.common, "--", "-log_view"))
        seconds = summary_of(self.directory / "out")["seconds"]
        stages = {m[1]: float(m[2]) for m in re.finditer(r"(?m)^ *\d+: +(\S+): +([0-9.e+-]+) +[0-9.]+%", outcome.out)}
        for name in ("read", "tune", "jets", "solve", "write"):
            self.assertAlmostEqual(seconds[name], stages[name], delta=max(0.01, 0.05 * stages[name]), msg=name)
        self.assertLessEqual(sum(v for k, v in seconds.items() if k != "total"), seconds["total"] + 0.01)

    def test_bounds_are_respected(self):
        """Whether the fit with many active bounds converges or not."""
        outcome = run("invert", *self.common, "parameters.lambda.lower=0.8", "parameters.lambda.upper=1.2")
        self.assertIn(outcome.code, (0, 2), outcome.err)
        entry = summary_of(self.directory / "out")["parameters"]["lambda"]
        self.assertGreaterEqual(entry["min"], 0.8 - 1e-12)
        self.assertLessEqual(entry["max"], 1.2 + 1e-12)

    def test_joint_fit_of_clean_data_finds_the_noise_of_their_solver(self):
        directory = temporary()
        common = [INPUTS / "heat2d.toml", "grid.points=[40,40]", *redirected(directory, "u"), "inversion.method=joint"]
        self.expect(0, run("forward", *common, "forward.noise.relative=1e-12"))
        scores = []
        for noise, code in (("auto", 0), ("1e-7", 2)):  # a noise that the deck gives is kept, and found too small
            outcome = self.expect(code, run("invert", *common, f"observations.u.noise={noise}"))
            self.assertEqual("times the noise: again with" in outcome.out + outcome.err, noise == "auto")
            summary = summary_of(directory / "out")
            self.assertEqual(summary["misfit_chi2"] < 1.5, noise == "auto")
            scores.append(summary["parameters"]["lambda"]["truth"]["relative_l2"])
        self.assertLess(scores[0], 0.5 * scores[1])

    def test_petsc_options_of_a_joint_fit_pass_its_equation_error_start(self):
        directory = temporary()
        common = [INPUTS / "two_fields.toml", "grid.points=[21,24]", *redirected(directory, "u"), "inversion.method=joint"]
        self.expect(0, run("forward", *common))
        outcome = run("invert", *common, "--", "-joint_ksp_max_it", "7")
        self.assertIn(outcome.code, (0, 2), outcome.err)
        self.assertEqual(max(self.krylov(directory)), 7)
        self.assertIn("-joint_ksp_maxit", self.expect(64, run("invert", *common, "--", "-joint_ksp_maxit", "7")).err)

    @staticmethod
    def krylov(directory):
        lines = (directory / "out" / "history.csv").read_text().splitlines()
        column = lines[0].split(",").index("krylov")
        phases = ("start", "weight", "climb", "raise", "polish")
        return [int(line.split(",")[column]) for line in lines[1:] if line.startswith(phases)]

    def test_field_that_no_data_show_to_vary(self):
        """A field that its automatic weight leaves nothing but a straight line is doubtful, and its errors have what it may hide, unless the data are so good that it hides nothing."""
        t, noise = numpy.linspace(0.0, 2.0, 201), numpy.random.default_rng(1).standard_normal(201)
        flat, w = 1.0 - 0.5 * numpy.exp(-t), 6.0
        with h5py.File(self.directory / "relaxing.h5", "w") as file:
            file["exact"], file["loud"] = flat + 0.002 * noise, flat + 0.2 * noise
            swing = (numpy.sin(w * t) - w * numpy.cos(w * t) + w * numpy.exp(-t)) / (1.0 + w * w)
            file["wave"], file["faint"] = flat + swing + 0.02 * noise, flat + 0.2 * swing + 0.1 * noise
        deck = self.directory / "relaxing.toml"
        deck.write_text("[grid]\naxes = ['t']\npoints = [201]\nlower = [0.0]\nupper = [2.0]\n[observations.u]\nfile = 'relaxing.h5'\ndataset = 'loud'\n"
                        "[parameters.a]\nover = ['t']\n[equation]\nresidual = 'dt(u) + u - a'\n[inversion]\nmethod = 'joint'\n")
        for dataset, code, reasons in (("loud", 2, ["range", "shape"]), ("exact", 0, []), ("wave", 0, [])):
            self.expect(code, run("invert", deck, f"observations.u.dataset={dataset}", f"output.directory={dataset}", "uncertainty.samples=5"))
            self.assertEqual([reason["check"] for reason in summary_of(self.directory / dataset)["verdict"]["reasons"]], reasons)
        # A map that is more error than field, where the smoothness is given.
        self.expect(2, run("invert", deck, "observations.u.dataset=faint", "output.directory=faint", "uncertainty.samples=5", "parameters.a.smoothness.weight=1e-6"))
        self.assertEqual([reason["check"] for reason in summary_of(self.directory / "faint")["verdict"]["reasons"]], ["shape"])

    def test_pointwise(self):
        self.expect(2, run("invert", *self.common, "inversion.method=pointwise"))   # points stand at the bounds: what they leave is no noise
        self.assertEqual(summary_of(self.directory / "out")["method"], "pointwise")


if __name__ == "__main__":
    unittest.main()
