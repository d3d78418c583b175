"""mollis check holds what files say of their data against the grid, and masks, known fields and deviations with their values; nothing is written."""
import unittest

import h5py
import numpy

from program import TestCase, run, temporary

DECK = """[grid]
axes = ["y", "x"]
points = [12, 10]
lower = [0, 0]
upper = [1, 1]
[observations.u]
file = "data.h5"
dataset = "u"
[parameters.a]
over = []
[equation]
residual = "a*lap(u) - 1"
"""
FORWARD = """
[fields.s]
value = "0"
[parameters.D]
over = []
truth = { value = "0.1" }
[equation]
residual = "dt(u) - dx(D*dx(u)) - s"
[forward]
equation = "advection-diffusion"
coefficient = "D"
source = "s"
conditions = { x = "neumann" }
initial = "cos(pi*x)"
"""


class Check(TestCase):
    def setUp(self):
        self.directory = temporary()
        self.deck = self.directory / "case.toml"
        self.deck.write_text(DECK)

    def data(self, **datasets):
        with h5py.File(self.directory / "data.h5", "w") as file:
            for name, values in datasets.items():
                file[name] = values

    def names(self):
        return sorted(path.name for path in self.directory.iterdir())

    def test_same_shape(self):
        """Values are not read: that nothing was observed is for the run to say."""
        self.data(u=numpy.full((12, 10), numpy.nan))
        for ranks in (1, 2):
            outcome = self.expect(0, run("check", self.deck, ranks=ranks))
            self.assertIn("# the deck is valid", outcome.out)
            self.assertNotIn("not there yet", outcome.out)
        self.assertEqual(self.names(), ["case.toml", "data.h5"])

    def test_other_shape(self):
        self.data(u=numpy.zeros((10, 12)), v=numpy.zeros((12, 9)), w=numpy.zeros((3, 12, 10)))
        for ranks in (1, 2):
            self.expect_error(65, run("check", self.deck, ranks=ranks), 'has shape (10, 12), but the grid has (12, 10) points along (y, x)')
        self.expect_error(65, run("check", self.deck, "observations.u.dataset=v"), "has shape (12, 9), but the grid has (12, 10)")
        self.expect_error(65, run("check", self.deck, "observations.u.dataset=w"), "at = { ")
        self.expect_error(66, run("check", self.deck, "observations.u.dataset=nowhere"), 'no dataset "nowhere"')
        self.expect(0, run("check", self.deck, "observations.u.order=['x', 'y']"))

    def test_crop(self):
        """Coordinates cropped, the data not."""
        self.data(u=numpy.zeros((14, 10)), y=numpy.linspace(0, 1, 14), x=numpy.linspace(0, 1, 10))
        coordinates = 'coordinates = { file = "data.h5", datasets = ["y", "x"], crop = { y = [1, 13] } }\n'
        self.deck.write_text('[grid]\naxes = ["y", "x"]\n' + coordinates + DECK[DECK.index("[observations"):])
        outcome = run("check", self.deck, "observations.u.crop={ x = [0, 10] }")
        self.expect_error(65, outcome, "has shape", "must say the same")
        self.expect(0, run("check", self.deck, "observations.u.crop={ y = [1, 13] }"))

    def test_before_forward(self):
        """What mollis forward would write anew may have any shape; it is said."""
        self.deck.write_text(DECK[:DECK.index("[parameters")].replace('"y", "x"', '"t", "x"') + FORWARD)
        self.data(u=numpy.zeros((12, 9)))
        outcome = self.expect(0, run("check", self.deck))
        self.assertIn("# as it is, before mollis forward: ", outcome.out)
        self.assertIn("has shape (12, 9)", outcome.out)

    def test_no_file_yet(self):
        outcome = self.expect(0, run("check", self.deck))
        self.assertIn("# [observations.u] file: ", outcome.out)
        self.assertIn("data.h5: not there yet", outcome.out)
        self.assertEqual(self.names(), ["case.toml"])

    def beside(self, field="", mask="", noise="", residual="a*lap(u) - 1"):
        """The deck with a known field m, a mask or deviations; each the text of its table."""
        text = DECK.replace("upper = [1, 1]", "upper = [1, 1]" + (f"\nmask = {mask}" if mask else ""))
        text = text.replace("a*lap(u) - 1", residual).replace('dataset = "u"', 'dataset = "u"' + (f"\nnoise = {noise}" if noise else ""))
        self.deck.write_text(text + (f"[fields.m]\n{field}\n" if field else ""))
        return [len(text[:text.index(word)].split("\n")) if word in text else 0 for word in ("mask", "noise")]

    def test_masks(self):
        good = numpy.ones((12, 10))
        self.data(u=good, inside=good, turned=good.T, none=0 * good, gaps=numpy.nan * good, line=numpy.arange(12.0) - 3)
        for name in ("inside", "line"):
            self.beside(mask=f'{{ file = "data.h5", dataset = "{name}" }}')
            for ranks in (1, 2):
                self.expect(0, run("check", self.deck, ranks=ranks))
        for name, code, said in (("turned", 65, "has shape (10, 12)"), ("none", 65, "no point is inside"), ("gaps", 65, "no point is inside"),
                                 ("nowhere", 66, 'no dataset "nowhere"')):
            line = self.beside(mask=f'{{ file = "data.h5", dataset = "{name}" }}')[0]
            for ranks in (1, 2):
                self.expect_error(code, run("check", self.deck, ranks=ranks), said, f"case.toml:{line}:", "mask", "data.h5")
        self.beside(mask='{ file = "later.h5", dataset = "inside" }')
        self.assertIn("# [grid] mask: ", self.expect(0, run("check", self.deck)).out)

    def test_known_fields(self):
        good = numpy.ones((12, 10))
        self.data(u=good, m=good, turned=good.T, infinite=numpy.where(numpy.arange(10) == 3, numpy.inf, good), gaps=numpy.nan * good, line=numpy.arange(10.0))
        for name in ("m", "line"):
            self.beside(f'file = "data.h5"\ndataset = "{name}"', residual="a*lap(u) - m")
            for ranks in (1, 2):
                self.expect(0, run("check", self.deck, ranks=ranks))
        for name, code, said in (("turned", 65, "has shape (10, 12)"), ("infinite", 65, "its value is inf at y = 0, x = 0.333333"),
                                 ("gaps", 65, "not a number anywhere"), ("nowhere", 66, 'no dataset "nowhere"')):
            self.beside(f'file = "data.h5"\ndataset = "{name}"', residual="a*lap(u) - m")
            for ranks in (1, 2):
                self.expect_error(code, run("check", self.deck, ranks=ranks), said, "case.toml:", "[fields.m]")
        self.beside('file = "later.h5"\ndataset = "m"', residual="a*lap(u) - m")
        self.assertIn("later.h5: not there yet", self.expect(0, run("check", self.deck)).out)

    def test_deviations(self):
        """Only where something was observed must they be positive."""
        data, good = numpy.ones((12, 10)), numpy.full((12, 10), 0.1)
        data[4, 7] = numpy.nan
        holes, zero = numpy.where(numpy.isnan(data), 0.0, good), numpy.where(numpy.arange(12)[:, None] == 5, 0.0, good)
        self.data(u=data, good=good, holes=holes, zero=zero, endless=numpy.inf * good, turned=good.T)
        for name in ("good", "holes"):
            self.beside(noise=f'{{ file = "data.h5", dataset = "{name}" }}')
            self.expect(0, run("check", self.deck, ranks=2))
        for name, code, said in (("zero", 65, "the standard deviation is 0 at y = 0.454545, x = 0"), ("endless", 65, "must be positive"),
                                 ("turned", 65, "has shape (10, 12)"), ("nowhere", 66, 'no dataset "nowhere"')):
            line = self.beside(noise=f'{{ file = "data.h5", dataset = "{name}" }}')[1]
            for ranks in (1, 2):
                self.expect_error(code, run("check", self.deck, ranks=ranks), said, f"case.toml:{line}:", "noise", "data.h5")

    def test_truth(self):
        self.data(u=numpy.ones((12, 10)), a=numpy.ones((12, 9)))
        self.beside()
        self.deck.write_text(self.deck.read_text().replace("over = []", 'over = ["y", "x"]\ntruth = { file = "data.h5", dataset = "a" }'))
        self.expect_error(65, run("check", self.deck), "has shape (12, 9)", "[parameters.a]")

    def test_junk(self):
        (self.directory / "data.h5").write_bytes(b"\x00junk" * 100)
        self.expect_error(65, run("check", self.deck), "data.h5")


if __name__ == "__main__":
    unittest.main()
