"""tools/sensors.py: wide tables of sensors become scattered points, whose fit finds what made them."""
import datetime
import re
import subprocess
import sys
import unittest

import h5py
import numpy

from program import SOURCE, TestCase, run, summary_of, temporary

PLACES, TIMES, D = numpy.array([0.0, 5.0, 12.0, 20.0, 30.0, 42.0, 55.0]), numpy.arange(0.0, 301.0, 5.0), 1.1

DECK = """
[grid]
axes   = ["t", "x"]
points = [42, 42]
lower  = [0.0, 0.0]
upper  = [300.0, 55.0]
[observations.T]
kind    = "points"
file    = "points.csv"
columns = { value = "value" }
noise   = 0.05
[parameters.D]
over = []
[equation]
residual = "dt(T) - D*lap(T)"
"""


def tool(*arguments):
    return subprocess.run([sys.executable, SOURCE / "tools" / "sensors.py", *map(str, arguments)], capture_output=True, text=True)


def rod():
    """[time, sensor]: three waves of a cooling rod, noise 0.05."""
    waves = sum(a * numpy.exp(-D * k * k * TIMES[:, None]) * numpy.cos(k * PLACES + p) for a, k, p in [(30, 0.05, 0.2), (12, 0.1, 0.9), (6, 0.16, 2.0)])
    return 20 + waves + 0.05 * numpy.random.default_rng(3).standard_normal(waves.shape)


