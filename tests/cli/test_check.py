"""mollis check holds what files say of their data against the grid; no value is read, nothing is written."""
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

    def test_junk(self):
        (self.directory / "data.h5").write_bytes(b"\x00junk" * 100)
        self.expect_error(65, run("check", self.deck), "data.h5")


if __name__ == "__main__":
    unittest.main()
