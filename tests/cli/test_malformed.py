"""Files that are not what they should be, as one table: each gives one line with its code and leaves every file as it was.

    test_malformed.py --tally      prints the table with what each said
"""
import gzip
import hashlib
import struct
import sys
import unittest

import h5py
import numpy

import formats
from program import TestCase, run, temporary

NY, NX = 12, 10
U = numpy.outer(numpy.sin(numpy.arange(NY) / 4.0), numpy.cos(numpy.arange(NX) / 5.0)) + 2.0
GRID = """[grid]
axes = ["y", "x"]
{lattice}
[observations.u]
{observation}
[parameters.a]
over = []
[equation]
residual = "a*lap(u) + 1"
[inversion]
method = "joint"
[output]
directory = "out"
"""
LATTICE = f"points = [{NY}, {NX}]\nlower = [0, 0]\nupper = [1.1, 0.9]"
PLAIN = 'file = "{file}"\n{dataset}\nnoise = 0.01'
POINTS = 'kind = "points"\nfile = "{file}"\nnoise = 0.01'
IN_TIME = POINTS + '\n# in time'
PLACES = 'kind = "localisations"\nfile = "{file}"'


def content(data):
    def make(path):
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return make


def hdf5(**datasets):
    def make(path):
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                if callable(values):
                    values(file, name)
                else:
                    file[name] = values
    return make


def with_attributes(values=U, **attributes):
    def add(file, name):
        file[name] = values
        for key, value in attributes.items():
            file[name].attrs[key] = value
    return add


def cut(make, *span):
    """What `make` writes, of which bytes [:end] or without [begin:end] are left."""
    def shorter(path):
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[:span[0]] if len(span) == 1 else data[:span[0]] + bytes(span[1] - span[0]) + data[span[1]:])
    return shorter


def save(array, **options):
    return lambda path: numpy.save(path, array, **options)


def tiff(pages, **options):
    return lambda path: formats.tiff(path, pages, **options)


def nifti(values, **options):
    return lambda path: formats.nifti(path, values, **options)


def netcdf(axes, array, attributes=None):
    return lambda path: formats.netcdf(path, axes, {"u": (list(axes), array, attributes or {})})


def chunked(values=U, **attributes):
    """In chunks, with gzip, shuffle and Fletcher's sums."""
    def add(file, name):
        dataset = file.create_dataset(name, data=values, chunks=(5, 3), compression="gzip", shuffle=True, fletcher32=True)
        for key, value in attributes.items():
            dataset.attrs[key] = value
    return add


def damaged_chunk(path):
    """A byte of the third chunk is another."""
    hdf5(u=chunked())(path)
    with h5py.File(path) as file:
        place = file["u"].id.get_chunk_info(2).byte_offset + 9
    blob = bytearray(path.read_bytes())
    blob[place] ^= 255
    path.write_bytes(bytes(blob))


def virtual(file, name):
    layout = h5py.VirtualLayout((NY, NX), "f8")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "part", (NY, NX))
    file.create_virtual_dataset(name, layout)


def spoilt(replace):
    """A table of points on a 7 x 7 lattice within the grid; replace: row -> text."""
    rows = [f"{y:.3f},{x:.3f},{numpy.sin(3 * y) + x:.4f}" for y in numpy.linspace(0, 1.1, 7) for x in numpy.linspace(0, 0.9, 7)]
    for number, text in replace.items():
        rows[number] = text
    return content("y,x,u\n" + "\n".join(rows) + "\n")


def patched(make, place, data):
    def change(path):
        make(path)
        blob = bytearray(path.read_bytes())
        blob[place:place + len(data)] = data
        path.write_bytes(bytes(blob))
    return change


AXES = {"y": NY, "x": NX}
F4 = U.astype("f4")
NAN = numpy.full_like(U, numpy.nan)

