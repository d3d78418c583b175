"""Names with units, columns of words, dates: what `mollis look` and `mollis new` make of files as people name them."""
import unittest

import h5py
import numpy

import formats
from program import TestCase, run, temporary

TIMES = numpy.array([0.0, 0.5, 1.0, 2.0, 3.5, 5.0])
PLACES = numpy.linspace(0.0, 30.0, 21)
U = numpy.random.default_rng(1).standard_normal((4, 12, 10)).astype("f4")


def sensors(stamp):
    """A long table of five sensors; stamp: number of the frame -> its time as text."""
    rows = [f"{stamp(k)};S{s};{0.1 + 0.2 * s:.2f};{0.9 - 0.17 * s:.2f};{'NA' if (k, s) == (2, 3) else f'{20 + s + k:.2f}'}" for k in range(6) for s in range(5)]
    return "# logger 4711\ntime;sensor;x;y;temperature\n" + "\n".join(rows) + "\n"


class Look(TestCase):
    def setUp(self):
        self.directory = temporary()

    def test_a_column_of_words(self):
        (self.directory / "sensors.csv").write_text(sensors(lambda k: f"{0.5 * k}"))
        out = self.expect(0, run("look", "sensors.csv", cwd=self.directory, ranks=2)).out
        self.assertIn('"S0" is not a number', out)
        self.assertIn("20 to 29, 3.33 % missing", out)
        self.new("sensors.csv", 'axes = ["t", "y", "x"]', 'columns = { t = "time", y = "y", x = "x", value = "temperature" }', '# ? Without numbers, and so left out: "sensor"')

    def test_an_array_beside_words(self):
        """A column is read whatever stands in the others; one of words is not."""
        (self.directory / "profile.csv").write_text("place,u,x\n" + "".join(f"P{i},{numpy.cos(i / 9):.6f},{i / 10}\n" for i in range(41)))
        self.new("profile.csv", 'axes = ["x"]', 'dataset = "u"')
        deck = self.directory / "new.toml"
        self.expect(0, run("invert", deck, "equation.residual=d(u, 'xx') + a*u", "inversion.method=joint", "uncertainty.samples=0"))
        self.expect_error(65, run("invert", deck, "observations.u.dataset=place"), "line 2", '"P0" is not a number')

    def test_counts(self):
        """Whole numbers as they are stored, or a unit that says so; not packed values."""
        for values, attributes, counts in ((numpy.arange(120, dtype="u2"), {}, True), (numpy.arange(120.0), {"units": "camera counts"}, True), (numpy.arange(120.0), {}, False), (numpy.arange(120, dtype="i2"), {"scale_factor": 0.01}, False)):
            with h5py.File(self.directory / "image.h5", "w") as file:
                file["u"] = values.reshape(12, 10)
                file["u"].attrs.update(attributes)
            deck = self.expect(0, run("new", "image.h5", cwd=self.directory)).out
            self.assertEqual("# ? Counts of a camera?" in deck, counts, deck)

    def test_dates(self):
        (self.directory / "sensors.csv").write_text(sensors(lambda k: f"2021-05-01 12:{k:02d}:00"))
        out = self.expect(0, run("look", "sensors.csv", cwd=self.directory)).out
        self.assertIn('"2021-05-01 12:00:00" is not a number (dates are not read; write times as numbers', out)
        self.new("sensors.csv", '# ? Without numbers, and so left out: "time", "sensor"')
        (self.directory / "bare.csv").write_text("2021-05-01,3.5\n2021-05-02,3.6\n")
        self.expect_error(65, run("look", "bare.csv", cwd=self.directory), "line 1", "dates are not read")

    def test_axes_in_units_of_their_own(self):
        """Lengths are in one unit where a spacing can be converted; coordinates are the file's."""
        pixels = '<OME><Pixels DimensionOrder="XYZCT" SizeZ="4" SizeC="1" SizeT="1" PhysicalSizeX="0.2" PhysicalSizeY="0.2" PhysicalSizeZ="500" PhysicalSizeZUnit="nm"/></OME>'
        formats.tiff(self.directory / "stack.ome.tif", list(U), pixels)
        self.new("stack.ome.tif", "upper = [1.5, 2.2, 1.8]", "# z in um (the file: nm), y in um, x in um")
        with h5py.File(self.directory / "units.h5", "w") as f:
            f["u"], f["z_mm"], f["y_um"], f["x_um"] = U, numpy.arange(4.0), numpy.arange(12.0), numpy.arange(10.0)
        self.new("units.h5", "# ? z is in mm, x in um: derivatives and lap() take them for one unit. Second derivatives along z times 1e-06 are per um^2.")

    def test_channels_have_names(self):
        """By their own name or their fluorophore, of the first image alone; none where one has none."""
        image = '<OME><Image><Pixels DimensionOrder="XYZCT" SizeZ="2" SizeC="2" SizeT="1" PhysicalSizeX="0.2" PhysicalSizeXUnit="&#181;m" PhysicalSizeY="0.2">{}</Pixels></Image>'
        others = '<Image><Pixels><Channel Name="other"/></Pixels></Image></OME>'
        for channels, shown in (('<Channel ID="Channel:0:0" Name="DAPI"><LightPath/></Channel><Channel ID="Channel:0:1" Fluor="Cy5"/>', '0 "DAPI", 1 "Cy5"'), ('<Channel ID="Channel:0:0" Name="DAPI"/><Channel ID="Channel:0:1"/>', None)):
            formats.tiff(self.directory / "two.ome.tif", list(U), image.format(channels) + others)
            out = self.expect(0, run("look", "two.ome.tif", cwd=self.directory)).out
            self.assertIn("x every 0.2 um", out)
            self.assertEqual(shown is not None and f"channel: {shown}" in out, shown is not None, out)
            self.assertNotIn("other", out)
            self.new("two.ome.tif", f"# ? Which index along these? channel: {shown}\nat = {{ channel = 0 }}" if shown else "# ? Which index along these?\nat = { channel = 0 }")

    def test_a_ground(self):
        """Whole grey values ask for the domain, by the first frame; the answer is a deck that runs. Other values do not."""
        y, x = numpy.mgrid[0:24, 0:26] * 0.25
        inside = (y - 3) ** 2 + (x - 3) ** 2 < 2.4 ** 2
        frames = [numpy.where(inside, 90 + 40 * numpy.exp(-0.05 * t) * numpy.cos(x), 5).round().astype("u1") for t in range(6)]
        formats.tiff(self.directory / "cell.tif", frames, "ImageJ=1.54f\nimages=6\nframes=6\nunit=micron\nfinterval=1\n", resolution=4.0)
        deck = self.new("cell.tif", '# mask = { file = "cell.tif", at = { t = 0 }, above = 62.0 }')
        (self.directory / "case.toml").write_text(deck.replace("# mask", "mask"))
        self.assertIn(run("mollify", self.directory / "case.toml", "mollifier.radius=0").code, (0, 2))
        with h5py.File(self.directory / "case.out/result.h5") as file:
            numpy.testing.assert_array_equal(numpy.isfinite(file["observations/u"][0]), frames[0] > 62)
        formats.tiff(self.directory / "field.tif", [frame.astype("f4") for frame in frames])
        self.assertNotIn("dark ground", self.new("field.tif"))

    def test_units_in_names(self):
        with h5py.File(self.directory / "profiles.h5", "w") as file:
            file["run1/intensity"] = numpy.exp(-TIMES) * numpy.cos(PLACES[:, None] / 9)
            file["run1/position_mm"], file["run1/time (min)"] = PLACES, TIMES
        self.new("profiles.h5", 'axes = ["t", "x"]', 'order = ["x", "t"]', 'datasets = ["run1/time (min)", "run1/position_mm"]', "# t in min, x in mm", "dt(intensity) - a*lap(intensity)")

    def test_times_and_places_that_are_not_taken(self):
        with h5py.File(self.directory / "sea.h5", "w") as file:
            file["u"] = numpy.ones((6, 5, 7))
            file["time"] = numpy.arange(6.0)
            file["time"].attrs["units"] = "fortnights since 2000-01-01"
            file["lat"], file["lon"] = numpy.ones((5, 7)), numpy.ones((5, 7))
        deck = self.new("sea.h5", '# ? "lat", "lon" vary along several axes: is the grid curved?', "t in fortnights since 2000-01-01")
        self.assertNotIn("t in seconds", deck)

    def test_temperature_is_no_time(self):
        lines = "".join(f"{x:.1f},{20 + numpy.cos(x):.3f}\n" for x in PLACES)
        (self.directory / "line.csv").write_text("x (mm),T (°C)\n" + lines)
        self.new("line.csv", 'axes = ["x"]', 'dataset = "T (°C)"', "[observations.T]", "x in mm")
        (self.directory / "bare.csv").write_text("x,T\n" + lines)
        self.new("bare.csv", 'axes = ["x"]', 'dataset = "T"', "[observations.T]")

    def test_a_sheet_with_coordinates(self):
        """They are no data."""
        rows = numpy.sin(TIMES[:, None] / 3) * numpy.cos(PLACES / 9)
        sheet = "," + ",".join(f"{x:.2f}" for x in PLACES) + "\n" + "".join(f"{t}," + ",".join(f"{u:.4f}" for u in row) + "\n" for t, row in zip(numpy.arange(6) / 2, rows))
        (self.directory / "sheet.csv").write_text(sheet)
        self.new("sheet.csv", "points = [6, 21]", "upper = [2.5, 30.0]", "crop = { y = [1, 7], x = [1, 22] }")
        deck = self.directory / "new.toml"
        self.expect(0, run("mollify", deck, "mollifier.radius=0"))
        with h5py.File(self.directory / "new.out/result.h5") as file:
            numpy.testing.assert_allclose(file["observations/u"][...], rows, atol=6e-5)
        (self.directory / "sheet.csv").write_text("time" + sheet)
        self.new("sheet.csv", "# ? Are the names of columns places?")

    def test_molecules_by_other_names(self):
        draw = numpy.random.default_rng(1)
        numpy.savetxt(self.directory / "molecules.csv", draw.random((4000, 2)) * 9000, delimiter=",", header="x_nm,y_nm", comments="", fmt="%.1f")
        self.new("molecules.csv", 'columns = { y = "y_nm", x = "x_nm" }', "scale = { y = 0.001, x = 0.001 }", "y in um, x in um")

    def test_wells(self):
        """Places as surveyors name them."""
        rows = "".join(f"W{n};{x:.2f};{y:.2f};{x * y:.3f};0.01\n" for n, (x, y) in enumerate(numpy.random.default_rng(2).random((60, 2)) * 900))
        (self.directory / "wells.csv").write_text("well;easting;northing;head;sd\n" + rows)
        self.new("wells.csv", 'kind = "points"', 'columns = { y = "northing", x = "easting", value = "head", sigma = "sd" }')

    def test_molecules_in_three_dimensions(self):
        rows = numpy.random.default_rng(1).random((40000, 5)) * [9000, 9000, 9000, 30, 60]
        numpy.savetxt(self.directory / "deep.csv", rows, delimiter=",", header="x [nm],y [nm],z [nm],uncertainty_xy [nm],uncertainty_z [nm]", comments="", fmt="%.1f")
        self.new("deep.csv", 'sigma = "uncertainty_xy [nm]"', 'sigma_z = "uncertainty_z [nm]"')


if __name__ == "__main__":
    unittest.main()
