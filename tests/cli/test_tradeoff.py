"""Constants that data do not tell apart: no run calls a wrong pair sound."""
import unittest

import h5py
import numpy

from program import TestCase, run, summary_of, temporary

DECK = """
[grid]
axes = ["t", "x"]
points = [41, 51]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
[parameters.D]
over = []
[parameters.k]
over = []
[equation]
residual = "dt(u) - D*dx(dx(u)) + k*u"
"""


class Tradeoff(TestCase):
    """One decaying mode: only D pi^2 + k is there to be seen, and the noise of all other modes."""

    def test_one_mode_is_not_sound_and_wrong(self):
        folder = temporary()
        t, x = numpy.linspace(0, 1, 41)[:, None], numpy.linspace(0, 1, 51)[None, :]
        u = numpy.exp(-(0.1 * numpy.pi**2 + 0.5) * t) * numpy.sin(numpy.pi * x)
        u += 0.01 * u.std() * numpy.random.default_rng(11).standard_normal(u.shape)
        with h5py.File(folder / "data.h5", "w") as file:
            file["u"] = u
        (folder / "deck.toml").write_text(DECK)
        for method in ("auto", "joint"):
            done = run("invert", folder / "deck.toml", f"inversion.method={method}", f"output.directory={folder}/{method}")
            self.assertIn(done.code, (0, 2), done.err)
            if done.code == 2:   # not sound; a fit that failed may have no error
                continue
            D = summary_of(folder / method)["parameters"]["D"]
            self.assertLess(abs(D["mean"] - 0.1), 4 * D["standard_error"], f"{method}: sound, 0.1 is true")

    def test_what_noise_pulls_constants_by_is_told(self):
        """The noise in what D and k multiply is left in: it is no part of what narrower radii move them by, as it grows with these."""
        folder = temporary()
        t, x, rate = numpy.linspace(0, 2, 41)[:, None], numpy.linspace(0, 1, 51)[None, :], 0.05 * numpy.pi**2
        u = numpy.exp(-0.5 * t) * (numpy.exp(-rate * t) * numpy.sin(numpy.pi * x) + 0.7 * numpy.exp(-9 * rate * t) * numpy.cos(3 * numpy.pi * x))
        u += 0.2 * u.std() * numpy.random.default_rng(1).standard_normal(u.shape)
        with h5py.File(folder / "data.h5", "w") as file:
            file["u"] = u
        (folder / "deck.toml").write_text(DECK.replace("upper = [1.0", "upper = [2.0") + "[mollifier]\nradius = { t = 5, x = 7 }\n"
                                          '[inversion]\nmethod = "equation-error"\nbias_correction = "off"\n')
        run("invert", folder / "deck.toml", f"output.directory={folder}/pulled")
        for name, truth in (("D", 0.05), ("k", 0.5)):
            found = summary_of(folder / "pulled")["parameters"][name]
            self.assertLess(abs(found["mean"] - truth), 2.3 * found["standard_error"], found)
            self.assertGreater(abs(found["mean"] - truth), 0.5 * truth)   # else nothing is tested


if __name__ == "__main__":
    unittest.main()