# label, code, file, what makes it, part of the deck, what the line must say
GRIDS = [
    ("no such file", 66, "none.h5", lambda path: None, "none.h5"),
    ("a file of no bytes", 65, "a.h5", content(b""), "a.h5"),
    ("binary junk", 65, "a.h5", content(bytes(range(256)) * 20), "a.h5"),
    ("text called HDF5", 65, "a.h5", content("u = 1\n"), "a.h5"),
    ("HDF5, cut in its head", 65, "a.h5", cut(hdf5(u=U), 60), "a.h5"),
    ("HDF5, cut in its values", 65, "a.h5", cut(hdf5(u=U), 2100), "a.h5"),
    ("HDF5, no such dataset", 66, "a.h5", hdf5(v=U), "u"),
    ("HDF5, a group", 66, "a.h5", hdf5(u=lambda f, n: f.create_group(n)), "u"),
    ("HDF5, text", 65, "a.h5", hdf5(u=numpy.full((NY, NX), b"a")), "u"),
    ("HDF5, complex", 65, "a.h5", hdf5(u=U + 1j), "u"),
    ("HDF5, a link to nothing", 65, "a.h5", hdf5(u=lambda f, n: f.__setitem__(n, h5py.SoftLink("/none"))), "u"),
    ("HDF5, two axes swapped", 65, "a.h5", hdf5(u=U.T), 'order = ["x", "y"]'),
    ("HDF5, an axis too many", 65, "a.h5", hdf5(u=U[None, None].repeat(2, 0)), "fix what is too much"),
    ("HDF5, an axis too few", 65, "a.h5", hdf5(u=U[0]), "has shape"),
    ("HDF5, a point too few", 65, "a.h5", hdf5(u=U[:-1]), "has shape"),
    ("HDF5, no values", 65, "a.h5", hdf5(u=numpy.zeros((0, NX))), "has shape"),
    ("HDF5, all NaN", 65, "a.h5", hdf5(u=NAN), "nothing was observed"),
    ("HDF5, an infinite value", 65, "a.h5", hdf5(u=numpy.where(U > 2.99, numpy.inf, U)), "infinite at"),
    ("HDF5, a fill value not declared", 65, "a.h5", hdf5(u=numpy.where(U > 2.5, 1e30, U)), "write NaN"),
    ("HDF5, scale_factor is text", 65, "a.h5", hdf5(u=with_attributes(scale_factor="a tenth")), "scale_factor"),
    ("HDF5, scale_factor of three", 65, "a.h5", hdf5(u=with_attributes(scale_factor=numpy.ones(3))), "scale_factor"),
    ("HDF5, scale_factor 0", 65, "a.h5", hdf5(u=with_attributes(scale_factor=0.0)), "a.h5"),
    ("HDF5, scale_factor NaN", 65, "a.h5", hdf5(u=with_attributes(scale_factor=numpy.nan)), "a.h5"),
    ("HDF5, add_offset infinite", 65, "a.h5", hdf5(u=with_attributes(add_offset=numpy.inf)), "a.h5"),
    ("HDF5, valid_range of three", 65, "a.h5", hdf5(u=with_attributes(valid_range=numpy.arange(3.0))), "valid_range"),
    ("HDF5, every value a _FillValue", 65, "a.h5", hdf5(u=with_attributes(numpy.full((NY, NX), -9.0), _FillValue=-9.0)), "nothing was observed"),
    ("NetCDF, cut in its head", 65, "a.nc", cut(netcdf(AXES, F4), 60), "a.nc"),
    ("NetCDF, cut in its values", 65, "a.nc", cut(netcdf(AXES, F4), -200), "a.nc"),
    ("NetCDF, junk behind its name", 65, "a.nc", content(b"CDF\x01" + bytes([255] * 300)), "a.nc"),
    ("NetCDF, wrong names of dimensions", 65, "a.nc", netcdf({"x": NY, "y": NX}, F4), "(x: 12, y: 10)"),
    ("NetCDF, dimensions of another grid", 65, "a.nc", netcdf({"time": 3, "y": NY, "x": NX}, F4[None].repeat(3, 0)), "at = { time = 0 }"),
    ("NetCDF, all of it outside valid_range", 65, "a.nc", netcdf(AXES, F4, {"valid_range": numpy.float64([90, 99])}), "nothing was observed"),
    ("NetCDF, no such variable", 66, "a.nc", lambda path: formats.netcdf(path, AXES, {"ux": (list(AXES), F4, {})}), 'did you mean "ux"'),
    (".npy, cut", 65, "a.npy", cut(save(U), -10), "truncated"),
    (".npy, cut in its head", 65, "a.npy", cut(save(U), 20), "truncated"),
    (".npy, zeros for a head", 65, "a.npy", cut(save(U), 12, 120), "header"),
    (".npy, pickled", 65, "a.npy", save(numpy.array([{}, None], dtype=object), allow_pickle=True), "pickle"),
    (".npy, texts", 65, "a.npy", save(numpy.array([["a"] * NX] * NY)), "texts"),
    (".npy, turned", 65, "a.npy", save(U.T), 'order = ["x", "y"]'),
    (".npz, half of it", 65, "a.npz", cut(lambda path: numpy.savez(path, u=U), 300), "zip directory"),
    (".npz, no such array", 66, "a.npz", lambda path: numpy.savez(path, v=U, w=U), '"v"'),
    ("TIFF, truncated", 65, "a.tif", cut(tiff([F4]), -60), "truncated"),
    ("TIFF, its head alone", 65, "a.tif", cut(tiff([F4]), 20), "truncated"),
    ("TIFF, junk", 65, "a.tif", content(b"II*\0" + bytes([7] * 400)), "a.tif"),
    ("TIFF, pixels of size zero", 65, "a.tif", tiff([F4], size=(0, NX)), "damaged"),
    ("TIFF, 12 bits", 65, "a.tif", tiff([F4], bits=12), "12 bits"),
    ("TIFF, indexed colours", 65, "a.tif", tiff([F4.astype("u1")], photometric=3), "indexed colours"),
    ("TIFF, pages of two sizes", 65, "a.tif", tiff([F4, F4[:5]]), "page 1"),
    ("TIFF, more rows than there are", 65, "a.tif", tiff([F4[:5]], size=(NY, NX)), "truncated"),
    ("TIFF, a stack for a plane", 65, "a.tif", tiff([F4, F4, F4]), "fix what is too much"),
    ("NIfTI, truncated", 65, "a.nii", cut(nifti(F4), -8), "truncated"),
    ("NIfTI, its head alone", 65, "a.nii", cut(nifti(F4), 200), "not a NIfTI file"),
    ("NIfTI, colours", 65, "a.nii", nifti(F4, datatype=128), "RGB"),
    ("NIfTI, negative size", 65, "a.nii", patched(nifti(F4), 42, struct.pack("<h", -5)), "a.nii"),
    ("CSV, no rows", 65, "a.csv", content("u\n"), "no row"),
    ("CSV, ragged", 65, "a.csv", content("1,2,3\n4,5\n"), "line 2"),
    ("CSV, a word", 65, "a.csv", content("1,2\n3,four\n"), "line 2"),
    ("CSV, decimal commas", 65, "a.csv", content("1.5;2.5\n1,5;2,5\n"), "line 2"),
    ("CSV, zero bytes", 65, "a.csv", content(b"1,2\n\0\0,3\n"), "no text"),
    ("a directory", 65, "a.h5", lambda path: path.mkdir(), "directory"),
    ("HDF5, a virtual dataset", 65, "a.h5", hdf5(u=virtual), "copy them into a plain one"),
    ("HDF5, a damaged chunk", 65, "a.h5", damaged_chunk, "checksum"),
    ("HDF5, by a filter that is not here", 65, "a.h5", hdf5(u=lambda f, n: f.create_dataset(n, data=U, chunks=(5, 3), compression="lzf")), "h5repack"),
    ("HDF5, sequences", 65, "a.h5", hdf5(u=lambda f, n: f.create_dataset(n, (NY, NX), dtype=h5py.vlen_dtype("f8"))), "varying length"),
    ("TIFF, a tile cut", 65, "a.tif", lambda path: formats.tiled(path, F4, cut=200), "truncated"),
    ("HDF5, records", 65, "a.h5", hdf5(u=numpy.zeros((NY, NX), dtype=[("value", "f8"), ("sigma", "f8")])), "u"),
    (".npy, records in Fortran order", 65, "a.npy", save(numpy.asfortranarray(numpy.zeros((NY, NX), dtype=[("value", "f8"), ("sigma", "f8")]))), "a.npy"),
    (".npy, complex in Fortran order", 65, "a.npy", save(numpy.asfortranarray(U + 1j)), "complex"),
    (".npy, Fortran order, cut", 65, "a.npy", cut(save(numpy.asfortranarray(U)), -8), "truncated"),
    ("TIFF, pages of two types", 65, "a.tif", tiff([F4, F4.astype("u1")]), "page 1"),
    ("TIFF, pages turned", 65, "a.tif", tiff([F4, F4.T]), "page 1"),
    ("NIfTI, gzip cut", 65, "a.nii.gz", cut(nifti(F4, packed=True), -40), "cannot be read to its end"),
    ("NetCDF, packed, every value the default fill", 65, "a.nc", netcdf(AXES, numpy.full((NY, NX), -32767, "i2"), {"scale_factor": 0.01}), "nothing was observed"),
    ("CSV, decimal commas throughout", 65, "a.csv", content("1,5;2,5\n1,5;2,5\n"), "decimal"),
    ("CSV, in UTF-16", 65, "a.csv", content("1,2\n3,4\n".encode("utf-16")), "a.csv"),
    ("CSV, gzip by another name", 65, "a.csv", content(gzip.compress(b"1,2\n3,4\n" * 50)), "gzip"),
]
TABLES = [
    ("no bytes", POINTS, content(""), ""),
    ("a header alone", POINTS, content("y,x,u\n"), "no rows"),
    ("a wrong column", POINTS, content("y,x,w\n0.5,0.5,1\n"), "u"),
    ("a column twice", POINTS, content("y,y,x,u\n0.5,0.5,0.5,1\n"), "y"),
    ("a column too few", POINTS, spoilt({3: "0.5,0.5"}), "line 5"),
    ("a word", POINTS, spoilt({3: "west,0.5,1"}), "line 5"),
    ("a NaN coordinate", POINTS, spoilt({3: "nan,0.5,1"}), "not finite"),
    ("an infinite coordinate", POINTS, spoilt({3: "0.5,inf,1"}), "not finite"),
    ("a place outside", POINTS, spoilt({3: "0.5,1.5,1"}), "row 4: y = 0.5, x = 1.5"),
    ("a place twice", POINTS, spoilt({3: "0.000,0.000,1"}), "row 4"),
    ("an infinite value", POINTS, spoilt({3: "0.51,0.52,inf"}), "row 4"),
    ("nothing observed", POINTS, content("y,x,u\n0.1,0.1,nan\n0.2,0.2,\n"), "nothing was observed"),
    ("deviations that are negative", POINTS.replace("noise = 0.01", 'columns = { sigma = "s" }'), content("y,x,u,s\n0.1,0.1,1,0.1\n0.2,0.3,1,-0.1\n"), "row 2"),
    ("counts that are none", POINTS.replace("0.01", '"poisson"'), spoilt({}), "no counts"),
    ("thousands in quotes", POINTS, content('y,x,u\n0.1,0.1,"1,234.5"\n0.2,0.2,1\n'), "line 2, column u"),
    ("a line end in quotes", POINTS, content('site,y,x,u\n"Well\nA",0.1,0.1,1\n"B",0.2,0.2,1\n'), "line 2"),
    ("decimal commas", POINTS, content("y;x;u\n0,5;0,5;1,0\n0,6;0,5;1,1\n"), "decimal"),
    ("decimal commas between commas", POINTS, content("y,x,u\n0,5,0,5,1,0\n0,6,0,5,1,1\n"), "line 2"),
    ("a column twice, once in capitals", POINTS, content("y,x,u,u\n0.5,0.5,1,2\n0.6,0.5,1,2\n"), "u"),
    ("gzip by another name", POINTS, content(gzip.compress(b"y,x,u\n0.5,0.5,1\n" * 20)), "gzip"),
    ("a wrong column, in HDF5 records", POINTS, hdf5(u=numpy.zeros(5, dtype=[("y", "f8"), ("x", "f8")])), "a.csv"),
    ("a sensor outside in time", IN_TIME, content("t,x,u\n0.1,0.1,1\n7.5,0.1,2\n"), "row 2: t = 7.5, x = 0.1"),
    ("an uncertainty in another unit", PLACES + '\ncolumns = { sigma = "s" }', content("y,x,s\n0.1,0.2,20\n0.2,0.3,25\n"), "scale = { sigma"),
    ("localisations with NaN", PLACES, content("y,x\n0.1,nan\n0.2,0.3\n"), "not finite"),
    ("localisations elsewhere", PLACES, content("y,x\n5,5\n6,7\n"), "grid"),
    ("localisations, a wrong column", PLACES, content("y,w\n0.5,0.6\n"), "x"),
]


