"""Files that are unusual and right: big endian, Fortran order, tiles, packed bytes, marks and line ends of other machines. Each is read as what
it means, on one rank or two."""
import unittest

import h5py
import numpy

import formats
from program import TestCase, run, temporary
from test_malformed import AXES, F4, GRID, LATTICE, NX, NY, PLAIN, POINTS, U, chunked, content, hdf5, netcdf, nifti, save

ROWS = [f"{y!r},{x!r},{u!r}" for y, row in zip((numpy.arange(NY) / 10.0).tolist(), U.tolist()) for x, u in zip((numpy.arange(NX) / 10.0).tolist(), row)]
PACKED = numpy.rint(1000.0 * U).astype("i2")
WELL = [  # unusual, and right: file, what makes it, part of the deck, how far values may be off
    ("a.npy", save(numpy.asfortranarray(U)), PLAIN, 0.0),
    ("a.npy", save(U.astype(">f8")), PLAIN, 0.0),
    ("a.npy", save(numpy.asfortranarray(U.astype(">f4"))), PLAIN, 1e-6),
    ("a.h5", hdf5(u=U.astype(">f8")), PLAIN, 0.0),
    ("a.nii", nifti(F4, order=">"), PLAIN, 1e-6),
    ("a.nc", netcdf(AXES, PACKED, {"scale_factor": 0.001}), PLAIN, 0.0006),
    ("a.csv", content("\r\n".join(",".join(map(repr, row)) for row in U.tolist()) + "\r\n"), PLAIN, 0.0),
    ("a.csv", content(b"\xef\xbb\xbf" + "\n".join(",".join(map(repr, row)) for row in U.tolist()).encode()), PLAIN, 0.0),
    ("a.csv", content("y,x,u\r\n" + "\r\n".join(ROWS) + "\r\n"), POINTS, 0.0),
    ("a.tif", lambda path: formats.tiled(path, U, order=">", packed=True), PLAIN, 0.0),
    ("a.tif", lambda path: formats.tiled(path, numpy.kron(F4, numpy.ones((3, 4), "f4"))), PLAIN + "\nbin = { y = 3, x = 4 }", 1e-6),
    ("a.h5", hdf5(u=chunked(_FillValue=numpy.nan)), PLAIN, 0.0),
    ("a.nc", netcdf(AXES, numpy.rint(80.0 * U).astype("u1").view("i1"), {"_Unsigned": "true", "_FillValue": numpy.int8([-1]), "scale_factor": 1 / 80}), PLAIN, 0.0063),
    ("a.csv", content(b"\xef\xbb\xbf" + ('"y, cm","x, cm","u (a,b)"\r\n' + "\r\n".join('"' + row.replace(",", '","') + '"' for row in ROWS)).encode()),
     POINTS + '\ncolumns = { y = "y, cm", x = "x, cm", value = "u (a,b)" }', 0.0),
    ("a.csv", content(b"\xef\xbb\xbfy,x,u\r\n" + "\r\n".join(ROWS).encode()), POINTS, 0.0),
]


class Well(TestCase):
    def test_every_one(self):
        for number, (file, make, observation, off) in enumerate(WELL):
            directory = temporary()
            with self.subTest(f"{number}: {file}"):
                make(directory / file)
                named = 'dataset = "u"' if file.endswith((".h5", ".nc")) else ""
                (directory / "case.toml").write_text(GRID.format(lattice=LATTICE, observation=observation.replace("{file}", file).replace("{dataset}", named)))
                outcome = run("invert", "case.toml", "uncertainty.samples=0", cwd=directory, ranks=1 + number % 2)
                self.assertIn(outcome.code, (0, 2), outcome.err)
                with h5py.File(directory / "out/result.h5") as result:
                    seen = result["observations/u/value" if observation.startswith(POINTS) else "observations/u"][...].reshape(-1)
                    if observation.startswith(POINTS):
                        seen = seen[numpy.lexsort((result["observations/u/x"][...], result["observations/u/y"][...]))]
                self.assertLessEqual(abs(seen - U.reshape(-1)).max(), off)


if __name__ == "__main__":
    unittest.main()
