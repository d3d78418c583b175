"""Files of many formats: seen by `mollis look`, turned into decks by `mollis new`, read alike; malformed ones refused, each with one
line and its code."""
import re
import unittest

import h5py
import numpy

import formats
from program import TestCase, run, temporary

DECK = """[grid]
axes = ["t", "y", "x"]
points = [4, 12, 10]
lower = [0, 0, 0]
upper = [1, 1, 1]
[observations.u]
file = "{file}"
{more}
[parameters.a]
over = []
[equation]
residual = "dt(u) - a*lap(u)"
[mollifier]
radius = 1
degree = 1
"""
T, Y, X = numpy.meshgrid(numpy.linspace(0, 1, 4), numpy.linspace(0, 1, 12), numpy.linspace(0, 1, 10), indexing="ij")
U = (100 * (1 + T) * numpy.sin(1 + 2 * X) * numpy.cos(Y)).astype("f4")


class FormatsCase(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()

    def deck(self, file, more="", **other):
        path = self.directory / "case.toml"
        text = DECK.format(file=file, more=more)
        for key, value in other.items():
            old = next(line for line in text.splitlines() if line.startswith(key + " ="))
            text = text.replace(old, value)
        path.write_text(text)
        return path

    def mollified(self, file, more="", ranks=1):
        """The smoothed state of a deck on this file."""
        out = self.directory / "out"
        self.expect(0, run("mollify", self.deck(file, more), f"output.directory={out}", ranks=ranks))
        with h5py.File(out / "result.h5") as result:
            return result["state/u"][:]


class Reading(FormatsCase):
    def test_all_formats_give_the_same_field(self):
        d = self.directory
        with h5py.File(d / "u.h5", "w") as f:
            f["u"] = U
            f["v"] = U.transpose(2, 0, 1)[:, None]  # x, channel, t, y
        numpy.save(d / "c.npy", U)
        numpy.save(d / "f.npy", numpy.asfortranarray(U.astype(">f8")))
        numpy.savez(d / "s.npz", u=U, t=numpy.arange(3.0))
        numpy.savez_compressed(d / "z.npz", t=numpy.arange(3.0), u=numpy.asfortranarray(U))
        formats.tiff(d / "u.tif", list(U))
        formats.nifti(d / "u.nii", U[:, None])  # t, z, y, x
        formats.nifti(d / "u.nii.gz", U[:, None], packed=True)
        formats.nifti(d / "big.nii", U[:, None], order=">")
        packed = numpy.round((U - 50) / 0.001).astype("i4")
        axes = {"time": 4, "lat": 12, "lon": 10}
        formats.netcdf(d / "u.nc", axes, {"u": (list(axes), packed, {"scale_factor": numpy.float64(0.001), "add_offset": numpy.float64(50.0)})})
        numpy.savetxt(d / "u.csv", U.reshape(4 * 12, 10), delimiter=",")
        expected = self.mollified("u.h5", 'dataset = "u"')
        for file, more in (("u.h5", 'dataset = "v"\norder = ["x", "channel", "t", "y"]\nat = { channel = 0 }'), ("c.npy", ""), ("f.npy", ""), ("s.npz", 'dataset = "u"'), ("z.npz", 'dataset = "u"'),
                           ("u.tif", ""), ("u.nii", ""), ("big.nii", ""), ("u.nii.gz", ""), ("u.nc", 'dataset = "u"')):
            for ranks in (1, 2) if file in ("f.npy", "z.npz", "u.nc") else (1,):
                with self.subTest(file=file, ranks=ranks):
                    numpy.testing.assert_allclose(self.mollified(file, more, ranks), expected, rtol=1e-12, atol=1e-3 if file == "u.nc" else 0)

    def test_packed_netcdf_4_with_a_time_axis_of_one_point(self):
        with h5py.File(self.directory / "packed.nc", "w") as f:
            for name, size in (("time", 1), ("y", 12), ("x", 10)):
                f[name] = numpy.arange(size) / 10.0
                f[name].make_scale(name)
            stored = numpy.round((U[0] - 5) / 1e-3).astype("i4")
            stored[3, 4] = -99
            v = f.create_dataset("T", data=stored[None])
            v.attrs.update(scale_factor=1e-3, add_offset=5.0, _FillValue=numpy.int32(-99))
            for i, name in enumerate(("time", "y", "x")):
                v.dims[i].attach_scale(f[name])
        out = self.expect(0, run("look", self.directory / "packed.nc")).out
        self.assertIn("(time: 1, y: 12, x: 10)", out)
        self.assertIn("stored values times 0.001 plus 5", out)
        self.assertIn("0.833 % missing", out)
        self.assertIn(f"{stored[stored != -99].max() * 1e-3 + 5:.6g}", out)

    def test_crop_bin_and_coordinates(self):
        with h5py.File(self.directory / "big.h5", "w") as f:
            big = numpy.arange(6 * 26 * 10.0).reshape(6, 26, 10)
            f["u"] = big
            f["t"] = [0.0, 1.0, 2.5, 4.0, 5.0, 6.0]
            f["t"].attrs["units"] = "hours since 2020-01-01"
            f["y"] = numpy.arange(26.0)
            f["x"] = numpy.arange(10.0)
        more = 'dataset = "u"\ncrop = { t = [1, 5], y = [2, 26] }\nbin = { y = 2 }'
        deck = self.deck("big.h5", more)
        text = deck.read_text()
        head = text.index("points"), text.index("[observations")
        text = text[:head[0]] + 'coordinates = { file = "big.h5", datasets = ["t", "y", "x"], time_unit = "min", crop = { t = [1, 5], y = [2, 26] }, bin = { y = 2 } }\n' + text[head[1]:]
        deck.write_text(text.replace("radius = 1", "radius = 0"))
        self.expect(0, run("mollify", deck, f"output.directory={self.directory}/cut"))
        with h5py.File(self.directory / "cut/result.h5") as result:
            numpy.testing.assert_allclose(result["observations/u"][:] if "observations/u" in result else result["state/u"][:],
                                          big[1:5, 2:26].reshape(4, 12, 2, 10).mean(2), rtol=1e-12)
            numpy.testing.assert_allclose(result["coordinates/t"][:], [60, 150, 240, 300])
            numpy.testing.assert_allclose(result["coordinates/y"][:], numpy.arange(2.5, 26, 2))


class Looking(FormatsCase):
    def test_hdf5_with_coordinates_by_name_and_size(self):
        with h5py.File(self.directory / "film.h5", "w") as f:
            f["film/temperature"] = U.transpose(2, 0, 1)
            f["film/temperature"].attrs["units"] = "degC"
            f["t"], f["x"], f["y"] = [0.0, 1.0, 4.0, 9.0], numpy.arange(10) * 0.5, numpy.arange(12) * 0.25
            f["note"] = "text"
        out = self.expect(0, run("look", "film.h5", cwd=self.directory)).out
        for part in ("film.h5: HDF5, 5 datasets", "(10, 4, 12)", "degC", "every 0.5", "increasing, unevenly spaced", "strings"):
            self.assertIn(part, out)
        self.new("film.h5", 'order = ["x", "t", "y"]', 'datasets = ["t", "y", "x"]', "[observations.temperature]", "dt(temperature) - a*lap(temperature)")

    def test_images(self):
        formats.tiff(self.directory / "stack.tif", list(U), "ImageJ=1.53\nimages=4\nslices=4\nunit=micron\nspacing=0.3\n", resolution=4)
        self.new("stack.tif", 'axes = ["z", "y", "x"]', "x in um", "upper = [0.9, 2.75, 2.25]", "lap(u) - a*u")
        formats.tiff(self.directory / "plain.tif", [U[0]])
        self.new("plain.tif", "# ? The spacing of x is not in the file", "points = [12, 10]")
        formats.nifti(self.directory / "brain.nii", U, spacing=(3.0, 2.0, 1.0))
        self.new("brain.nii", 'axes = ["z", "y", "x"]', "upper = [9.0, 22.0, 9.0]", "z in mm")
        formats.nifti(self.directory / "fine.nii", U, spacing=(2.5, 0.8, 0.7))
        self.new("fine.nii", "upper = [7.5, 8.8, 6.3]")   # spacings in single precision
        numpy.save(self.directory / "a.npy", numpy.zeros((3, 5, 6, 7, 8)))
        self.new("a.npy", "# ? Which index along these?")

    def test_dates_circles_and_paths(self):
        """Times with a date become seconds, longitudes close, rows of a trajectory are no molecules."""
        path = self.directory / "globe.nc"
        axes = {"time": 4, "lat": 12, "lon": 10}
        formats.netcdf(path, axes, {"u": (list(axes), U, {}), "time": (["time"], numpy.arange(4.0), {"units": "hours since 1990-01-01"}),
                                    "lat": (["lat"], numpy.linspace(60.0, -60.0, 12), {"units": "degrees_north"}),
                                    "lon": (["lon"], 36.0 * numpy.arange(10), {"units": "degrees_east"})})
        self.new(path, "# t in seconds (the file: hours since 1990-01-01)", "# ? x goes once around: period = { x = 360.0 }")
        deck = (self.directory / "new.toml").read_text()
        self.assertNotIn("y goes once around", deck)
        random = numpy.random.default_rng(1)
        with h5py.File(self.directory / "paths.h5", "w") as file:
            for name, values in (("x", random.random(2000)), ("y", random.random(2000)), ("frame", numpy.arange(2000) % 50), ("trajectory", numpy.arange(2000) // 50)):
                file[name] = values
        self.new(self.directory / "paths.h5", "are these paths of particles? tools/moments.py")

    def test_questions_answered(self):
        """A climatology of an ocean: answers as the comments propose them make a deck that passes check and runs."""
        random = numpy.random.default_rng(4)
        t, lat, lon = (numpy.arange(12) + 0.5) * 365.25 / 12, numpy.linspace(-5.0, 5.0, 9), 30.0 * numpy.arange(12)
        u = 20 + numpy.sin(2 * numpy.pi * t / 365.25)[:, None, None] * numpy.cos(numpy.pi * lat / 20)[:, None] * (1 + 0.2 * numpy.cos(numpy.radians(lon)))
        u += 0.01 * random.normal(size=u.shape)
        u[:, 2:4, 3:5] = numpy.nan
        with h5py.File(self.directory / "sea.h5", "w") as file:
            for name, values, unit in (("t", t, "days"), ("lat", lat, "degrees_north"), ("lon", lon, "degrees_east"), ("u_true", u, ""), ("u", u, "")):
                file[name] = values
                if unit:
                    file[name].attrs["units"] = unit
        deck = self.new("sea.h5", "[observations.u]", "# ? t is one year. Do the data repeat (a climatology)? period = { t = 365.25 }", "# ? x goes once around", "(d(u, 'yy') - tan(y*pi/180)",
                        "# ? A part of it alone? crop = { t = [0, 6] }, in coordinates and in [observations.*], the same in both",
                        "# 3.7 % of the values are missing.", '# mask = { file = "sea.h5", dataset = "u", above = -1e30 }')
        sphere = re.search(r"lap\(u\),\n#   (\(.*\)/111195\^2)\.", deck).group(1)
        answered = deck.replace('"lon"] }', '"lon"], period = { t = 365.25, x = 360.0 }, crop = { y = [0, 8] } }').replace("# mask", "crop = { y = [0, 8] }\nmask").replace(
            "above = -1e30", "above = -1e30, crop = { y = [0, 8] }").replace("a*lap(u)", f"1e9*a*{sphere}")
        (self.directory / "answered.toml").write_text(answered)
        self.expect(0, run("check", self.directory / "answered.toml"))
        outcome = run("invert", self.directory / "answered.toml", "uncertainty.samples=0", "inversion.method=equation-error")
        self.assertIn(outcome.code, (0, 2), outcome.err)
        with h5py.File(self.directory / "answered.out/result.h5") as result:
            self.assertEqual(result["observations/u"].shape, (12, 8, 12))
            self.assertTrue(numpy.isnan(result["state/u"][:, 2:4, 3:5]).all())
        self.expect_error(65, run("check", self.directory / "answered.toml", "observations.u.crop={ y = [0, 9] }"), "has shape")   # said in one place alone

    def test_uncertainties_and_truths(self):
        rows = numpy.column_stack([numpy.random.default_rng(1).uniform(0, (9000.0, 8000.0), (3000, 2)), numpy.full(3000, 20.0)])
        numpy.savetxt(self.directory / "sure.csv", rows, delimiter=",", header='"x [nm]","y [nm]","uncertainty [nm]"', comments="")
        deck = self.new("sure.csv", '# ? Is each molecule to count with its own width? sigma = "uncertainty [nm]" in columns.')
        (self.directory / "wide.toml").write_text(deck.replace('x = "x [nm]" }', 'x = "x [nm]", sigma = "uncertainty [nm]" }'))
        self.expect(0, run("check", self.directory / "wide.toml"))
        for command in ("forward", "mollify"):
            self.assertIn("remove sigma", run(command, self.directory / "wide.toml").err)
        self.expect_error(78, run("check", self.directory / "wide.toml", "inversion.method=equation-error"), "share their noise", 'method = "joint"')
        with h5py.File(self.directory / "heat.h5", "w") as file:
            for name in ("x", "y", "u_clean", "u_noisy"):
                file[name] = numpy.random.default_rng(len(name)).random(50)
        self.new("heat.h5", 'value = "u_noisy"', 'Other columns: "u_clean"')

    def test_ranks_and_no_deck(self):
        (self.directory / "table.csv").write_text("id,x [nm],y [nm]\n1,5,3\n2,4,9\n3,7,1\n")
        for ranks in (1, 2):
            out = self.expect(0, run("look", self.directory / "table.csv", ranks=ranks)).out
            self.assertEqual(out.count("x [nm]"), 1)
            self.assertIn("table of points", out)
        self.expect_error(65, run("new", self.directory / "table.csv"), "table of points")
        self.expect_error(66, run("look", self.directory / "nowhere.tif", ranks=2), "no such file")
        self.expect_error(64, run("look"))

    def test_localisations(self):
        """A table of molecules, whole, becomes a deck in micrometres."""
        places = numpy.random.default_rng(1).uniform((0.0, 0.0), (24000.0, 12000.0), (3000, 2))
        numpy.savetxt(self.directory / "molecules.csv", places, delimiter=",", header='"x [nm]","y [nm]"', comments="")
        deck = self.new("molecules.csv", 'axes = ["y", "x"]', 'columns = { y = "y [nm]", x = "x [nm]" }', "scale = { y = 0.001, x = 0.001 }", "y in um, x in um",
                        'over = []', "lap(rho) - a*rho")
        points = [int(n) for n in re.search(r"points = \[(\d+), (\d+)\]", deck).groups()]
        self.assertAlmostEqual(3000 / points[0] / points[1], 10.0, delta=1.5)

    def test_scattered_points(self):
        """A table of values at places becomes a deck of points; one of molecules, whatever else it lists, does not."""
        random = numpy.random.default_rng(2)
        rows = numpy.column_stack([numpy.arange(80), random.uniform(0, 5, 80), random.uniform(0, 3, 80), random.normal(size=80), numpy.full(80, 0.1), random.normal(size=80)])
        numpy.savetxt(self.directory / "wells.csv", rows, delimiter=",", header="id,x,y,head,sd,salt", comments="")
        deck = self.new("wells.csv", 'axes = ["y", "x"]', 'kind = "points"', 'columns = { y = "y", x = "x", value = "head", sigma = "sd" }', "[observations.head]",
                        'Other columns: "salt"')
        self.assertNotIn("noise =", deck)
        numpy.savetxt(self.directory / "molecules.csv", rows[:, :4] * 1000, delimiter=",", header="id,x [nm],y [nm],intensity [photon]", comments="")
        out = self.expect(0, run("look", self.directory / "molecules.csv")).out
        self.assertNotIn('kind = "points"\n', out)
        with h5py.File(self.directory / "sensors.h5", "w") as file:
            for name, values in (("t", numpy.repeat(numpy.arange(10.0), 4)), ("x", numpy.tile([0.3, 0.1, 0.9, 0.5], 10)), ("temperature", random.normal(size=40))):
                file[name] = values
        self.new("sensors.h5", 'axes = ["t", "x"]', 'kind = "points"', "[observations.temperature]", 'noise = "auto"')

    def test_info_lists_formats(self):
        self.assertRegex(self.expect(0, run("info")).out, r"formats +HDF5.*NumPy.*CSV")


class Malformed(FormatsCase):
    """Each of them: one line, the code, and the file as it was."""

    def refuse(self, code, file, *parts, more=None, command="mollify", **other):
        before = file.read_bytes() if file.is_file() else None
        if more is None:
            outcome = run("look", file)
        else:
            outcome = run(command, self.deck(file, more, **other), f"output.directory={self.directory}/out")
        self.expect_error(code, outcome, *parts)
        self.assertEqual(len(outcome.lines()), 1, outcome.err)
        self.assertFalse((self.directory / "out").exists())
        if before is not None:
            self.assertEqual(file.read_bytes(), before)

    def path(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return path

    def test_images(self):
        d, page = self.directory, U[0]
        good = formats.tiff(d / "good.tif", list(U)).read_bytes()
        self.refuse(65, self.path("cut.tif", good[:-100]), "cut.tif", "truncated")
        self.refuse(65, self.path("head.tif", good[:20]), "truncated")
        self.refuse(65, self.path("junk.tif", bytes(range(256)) * 8), "not a TIFF file")
        self.refuse(65, formats.tiff(d / "zero.tif", [page], size=(0, 10)), "damaged")
        self.refuse(65, formats.tiff(d / "twelve.tif", [page], bits=12), "12 bits")
        self.refuse(65, formats.tiff(d / "palette.tif", [page.astype("u1")], photometric=3), "indexed colours")
        self.refuse(65, formats.tiff(d / "unequal.tif", [page, page[:5]]), "page 1 is 10 x 5")
        self.refuse(65, formats.tiff(d / "short.tif", [page], size=(24, 10)), "truncated")
        self.refuse(65, formats.tiff(d / "flat.tif", [page]), "has shape (y: 12, x: 10)", "(4, 12, 10)", more="")
        image = formats.nifti(d / "good.nii", U).read_bytes()
        self.refuse(65, self.path("cut.nii", image[:-8]), "truncated")
        self.refuse(65, self.path("head.nii", image[:200]), "not a NIfTI file")
        self.refuse(65, self.path("junk.nii.gz", b"\x1f\x8b" + bytes(300)), "NIfTI")
        self.refuse(65, formats.nifti(d / "rgb.nii", U, datatype=128), "RGB")

    def test_arrays_and_text(self):
        d = self.directory
        numpy.save(d / "a.npy", U)
        good = (d / "a.npy").read_bytes()
        self.refuse(65, self.path("cut.npy", good[:-10]), "truncated")
        self.refuse(65, self.path("head.npy", good[:20]), "truncated")
        self.refuse(65, self.path("junk.npy", good[:12] + bytes(400)), "header")
        for save, name in ((numpy.savez, "whole.npz"), (numpy.savez_compressed, "packed.npz")):
            save(d / name, u=U, other=numpy.zeros(3))
            good, more = (d / name).read_bytes(), 'dataset = "u"'
            self.refuse(66, d / name, 'no dataset "v"', '"other"', more='dataset = "v"')
            self.refuse(65, self.path("cut.npz", good[:-30]), "npz", more=more)
            self.refuse(65, self.path("half.npz", good[:len(good) // 2]), "zip directory", more=more)
            self.refuse(65, self.path("junk.npz", good[:-900] + bytes(20) + good[-880:]), "junk.npz", "damaged", more=more)
        numpy.savez(d / "text.npz", u=numpy.array(["a", "b"]))
        self.refuse(65, d / "text.npz", "texts", more='dataset = "u"')
        numpy.save(d / "text.npy", numpy.array(["a", "b"]))
        self.refuse(65, d / "text.npy", "texts")
        numpy.save(d / "pickle.npy", numpy.array([{}, None], dtype=object), allow_pickle=True)
        self.refuse(65, d / "pickle.npy", "pickle")
        numpy.save(d / "complex.npy", U + 1j)
        self.refuse(65, d / "complex.npy", "complex")
        numpy.save(d / "records.npy", numpy.zeros(3, dtype=[("a", "f8"), ("b", "i4")]))
        self.refuse(65, d / "records.npy", "records")
        self.refuse(65, self.path("rows.csv", b"x,y\n"), "no row")
        self.refuse(65, self.path("ragged.csv", b"1,2,3\n4,5\n"), "line 2", "2 values where the lines above have 3")
        self.refuse(65, self.path("word.csv", b"1,2\n3,four\n"), "line 2", "four")
        self.refuse(65, self.path("comma.csv", b"1.5;2.5\n1,5;2,5\n"), "line 2", "decimals have a point")
        self.refuse(65, self.path("bytes.csv", b"1,2\n\0\0,3\n"), "no text")
        self.refuse(65, self.path("empty.csv", b""), "empty file")
        self.refuse(65, d, "directory")

    def test_netcdf_and_hdf5(self):
        d = self.directory
        axes = {"time": 4, "lat": 12, "lon": 10}
        good = formats.netcdf(d / "good.nc", axes, {"u": (list(axes), U, {}), "name": (["lon"], numpy.full(10, b"a"), {})})
        self.refuse(65, self.path("cut.nc", good.read_bytes()[:60]), "cut.nc")
        self.refuse(65, self.path("values.nc", good.read_bytes()[:-900]), "values.nc", more='dataset = "u"')
        self.refuse(65, self.path("junk.nc", b"CDX" + bytes(500)), "junk.nc")
        self.refuse(66, good, "\"nmae\"", "did you mean \"name\"", "the file holds", more='dataset = "nmae"')
        self.refuse(65, good, "text", more='dataset = "name"')
        self.refuse(78, good, "[observations.u] at", "timme", "did you mean \"time\"", more='dataset = "u"\nat = { timme = 0 }')
        self.refuse(78, good, "[observations.u] order", "\"lat\" is no axis of the grid", more='dataset = "u"\norder = ["t", "lat", "x"]')
        self.refuse(65, good, "fix what is too much: at = { time = 0 }", axes='axes = ["y", "x"]', points="points = [12, 10]", lower="lower = [0, 0]", upper="upper = [1, 1]",
                    residual='residual = "lap(u) - a*u"', more='dataset = "u"')
        self.refuse(78, good, "[observations.u] at", "time = 4 is outside 0 to 3", more='dataset = "u"\nat = { time = 4 }')
        self.refuse(78, good, "[observations.u] crop", "ends past its 10 points", more='dataset = "u"\ncrop = { x = [1, 11] }')
        self.refuse(78, good, "[observations.u] bin", "no whole bins of 3", more='dataset = "u"\nbin = { x = 3 }')
        named = {"t": 4, "x": 12, "y": 10}  # a square would be read the wrong way round in silence
        turned = formats.netcdf(d / "turned.nc", named, {"u": (list(named), U, {})})
        self.refuse(78, turned, "[observations.u] order", "the file calls \"x\" what order calls \"y\"", more='dataset = "u"\norder = ["t", "y", "x"]')
        self.refuse(65, turned, "(t: 4, x: 12, y: 10)", "(4, 12, 10)", more='dataset = "u"')
        missing = {"scale_factor": numpy.float64(0.5), "_FillValue": numpy.float32(1e20)}
        self.refuse(65, formats.netcdf(d / "fill.nc", axes, {"u": (list(axes), numpy.full_like(U, 1e20), missing)}), "nothing was observed", more='dataset = "u"')
        self.refuse(65, formats.netcdf(d / "range.nc", axes, {"u": (list(axes), U, {"valid_range": numpy.float64([0, 1, 2])})}), "valid_range", more='dataset = "u"')
        with h5py.File(d / "a.h5", "w") as f:
            f["u"], f["swapped"], f["t"], f["y"], f["x"] = U, U.transpose(0, 2, 1), [0, 1, numpy.nan, 3], numpy.arange(12.0), numpy.arange(10.0)
            f["scaled"] = U
            f["scaled"].attrs["scale_factor"] = "a tenth"
        self.refuse(65, d / "a.h5", 'order = ["t", "x", "y"]', more='dataset = "swapped"')
        self.refuse(65, d / "a.h5", "scale_factor", more='dataset = "scaled"')
        self.refuse(65, d / "a.h5", "value 2", "missing or not finite", more='dataset = "u"', points='coordinates = { file = "a.h5", datasets = ["t", "y", "x"] }',
                    lower="", upper="")
        self.refuse(78, d / "a.h5", "order", "mollis forward writes the whole grid", more='dataset = "new"\norder = ["t", "y", "x"]\n[forward]\nstates = { u = "t*x*y" }', command="forward")


if __name__ == "__main__":
    unittest.main()
