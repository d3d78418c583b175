"""Faults of data files and output directories: the right exit code, one line, nothing left behind."""
import unittest

import h5py
import numpy

from program import INPUTS, TestCase, run, temporary

HEAT = INPUTS / "heat2d.toml"
POINTS = "grid.points=[24,24]"


class DataCase(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.good = cls.directory / "good.h5"
        outcome = run("forward", HEAT, POINTS, f"observations.u.file={cls.good}", "forward.refine=1")
        assert outcome.code == 0, outcome.err
        cls.runs = 0

    def invert(self, file=None, *more, ranks=1):
        type(self).runs += 1
        self.out = self.directory / f"out{self.runs}"
        return run("invert", HEAT, POINTS, f"observations.u.file={file or self.good}", f"output.directory={self.out}",
                   *more, ranks=ranks)

    def expect_bad(self, code, outcome, *parts):
        self.expect_error(code, outcome, *parts)
        self.assertEqual(len(outcome.lines()), 1, outcome.err)
        self.assertFalse(self.out.exists(), "an output directory was made")

    def data(self, name, **datasets):
        path = self.directory / name
        with h5py.File(path, "w") as file:
            for key, values in datasets.items():
                file[key] = values
        return path


class Data(DataCase):
    def test_missing(self):
        for ranks in (1, 2):
            self.expect_bad(66, self.invert(self.directory / "nowhere.h5", ranks=ranks), "nowhere.h5")
        self.expect_bad(66, self.invert(None, "observations.u.dataset=v"), "good.h5", "v")

    def test_not_hdf5(self):
        path = self.directory / "text.h5"
        path.write_text("u = 1\n")
        self.expect_bad(65, self.invert(path), "text.h5")

    def test_truncated(self):
        path = self.directory / "truncated.h5"
        content = self.good.read_bytes()
        path.write_bytes(content[:5000])
        for ranks in (1, 2):
            self.expect_bad(65, self.invert(path, ranks=ranks), "truncated.h5")

    def test_wrong_shape(self):
        path = self.data("shape.h5", u=numpy.zeros((24, 25)))
        self.expect_bad(65, self.invert(path), "shape.h5", "24", "25")

    def test_text_dataset(self):
        path = self.data("strings.h5", u=numpy.array([["a"] * 24] * 24, dtype="S1"))
        self.expect_bad(65, self.invert(path), "strings.h5")

    def test_nothing_observed(self):
        path = self.data("nan.h5", u=numpy.full((24, 24), numpy.nan))
        self.expect_bad(65, self.invert(path, ranks=2), "nan.h5", "nothing was observed")

    def test_infinite_values(self):
        values = numpy.ones((24, 24))
        values[3, 23] = -numpy.inf
        self.expect_bad(65, self.invert(self.data("infinite.h5", u=values), ranks=2), "infinite at y = 0.130435, x = 1", "NaN")

    def test_values_beyond_squares(self):
        values = numpy.outer(numpy.ones(24), numpy.arange(24.0)) * 1e300
        self.expect_bad(65, self.invert(self.data("huge.h5", u=values), "observations.u.noise.relative=0.1"), "too large")
        self.expect_bad(65, self.invert(None, "observations.u.noise=1e160"), "1e+160, are too large for their squares")
        self.expect_bad(65, self.invert(self.data("tiny.h5", u=values * 1e-300 * 1e-300)), "too small")

    def test_fill_values(self):
        """Values of 1e20 that are meant to say "nothing": not noise, and not data."""
        values = 1.0 + numpy.random.default_rng(1).random((24, 24))
        values[3:5] = 1e20
        for noise in ("0.01", "auto"):
            outcome = self.invert(self.data("fill.h5", u=values), f"observations.u.noise={noise}", ranks=2)
            self.expect_bad(65, outcome, "fill.h5: u: 48 values are as large as 1e+20, 528 not above 2", "write NaN")

    def test_fields_that_are_not_finite(self):
        self.expect_bad(64, self.invert(None, "fields.m.value=1/(x - 1)", ranks=2), "[fields.m] value: its value is", "x = 1;")
        self.expect_bad(64, self.invert(None, "fields.m.value=sqrt(-1 - x)", ranks=2), "not a number anywhere")
        values = numpy.ones((24, 24))
        values[5, 7] = numpy.inf
        deck = self.directory / "infinite_field.toml"
        self.data("field.h5", m=values)
        deck.write_text(HEAT.read_text().replace("value = 10.0", 'file = "field.h5"\ndataset = "m"'))
        outcome = run("invert", deck, POINTS, f"observations.u.file={self.good}")
        self.expect_error(65, outcome, "infinite_field.toml:", "[fields.m] dataset: its value is inf at y = ")

    def test_gaps_of_fields_are_said(self):
        outcome = self.expect(0, self.invert(None, "fields.m.value=10 + 1e-9*sqrt(x - 0.2)", "mollifier.radius=4",
                                             "parameters.lambda.smoothness.weight=1e-3"))
        self.assertIn("field m: not known at all points", outcome.out)

    def test_walls_that_are_not_finite(self):
        for ranks in (1, 2):
            outcome = self.invert(None, 'observations.u.walls={x = "log(y)"}', "inversion.method=joint", ranks=ranks)
            self.expect_bad(64, outcome, "[observations.u] walls.x: its value is -inf at y = 0, x = 0")

    def test_field_from_a_missing_file(self):
        deck = self.directory / "field.toml"
        deck.write_text(HEAT.read_text().replace("value = 10.0", 'file = "m.h5"\ndataset = "m"'))
        self.out = self.directory / "field.out"
        outcome = run("invert", deck, POINTS, f"observations.u.file={self.good}")
        self.expect_error(66, outcome, "m.h5")

    def test_coordinates(self):
        good, bent = numpy.linspace(0, 1, 24), numpy.linspace(0, 1, 24)
        bent[3] = bent[4]
        self.data("axes.h5", y=good, x=bent)
        deck = self.directory / "axes.toml"
        text = HEAT.read_text()
        grid = text[text.index("points = ["):text.index("[observations.u]")]
        deck.write_text(text.replace(grid, 'coordinates = { file = "axes.h5", datasets = ["y", "x"] }\n\n'))
        outcome = run("invert", deck, f"observations.u.file={self.good}")
        self.expect_error(65, outcome, "axes.h5", "x")
        self.assertNotIn("decrease", outcome.err)


class Output(DataCase):
    def test_file_in_place_of_the_directory(self):
        (self.directory / "taken").write_text("mine")
        for ranks in (1, 2):
            outcome = self.invert(None, f"output.directory={self.directory}/taken", ranks=ranks)
            self.expect_error(74, outcome, "taken", "cannot make this directory")
        self.assertEqual((self.directory / "taken").read_text(), "mine")

    def test_forward_into_no_directory(self):
        outcome = run("forward", HEAT, POINTS, f"observations.u.file={self.good}/data.h5")
        self.expect_error(74, outcome, "good.h5")

    def test_results_of_an_earlier_run_survive_a_failure(self):
        self.expect(0, self.invert())
        before = {p.name: p.read_bytes() for p in self.out.iterdir()}
        kept, again = self.out, f"output.directory={self.out}"
        self.expect_error(65, self.invert(self.data("wrong.h5", u=numpy.zeros((3, 3))), again))
        self.expect_error(64, self.invert(None, again, "--", "-ksp_mx_it", "3"), "-ksp_mx_it")
        self.assertEqual({p.name: p.read_bytes() for p in kept.iterdir()}, before)


if __name__ == "__main__":
    unittest.main()
