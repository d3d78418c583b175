"""Scattered points: tables that cannot be read, fits to sensors and boreholes, the same on any number of ranks."""
import csv
import math
import random
import subprocess
import sys
import unittest

import h5py
import numpy

import formats
from program import SOURCE, TestCase, run, summary_of, temporary

BOREHOLES = """
[grid]
axes = ["y", "x"]
points = [13, 13]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.h]
kind = "points"
file = "heads.csv"
columns = { x = "easting", y = "northing", value = "head", sigma = "sd" }
[parameters.T]
over = ["y", "x"]
truth = { value = "1 + 0.5*x*y" }
[equation]
residual = "dx(T*dx(h)) + dy(T*dy(h)) - 4 - 4*x*y"
"""

SENSORS = """
[grid]
axes = ["t", "x"]
points = [16, 20]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
periodic = ["x"]
[observations.u]
kind = "points"
file = "sensors.h5"
noise = 0.01
[parameters.D]
over = []
initial = 0.3
[equation]
residual = "dt(u) - D*dx(dx(u))"
"""
D = 0.05


def head(x, y):
    return x * x + y * y


def write_heads(path, rows, header=("easting", "northing", "head", "sd")):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def boreholes(count, sigma=2e-3):
    numbers = random.Random(3)
    rows = []
    for _ in range(count):
        x, y = numbers.random(), numbers.random()
        rows.append([x, y, head(x, y) + numbers.gauss(0.0, sigma), sigma])
    return rows