class Sensors(TestCase):
    def setUp(self):
        self.directory = temporary()

    def write(self, name, heads, values, separator=","):
        lines = [separator.join(["time_s", *heads])]
        lines += [separator.join([f"{t:.1f}", *("NA" if numpy.isnan(v) else f"{v:.3f}" for v in row)]) for t, row in zip(TIMES, values)]
        (self.directory / name).write_text("# logger 4711\n" + "\n".join(lines) + "\n")

    def made(self, *arguments):
        done = tool(*arguments, "-o", self.directory / "points.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, (self.directory / "points.csv").read_text().splitlines()

    def test_a_rod(self):
        values = rod()
        values[7, 3] = numpy.nan
        self.write("logger.csv", [f"T_{x:g}mm" for x in PLACES], values)
        self.assertIn("tools/sensors.py", self.expect(0, run("new", "logger.csv", cwd=self.directory)).out)
        said, rows = self.made(self.directory / "logger.csv")
        self.assertIn("426 readings of 7 sensors, 1 missing", said)
        self.assertEqual(rows[0], "t,x,value,sensor")
        (self.directory / "case.toml").write_text(DECK)
        self.expect(0, run("invert", self.directory / "case.toml"))
        summary = summary_of(self.directory / "case.out")
        found = summary["parameters"]["D"]
        self.assertEqual(summary["verdict"]["status"], "sound")
        self.assertLess(abs(found["mean"] - D), 3 * found["standard_error"])
        self.assertLess(found["standard_error"], 0.01)

    def test_places_of_their_own(self):
        self.write("logger.csv", ["north", "south"], rod()[:, :2], ";")
        (self.directory / "places.csv").write_text("sensor,y,x\nsouth,1.5,2\nnorth,0.5,3\n")
        _, rows = self.made(self.directory / "logger.csv", "--axes", "y", "x", "--places", self.directory / "places.csv")
        self.assertEqual([row.split(",")[1:3] + [row.split(",")[-1]] for row in (rows[1], rows[-1])], [["0.5", "3.0", "north"], ["1.5", "2.0", "south"]])

    def test_dates(self):
        """As text in a column a sensor, and in a row a reading; the same numbers as times in seconds, minutes."""
        self.write("logger.csv", ["T_1mm", "T_2mm"], rod()[:, :2])
        _, numbers = self.made(self.directory / "logger.csv")
        first = datetime.datetime(2024, 2, 28, 23, 59, 30)
        text = (self.directory / "logger.csv").read_text()
        for zone in ("", "Z", "+01:00"):
            lines = [re.sub(r"^[0-9.]+", lambda t: (first + datetime.timedelta(seconds=float(t[0]))).isoformat("T" if zone else " ") + zone, line) for line in text.splitlines()]
            (self.directory / "dates.csv").write_text("\n".join(lines) + "\n")
            said, rows = self.made(self.directory / "dates.csv", "--overwrite")
            self.assertIn("t in s since 2024-02-28 23:59:30", said)
            self.assertEqual(rows, numbers)
        long = [f"{first + datetime.timedelta(minutes=m)};S{s};{s * 0.5};{'NA' if (m, s) == (3, 1) else 20 + m + s}" for m in (7, 3, 5) for s in range(3)]
        (self.directory / "long.csv").write_text("when;sensor;x;temperature\n" + "\n".join(long) + "\n")
        self.assertIn("tools/sensors.py", self.expect(0, run("new", "long.csv", cwd=self.directory)).out)
        said, rows = self.made(self.directory / "long.csv", "--value", "temperature", "--unit", "min", "--overwrite")
        self.assertIn("8 readings of 3 sensors, 1 missing; t in min since 2024-02-29 00:02:30", said)
        self.assertEqual(rows[:2], ["t,x,value,sensor", "4.0,0.0,27.0,S0"])

    def test_hdf5(self):
        with h5py.File(self.directory / "array.h5", "w") as file:
            file["u"], file["time"], file["x"] = rod(), TIMES, PLACES
        _, rows = self.made(self.directory / "array.h5", "--dataset", "u", "--time", "time")
        self.assertEqual(len(rows), 1 + TIMES.size * PLACES.size)
        numpy.testing.assert_allclose(float(rows[-1].split(",")[2]), rod()[-1, -1])

    def test_faults(self):
        self.write("logger.csv", ["north", "south"], rod()[:, :2])
        (self.directory / "places.csv").write_text("sensor,x\nsouth,1.5\n")
        (self.directory / "dates.csv").write_text("time,T_1,T_2\n2021-05-01,1,2\n5,1,2\n")
        for code, said, arguments in ((64, 'where does sensor "north" stand?', ["logger.csv"]), (65, "no place of north", ["logger.csv", "--places", self.directory / "places.csv"]),
                                      (65, 'times are neither numbers nor dates', ["dates.csv"]), (66, "cannot be read", ["none.csv"]), (65, "no column 'when'", ["logger.csv", "--time", "when"])):
            done = tool(self.directory / arguments[0], *arguments[1:], "-o", self.directory / "points.csv")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertFalse((self.directory / "points.csv").exists())

    def test_writes_over_nothing(self):
        self.write("logger.csv", ["T_1", "T_2"], rod()[:, :2])
        logger, points = self.directory / "logger.csv", self.directory / "points.csv"
        before = logger.read_text()
        points.write_text("mine\n")
        for output, said, more in ((points, "is there already", []), (logger, "but it is read", ["--overwrite"])):
            done = tool(logger, "-o", output, *more)
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertEqual([logger.read_text(), points.read_text()], [before, "mine\n"])
        self.assertEqual(tool(logger, "-o", points, "--overwrite").returncode, 0)


FEW = """
[grid]
axes   = ["t", "y", "x"]
points = [20, 16, 16]
lower  = [0.0, 0.0, 0.0]
upper  = [1.0, 1.0, 1.0]
[observations.u]
file    = "few.h5"
dataset = "u"
[equation]
residual = "dt(u) + v*dy(u) + w*dx(u) - D*lap(u)"
[parameters]
v.over = []
w.over = []
D.over = []
"""

# 68 of 256 columns over y and x: room for the narrowest footprint, and no point that carries a residual
COLUMNS = """
..#...........#. .....#.##.##.... .#...##....##... ............#..# #..##.........#. .#.....###...### #.......#.##.... ..#.#.#.#.......
#......#.#..##.# .#.....#..#..#.. ..##......#..#.. #......#...#..## ......#.#...#... #.#..##.##...... .....#.#.#...... ...#..#.....##..
"""


class Few(TestCase):
    def test_mollified_data_without_a_residual(self):
        """Joint starts at its first guess."""
        random = numpy.random.default_rng(4032)
        truth = {"v": 0.3, "w": -0.2, "D": 0.012}
        t, y, x = numpy.meshgrid(numpy.linspace(0, 1, 20), numpy.linspace(0, 1, 16), numpy.linspace(0, 1, 16), indexing="ij")
        u = 0.5 + sum(a * numpy.exp(-truth["D"] * (p * p + q * q) * t) * numpy.cos(p * (y - truth["v"] * t) + q * (x - truth["w"] * t) + c)
                      for a, p, q, c in [(1.0, 3.0, 5.0, 0.3), (-0.8, -6.0, 2.5, 2.0), (0.7, 4.5, -3.5, 4.0), (0.6, 2.2, 6.5, 5.0)])
        u += 0.03 * u.std() * random.standard_normal(u.shape)
        u[:, numpy.array([list(row) for row in COLUMNS.split()]) == "."] = numpy.nan
        directory = temporary()
        with h5py.File(directory / "few.h5", "w") as file:
            file["u"] = u
        (directory / "few.toml").write_text(FEW)
        done = run("invert", directory / "few.toml")
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertIn("start at the first guess of the parameters", done.out)
        found = summary_of(directory / "few.out")["parameters"]
        for name, value in truth.items():
            self.assertLess(abs(found[name]["mean"] - value), 3.5 * found[name]["standard_error"], name)
            self.assertLess(abs(found[name]["mean"] - value), 0.05 * abs(value), name)


if __name__ == "__main__":
    unittest.main()