def coordinates(y, x=numpy.arange(NX) / 10.0):
    return hdf5(u=U, y=y, x=x)


RISING = numpy.arange(NY) / 10.0
BESIDE = [  # files beside good data: coordinates, masks, noise
    ("coordinates that are NaN", "coordinates", coordinates(numpy.where(RISING > 0.45, numpy.nan, RISING)), 65, "missing or not finite"),
    ("coordinates that repeat", "coordinates", coordinates(numpy.maximum(RISING, 0.3)), 65, "must increase strictly"),
    ("coordinates that turn back", "coordinates", coordinates(numpy.abs(RISING - 0.5)), 65, "must increase strictly"),
    ("coordinates in a table", "coordinates", coordinates(numpy.outer(RISING, RISING)), 65, "one axis is wanted"),
    ("coordinates that are text", "coordinates", coordinates(numpy.full(NY, b"a")), 65, "y"),
    ("more coordinates than data", "coordinates", coordinates(numpy.arange(NY + 1) / 10.0), 65, "has shape"),
    ("a mask without a point", "mask", hdf5(u=U, extra=numpy.zeros((NY, NX))), 65, "mask"),
    ("a mask of NaN", "mask", hdf5(u=U, extra=NAN), 65, "mask"),
    ("a mask of another shape", "mask", hdf5(u=U, extra=numpy.ones((NX, NY))), 65, "has shape"),
    ("a mask that is not there", "mask", hdf5(u=U), 66, "extra"),
    ("a mask where nothing was observed", "mask", hdf5(u=numpy.where(U > 2, U, numpy.nan), extra=(U <= 2).astype(float)), 65, "nothing was observed"),
    ("deviations of 0", "noise", hdf5(u=U, extra=numpy.zeros((NY, NX))), 65, "must be positive"),
    ("deviations of NaN", "noise", hdf5(u=U, extra=NAN), 65, "must be positive"),
    ("deviations of another shape", "noise", hdf5(u=U, extra=numpy.ones(NY - 1)), 65, "has shape"),
]