class Tables(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.deck = cls.directory / "heads.toml"
        cls.deck.write_text(BOREHOLES)

    def refused(self, code, rows, *parts, header=("easting", "northing", "head", "sd"), ranks=1, overrides=()):
        write_heads(self.directory / "heads.csv", rows, header)
        self.expect_error(code, run("invert", self.deck, *overrides, ranks=ranks), "heads.csv", *parts)
        self.assertFalse((self.directory / "mollis.out").exists())

    def test_points_outside(self):
        rows = boreholes(20) + [[1.5, 0.2, 1.0, 0.1], [0.1, -3.0, 1.0, 0.1]]
        self.refused(65, rows, "[observations.h] file", "2 of 22 points lie outside the grid", "row 21", "x = 1.5", ranks=2)

    def test_coordinates_that_are_no_numbers(self):
        self.refused(65, boreholes(20) + [["", 0.2, 1.0, 0.1]], "1 of 21 points have coordinates that are not finite")
        self.refused(65, boreholes(20) + [["east", 0.2, 1.0, 0.1]], "line 22, column easting: \"east\" is no number")

    def test_quotes(self):
        self.refused(65, boreholes(20) + [['"0.5', 0.2, 1.0, 0.1]], "line 22, column easting", "is no number")

    def test_separators_within_quotes(self):
        """RFC 4180: what stands in quotes parts nothing; quotes that do not close are part of the word."""
        rows, path = boreholes(30), self.directory / "quoted.csv"
        columns = 'observations.h.columns={ x = "x, east [m]", y = "y; north", value = "h" }'
        for mark, separator in (("\ufeff# heads\n\n", ","), ("", ";"), ("\n", "\t")):
            lines = [separator.join('"%.6g"' % value for value in row[:3]) for row in rows]
            path.write_text(mark + separator.join(['"x, east [m]"', '"y; north"', "h"]) + "\n" + "\n\n".join(lines), encoding="utf-8")
            with self.subTest(separator=separator):
                self.assertIn(run("invert", self.deck, f"observations.h.file={path}", columns, "observations.h.noise=2e-3", f"output.directory={self.directory / 'quoted'}").code, (0, 2))
                with h5py.File(self.directory / "quoted" / "result.h5") as result:
                    numpy.testing.assert_allclose(numpy.sort(result["observations/h/x"][:]), numpy.sort([row[0] for row in rows]), rtol=1e-5)

    def test_columns_of_other_formats(self):
        """1D variables of classic NetCDF, arrays of an archive."""
        rows = numpy.array(boreholes(30))
        names = dict(zip(("easting", "northing", "head", "sd"), rows.T))
        formats.netcdf(self.directory / "heads.nc", {"well": 30}, {name: (["well"], column, {}) for name, column in names.items()})
        numpy.savez(self.directory / "heads.npz", **names)
        for file in ("heads.nc", "heads.npz"):
            out = self.directory / file.replace(".", "_")
            with self.subTest(file=file):
                self.assertIn(run("invert", self.deck, f"observations.h.file={self.directory / file}", f"output.directory={out}").code, (0, 2))
                with h5py.File(out / "result.h5") as result:
                    numpy.testing.assert_array_equal(numpy.sort(result["observations/h/value"][:]), numpy.sort(names["head"]))

    def test_lines_of_other_machines(self):
        write_heads(self.directory / "heads.csv", boreholes(20))
        text = (self.directory / "heads.csv").read_text()
        for content, fault in ((text.replace("\r", "").replace("\n", "\r").encode(), "carriage return alone"), (text.encode("utf-16"), "UTF-16; save it as UTF-8"),
                               (text.replace(",", ";").replace(".", ",").encode(), "is no number (decimals have a point)")):
            (self.directory / "heads.csv").write_bytes(content)
            self.expect_error(65, run("invert", self.deck), "heads.csv", fault)

    def test_a_value_gone_wrong(self):
        self.refused(65, boreholes(20) + [[0.5, 0.2, 1e30, 0.1]], "1 values are as large as 1e+30", "write NaN")

    def many(self, path, ranks):
        return run("invert", self.deck, f"observations.h.file={path}", 'observations.h.columns={ x = "x", y = "y", value = "h" }',
                   "observations.h.noise=0.1", ranks=ranks)

    def test_rows_of_many_pieces(self):
        """More rows than a rank reads at once: the first fault is found in the file's order, whoever reads or keeps it."""
        rows = numpy.random.default_rng(5).uniform(0.01, 0.99, (150000, 2))
        rows[140000] = rows[70000]

        def written(rows):
            path = self.directory / "many.csv"
            numpy.savetxt(path, numpy.column_stack([rows, rows[:, 0]]), delimiter=",", header="y,x,h", comments="", fmt="%.9f")
            return path
        twice, outside = written(rows), rows.copy()
        for ranks in (1, 3):
            self.expect_error(65, self.many(twice, ranks), "1 of 150000 points stand where another one does (the first is row 140001:")
        outside[[145000, 131000, 3]] = 2.0
        path = written(outside)
        for ranks in (1, 2):
            self.expect_error(65, self.many(path, ranks), "3 of 150000 points lie outside the grid (the first is row 4: y = 2, x = 2)")

    def test_duplicates(self):
        rows = boreholes(20)
        self.refused(65, rows + [rows[3], rows[5]], "2 of 22 points stand where another one does")

    def test_nothing_observed(self):
        self.refused(65, [], "no rows")
        self.refused(65, [[0.1, 0.2, "", 0.1]], "nothing was observed")
        (self.directory / "heads.csv").write_text("")
        self.expect_error(65, run("invert", self.deck), "holds no line")

    def test_deviations(self):
        self.refused(65, boreholes(20) + [[0.1, 0.2, 1.0, 0.0]], "1 of 21 points have no positive standard deviation")

    def test_columns(self):
        self.refused(66, boreholes(20), "no column \"easting\"; did you mean \"eastings\"?", header=("eastings", "northing", "head", "sd"))
        self.refused(65, [row[:3] if k == 4 else row for k, row in enumerate(boreholes(20))], "line 6 has 3 values, the first line 4 names")

    def test_neither_text_nor_hdf5(self):
        (self.directory / "heads.csv").write_bytes(bytes(range(256)))
        self.expect_error(65, run("invert", self.deck), "no text", "a table is text, or datasets of HDF5, NetCDF or .npz")

    def test_methods_that_need_a_grid(self):
        self.expect_error(64, run("check", self.deck, "inversion.method=equation-error"), "[inversion] method", "method = \"joint\"")
        self.expect_error(78, run("check", self.deck, "equation.form=weak"), "[equation] form")
        self.expect_error(78, run("mollify", self.deck), "[observations.h] kind")


class Boreholes(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.deck = cls.directory / "heads.toml"
        cls.deck.write_text(BOREHOLES)
        write_heads(cls.directory / "heads.csv", boreholes(60))
        cls.outcomes = {ranks: run("invert", cls.deck, f"output.directory=out{ranks}", ranks=ranks) for ranks in (1, 2, 4)}

    def test_finds_the_field_and_says_how_sure_it_is(self):
        self.expect(0, self.outcomes[1])
        summary = summary_of(self.directory / "out1")
        self.assertEqual(summary["method"], "joint")
        self.assertLessEqual(summary["iterations"]["krylov"], 3 * summary["iterations"]["newton"])  # by the Hessian's factors, to a millionth
        self.assertLess(summary["parameters"]["T"]["truth"]["core"]["relative_l2"], 0.1)
        with h5py.File(self.directory / "out1" / "result.h5") as file:
            table = file["observations/h"]
            self.assertEqual(len(table["value"]), 60)
            left = (table["fitted"][...] - table["value"][...]) / table["sigma"][...]
            self.assertLess(numpy.sqrt(numpy.mean(left**2)), 1.5)
            known = file["parameters/T_known"][...]
            self.assertTrue(numpy.all((known >= 0.0) & (known <= 1.0)))
            y, x = numpy.meshgrid(numpy.linspace(0.0, 1.0, 13), numpy.linspace(0.0, 1.0, 13), indexing="ij")
            error = file["parameters/T"][...] - (1.0 + 0.5 * x * y)
            self.assertGreater(numpy.mean(abs(error) < 1.96 * file["parameters/T_std"][...]), 0.85)  # 0.56 by a prior that holds T for a plane

    def test_pictures(self):
        """Dots on the fitted state or in its place: both tools know tables of points."""
        for tool, options in (("plot.py", []), ("chromatin.py", ["--parameter", "T"])):
            picture = self.directory / f"{tool}.png"
            done = subprocess.run([sys.executable, SOURCE / "tools" / tool, self.directory / "out1", *options, "-o", picture], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(picture.stat().st_size, 10000)

    def test_ranks_agree(self):
        fields = {}
        for ranks in self.outcomes:
            with h5py.File(self.directory / f"out{ranks}" / "result.h5") as file:
                fields[ranks] = file["parameters/T"][...], file["observations/h/fitted"][...]
        for ranks in (2, 4):
            for one, other in zip(fields[1], fields[ranks]):
                self.assertLess(numpy.abs(one - other).max() / numpy.abs(one).max(), 1e-7)


class Sensors(TestCase):
    """Six sensors on a ring with a time series each, a datum of which is missing."""

    def test_constant(self):
        directory = temporary()
        (directory / "sensors.toml").write_text(SENSORS)
        numbers = random.Random(8)
        columns = {"t": [], "x": [], "u": []}
        for x in (0.03, 0.21, 0.36, 0.52, 0.7, 0.88):
            for step in range(16):
                t, wave = step / 15, 2 * math.pi
                u = math.exp(-D * wave**2 * t) * math.sin(wave * x) + 0.5 * math.exp(-4 * D * wave**2 * t) * math.cos(2 * wave * x)
                columns["t"].append(t)
                columns["x"].append(x + (1.0 if step == 3 else 0.0))
                columns["u"].append(math.nan if step == 7 and x > 0.8 else u + numbers.gauss(0.0, 0.01))
        with h5py.File(directory / "sensors.h5", "w") as file:
            for name, values in columns.items():
                file[name] = numpy.array(values)
        outcome = self.expect(0, run("invert", directory / "sensors.toml"))
        self.assertIn("95 scattered points", outcome.out)
        parameter = summary_of(directory / "sensors.out")["parameters"]["D"]
        self.assertLess(abs(parameter["mean"] - D), max(4.0 * parameter["standard_error"], 1e-3))


PLATE = """
[grid]
axes = ["t", "y", "x"]
points = [9, 10, 10]
lower = [0.0, 0.0, 0.0]
upper = [1.0, 1.0, 1.0]
[observations.u]
file = "plate.h5"
dataset = "u"
noise = 0.002
[parameters.D]
over = []
[equation]
residual = "dt(u) - D*lap(u)"
"""


class Plate(TestCase):
    """Fourteen sensors on a plate, all else of the grid not observed: the Hessian of each wave of time is factorised."""

    def test_constant_on_any_number_of_ranks(self):
        directory = temporary()
        (directory / "plate.toml").write_text(PLATE)
        t, y, x = numpy.meshgrid(numpy.linspace(0, 1, 9), numpy.linspace(0, 1, 10), numpy.linspace(0, 1, 10), indexing="ij")
        numbers = numpy.random.default_rng(6)
        u = numpy.exp(-5.0 * D * t) * numpy.cos(2.0 * y + 0.4) * numpy.sin(x + 0.3) + 0.002 * numbers.standard_normal(t.shape)
        seen = numpy.zeros(100, bool)
        seen[numbers.choice(100, 14, replace=False)] = True
        with h5py.File(directory / "plate.h5", "w") as file:
            file["u"] = numpy.where(seen.reshape(10, 10), u, numpy.nan)
        found = {}
        for ranks in (1, 2):
            outcome = run("invert", directory / "plate.toml", f"output.directory=out{ranks}", "inversion.method=joint",
                          "uncertainty.samples=0", ranks=ranks)
            self.assertIn(outcome.code, (0, 2), outcome.err + outcome.out[-2000:])
            self.assertIn("each wave of time", outcome.out)
            summary = summary_of(directory / f"out{ranks}")
            self.assertEqual(summary["status"], "converged")
            self.assertLess(summary["iterations"]["krylov"], 2500)
            found[ranks] = summary["parameters"]["D"]["mean"]
        self.assertLess(abs(found[1] - D), 0.2 * D)
        self.assertLess(abs(found[2] / found[1] - 1.0), 1e-8)


MOLECULES = """
[grid]
axes = ["x"]
points = [161]
lower = [0.0]
upper = [4.0]
[observations.rho]
kind = "localisations"
file = "molecules.h5"
[parameters.k]
over = []
truth = { value = 4 }
[equation]
residual = "dx(dx(rho)) - k*rho"
[forward]
states = { rho = "8000*cosh(2*(x-1))" }
seed = 1
"""


class Molecules(TestCase):
    def test_density_on_any_number_of_ranks(self):
        directory = temporary()
        (directory / "deck.toml").write_text(MOLECULES)
        self.expect(0, run("forward", directory / "deck.toml", ranks=2))
        found = {}
        for ranks in (1, 2):
            self.expect(0, run("invert", directory / "deck.toml", f"output.directory=out{ranks}", ranks=ranks))
            summary = summary_of(directory / f"out{ranks}")
            k = summary["parameters"]["k"]
            self.assertLess(abs(k["mean"] - 4.0), 4.0 * k["standard_error"])
            self.assertLess(k["standard_error"], 0.5)
            found[ranks] = k["mean"]
        self.assertLess(abs(found[2] / found[1] - 1.0), 1e-8)

    def test_too_few_for_the_cells(self):
        directory = temporary()
        (directory / "deck.toml").write_text(MOLECULES.replace("8000*cosh", "0.5*cosh"))
        self.expect(0, run("forward", directory / "deck.toml"))
        self.expect(2, run("invert", directory / "deck.toml", "output.directory=out"))
        self.assertIn("counted", [reason["check"] for reason in summary_of(directory / "out")["verdict"]["reasons"]])

    def test_tables_that_cannot_be_counted(self):
        directory = temporary()
        (directory / "deck.toml").write_text(MOLECULES.replace("molecules.h5", "molecules.csv"))
        for code, text in ((65, "x,frame\n"), (65, "x,frame\n1.0,2\nnan,3\n"), (66, "y,frame\n1.0,2\n"), (65, "x,frame\n9.0,2\n"),
                           (65, "x,frame\n1.0,2\n1.5\n")):
            (directory / "molecules.csv").write_text(text)
            outcome = run("invert", directory / "deck.toml")
            self.expect(code, outcome)
            self.assertEqual(len([line for line in outcome.err.splitlines() if line.strip()]), 1, outcome.err)


if __name__ == "__main__":
    unittest.main()
