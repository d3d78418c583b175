"""Noise that neighbours share (noise_blur): standard errors of a constant hold, where white noise of the same size is said they do not."""
import sys
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """[grid]
axes = ["t", "x"]
points = [21, 41]
lower = [0.0, 0.0]
upper = [1.0, 2.0]
[observations.u]
file = "data.h5"
dataset = "u"
noise = {noise}
noise_blur = {blur}
[parameters.D]
over = []
truth = {{ value = 0.05 }}
[equation]
residual = "dt(u) - D*d(u, \\"xx\\")"
[inversion]
method = "joint"
"""
NOISE, BLUR, TRUTH = 0.03, 1.5, 0.05
DRAWS = int(sys.argv[sys.argv.index("--draws") + 1]) if "--draws" in sys.argv else 16


def film():
    t, x = numpy.meshgrid(numpy.linspace(0, 1, 21), numpy.linspace(0, 2, 41), indexing="ij")
    return sum(a * numpy.exp(-TRUTH * k**2 * t) * numpy.sin(k * x + p) for k, a, p in ((1.0, 1.0, 0.3), (3.1, 0.6, 1.1), (5.0, 0.4, 2.0)))


def blurred(shape, blur, seed):
    """White noise through a Gaussian along x, of deviation 1."""
    reach = int(6 * blur) + 1
    kernel = numpy.exp(-numpy.arange(-reach, reach + 1) ** 2 / (2 * blur**2))
    white = numpy.random.default_rng(seed).standard_normal((shape[0], shape[1] + 2 * reach))
    return numpy.array([numpy.convolve(row, kernel / numpy.sqrt((kernel**2).sum()), "valid") for row in white])


class Correlated(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.deck = cls.directory / "case.toml"
        cls.deck.write_text(DECK.format(noise=NOISE, blur=BLUR))
        cls.white = cls.directory / "white.toml"
        cls.white.write_text(DECK.format(noise=NOISE, blur=BLUR).replace(f"noise_blur = {BLUR}\n", ""))

    def fits(self, deck):
        """(D - truth)/standard error of each draw, and its summary."""
        clean, pulls, summaries = film(), [], []
        for seed in range(DRAWS):
            with h5py.File(self.directory / "data.h5", "w") as file:
                file["u"] = clean + NOISE * blurred(clean.shape, BLUR, seed)
            outcome = run("invert", deck, f"output.directory={self.directory}/out")
            self.assertIn(outcome.code, (0, 2), outcome.err)
            summaries.append(summary_of(self.directory / "out"))
            found = summaries[-1]["parameters"]["D"]
            pulls.append((found["mean"] - TRUTH) / found["standard_error"])
        return numpy.array(pulls), summaries

    def test_standard_errors_hold(self):
        pulls, summaries = self.fits(self.deck)
        told, _ = self.fits(self.white)
        chi2 = numpy.mean([summary["misfit_chi2"] for summary in summaries])
        sound = sum(summary["verdict"]["status"] == "sound" for summary in summaries)
        doubts = {reason["check"] for summary in summaries for reason in summary["verdict"]["reasons"]}
        print(f"{DRAWS} draws: rms of (D - truth)/error {numpy.sqrt(numpy.mean(pulls**2)):.2f}, {100 * numpy.mean(abs(pulls) < 1.96):.0f} % within 1.96; called white "
              f"{numpy.sqrt(numpy.mean(told**2)):.2f}, {100 * numpy.mean(abs(told) < 1.96):.0f} %; chi2 {chi2:.2f}, {sound} sound")
        self.assertLess(numpy.sqrt(numpy.mean(pulls**2)), 1.5)
        self.assertGreater(numpy.sqrt(numpy.mean(told**2)), 1.5)
        self.assertLess(abs(chi2 - 1), 0.25)
        self.assertLessEqual(doubts, {"attenuated"})   # of short waves, which have less noise than is reckoned with
        self.assertAlmostEqual(summaries[0]["noise"]["u"], NOISE)

    def test_repeats(self):
        """The effective deck has the noise as given, not that of the weights."""
        self.fits(self.deck)
        text = (self.directory / "out/deck.toml").read_text()
        self.assertIn(f"noise = {NOISE}\n", text)
        self.assertIn(f"noise_blur = {BLUR}\n", text)

    def test_refused(self):
        for override, said in (("inversion.method=equation-error", "takes noise for white"), ("equation.form=weak", "white noise alone"), ("observations.u.noise=auto", "give noise"),
                               ("observations.u.loss=robust", "outliers"), ("observations.u.noise_blur=0", "greater than 0")):
            outcome = run("check", self.deck, override)
            self.assertIn(outcome.code, (64, 78))
            self.assertIn(said, outcome.err)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
