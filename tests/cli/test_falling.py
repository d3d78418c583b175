"""Axes that fall in their files: read turned round, fitted as if they rose, written as they came."""
import signal
import subprocess
import unittest

import h5py
import numpy

from program import LAUNCHER, PROGRAM, TestCase, quiet_environment, run, temporary

try:
    import scipy.io
except ModuleNotFoundError:
    scipy = None

DECK = """[grid]
axes = ["y", "x"]
coordinates = {{ file = "{file}", datasets = ["y", "x"] }}
[observations.u]
file = "{file}"
dataset = "u"
noise = 0.001
[fields.m]
file = "{file}"
dataset = "m"
[parameters.lambda]
over = ["y", "x"]
smoothness = {{ order = 1, weight = 10.0 }}
[equation]
residual = "lambda*lap(u) + m + 0*dy(u)"
[inversion]
method = "equation-error"
reweight = 1
[mollifier]
radius = 4
"""
NY, NX = 20, 25


def fields():
    y, x = numpy.linspace(0.5, 1.7, NY)[:, None], numpy.linspace(-1, 1, NX)[None, :]
    u = numpy.sin(y) * numpy.cos(x) + 0.3 * y**2
    noise = 0.001 * numpy.random.default_rng(3).standard_normal(u.shape)
    return y[:, 0], x[0], u + noise, 1.5 * (1 + 0.2 * x + 0.1 * y) * (2 * numpy.sin(y) * numpy.cos(x) - 0.6)


def write_hdf5(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[name] = values


def write_netcdf(path, y, x, u, m):
    with scipy.io.netcdf_file(str(path), "w") as file:
        for name, values in (("y", y), ("x", x)):
            file.createDimension(name, len(values))
            file.createVariable(name, "d", (name,))[:] = values
        for name, values in (("u", u), ("m", m)):
            file.createVariable(name, "d", ("y", "x"))[:] = values


class Falling(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        y, x, u, m = fields()
        write_hdf5(cls.directory / "rising.h5", y=y, x=x, u=u, m=m)
        write_hdf5(cls.directory / "both.h5", y=y[::-1], x=x[::-1], u=u[::-1, ::-1], m=m[::-1, ::-1])
        write_hdf5(cls.directory / "falling.h5", y=y[::-1], x=x, u=u[::-1], m=m[::-1])
        if scipy:
            write_netcdf(cls.directory / "falling.nc", y[::-1], x, u[::-1], m[::-1])
        cls.want = cls.fit("rising.h5")

    @classmethod
    def fit(cls, file, *overrides, ranks=1, command="invert"):
        deck = cls.directory / "case.toml"
        deck.write_text(DECK.format(file=file))
        out = cls.directory / f"{file}.{ranks}.{command}.{len(overrides)}.out"
        outcome = run(command, deck, f"output.directory={out}", *overrides, ranks=ranks)
        assert outcome.code in (0, 2), outcome.err
        found = {}
        with h5py.File(out / "result.h5") as result:
            result.visititems(lambda name, item: found.update({name: item[...]}) if hasattr(item, "shape") else None)
        return found

    def expect_same(self, found, axes):
        """All fields are those of the rising run, turned round along these axes."""
        compared = 0
        for name, values in self.want.items():
            if name.startswith("coordinates/"):
                numpy.testing.assert_array_equal(found[name], values[::-1] if name[-1] in axes else values)
            elif values.shape == (NY, NX):
                turned = values[tuple(slice(None, None, -1) if a in axes else slice(None) for a in "yx")]
                numpy.testing.assert_allclose(found[name], turned, rtol=1e-6, atol=1e-9 * numpy.nanmax(numpy.abs(values)), err_msg=name)
                compared += 1
        self.assertGreaterEqual(compared, 6)

    def test_hdf5(self):
        for ranks in (1, 2):
            self.expect_same(self.fit("falling.h5", ranks=ranks), "y")
            self.expect_same(self.fit("both.h5", ranks=ranks), "yx")

    @unittest.skipUnless(scipy, "no scipy to write NetCDF")
    def test_netcdf(self):
        for ranks in (1, 2):
            self.expect_same(self.fit("falling.nc", ranks=ranks), "y")

    def test_crop_and_bin(self):
        """Parts are of the file, as it stands there."""
        y, x, u, m = fields()
        write_hdf5(self.directory / "longer.h5", y=numpy.concatenate([y[::-1], [0.4, 0.3]]), x=x,
                   u=numpy.concatenate([u[::-1], numpy.full((2, NX), 99.0)]), m=numpy.concatenate([m[::-1], numpy.full((2, NX), 99.0)]))
        crop = f"crop={{ y = [0, {NY}] }}"
        self.expect_same(self.fit("longer.h5", *(f"{key}.{crop}" for key in ("grid.coordinates", "observations.u", "fields.m"))), "y")

    def test_mollify_and_forward_keep_the_order(self):
        found = self.fit("falling.h5", command="mollify", ranks=2)
        want = self.fit("rising.h5", command="mollify")
        numpy.testing.assert_allclose(found["state/u"], want["state/u"][::-1], rtol=1e-9)

    def test_checkpoint_and_restart(self):
        """A fit that is stopped and goes on gives the answer of one that is not; fields in checkpoints come back as they were."""
        deck = self.directory / "case.toml"
        deck.write_text(DECK.format(file="falling.h5"))
        out = self.directory / "kept.out"
        arguments = ["invert", deck, "inversion.method=joint", "uncertainty.samples=0"]
        command = [*LAUNCHER, "2", PROGRAM, *map(str, arguments), f"output.directory={out}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet_environment(2))
        for line in process.stdout:
            if line.split()[:1] == ["phase"]:
                process.send_signal(signal.SIGUSR1)
                break
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 75)
        self.assertIn(run(*arguments, f"output.directory={out}", "--restart").code, (0, 2))
        self.assertIn(run(*arguments, f"output.directory={out}2").code, (0, 2))
        with h5py.File(out / "result.h5") as one, h5py.File(f"{out}2/result.h5") as two:
            numpy.testing.assert_allclose(one["state/u"][...], two["state/u"][...], rtol=1e-6, atol=1e-6)

    def test_time_falls_not(self):
        y, x, u, m = fields()
        write_hdf5(self.directory / "time.h5", y=y[::-1], x=x, u=u[::-1], m=m[::-1])
        deck = self.directory / "time.toml"
        deck.write_text(DECK.format(file="time.h5").replace('axes = ["y", "x"]', 'axes = ["t", "x"]').replace('"lambda*lap(u) + m + 0*dy(u)"', '"lambda*lap(u) + m"')
                        .replace('over = ["y", "x"]', 'over = ["t", "x"]'))
        self.expect_error(65, run("invert", deck), "time.h5: y", "they decrease: turn them round")

    def test_new_takes_them(self):
        self.assertIn('datasets = ["y", "x"]', self.expect(0, run("new", self.directory / "falling.h5")).out)


if __name__ == "__main__":
    unittest.main()