def beside(what):
    lattice, observation = LATTICE, PLAIN.format(file="a.h5", dataset='dataset = "u"')
    if what == "coordinates":
        lattice = 'coordinates = { file = "a.h5", datasets = ["y", "x"] }'
    if what == "mask":
        lattice += '\nmask = { file = "a.h5", dataset = "extra" }'
    if what == "noise":
        observation = observation.replace("noise = 0.01", 'noise = { file = "a.h5", dataset = "extra" }')
    return GRID.format(lattice=lattice, observation=observation)


def all_cases():
    """label, code, file, what makes it, deck, what must be said."""
    for label, code, file, make, said in GRIDS:
        nameless = file.endswith((".npy", ".tif", ".nii", ".nii.gz", ".csv"))
        deck = GRID.format(lattice=LATTICE, observation=PLAIN.format(file=file, dataset="" if nameless else 'dataset = "u"'))
        yield label, code, file, make, deck, said
    for label, observation, make, said in TABLES:
        deck = GRID.format(lattice=LATTICE, observation=observation.replace("{file}", "a.csv"))
        if observation == IN_TIME:
            deck = deck.replace('"y", "x"', '"t", "x"').replace("a*lap(u) + 1", "dt(u) - a*d(u, 'xx')")
        yield f"table, {label}", 66 if "column" in label and "wrong" in label else 65, "a.csv", make, deck, said
    for label, what, make, code, said in BESIDE:
        yield label, code, "a.h5", make, beside(what), said


def snapshot(directory):
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in directory.rglob("*")}


class Malformed(TestCase):
    def test_every_one(self):
        rows = []
        for number, (label, code, file, make, deck, said) in enumerate(all_cases()):
            directory = temporary()
            with self.subTest(label):
                (directory / "out").mkdir()
                (directory / "out/notes.txt").write_text("mine")
                (directory / "case.toml").write_text(deck)
                make(directory / file)
                before = snapshot(directory)
                outcome = run("invert", "case.toml", cwd=directory, ranks=2 if number % 4 == 1 else 1)
                rows.append((label, outcome.code, outcome.err.strip()))
                self.expect_error(code, outcome, said)
                self.assertEqual(len(outcome.lines()), 1, outcome.err)
                self.assertIn(file, outcome.err)
                self.assertEqual(snapshot(directory), before)
        if TALLY:
            for label, code, err in rows:
                print(f"{code}  {label}\n      {err}")
        print(f"{len(rows)} malformed files: {sum(code == 65 for _, code, _ in rows)} bad data (65), {sum(code == 66 for _, code, _ in rows)} missing (66)")
        self.assertGreaterEqual(len(rows), 60)


TALLY = "--tally" in sys.argv
if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "--tally"])
