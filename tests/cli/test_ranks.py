"""The number of ranks changes nothing: data to 1e-10, parameters to 1e-8."""
import shlex
import sys
import unittest

import h5py
import numpy

from program import INPUTS, LAUNCHER, PROGRAM, SOURCE, TestCase, run, temporary

sys.path.insert(0, str(SOURCE / "benchmarks"))
import ranks as table  # noqa: E402

TIGHT = ["inversion.tolerance=1e-12", "inversion.max_iterations=100", "inversion.method=equation-error", "uncertainty.samples=0"]


class Ranks(TestCase):
    def recover(self, deck, ranks, *overrides):
        """Runs forward and invert on each number of ranks, every inversion on its own data."""
        directory = temporary()
        data, parameters = {}, {}
        for n in ranks:
            place = [f"observations.u.file={directory}/{n}.h5", f"output.directory={directory}/{n}.out"]
            self.expect(0, run("forward", INPUTS / deck, *overrides, *place, ranks=n))
            self.expect(0, run("invert", INPUTS / deck, *overrides, *TIGHT, *place, ranks=n))
            with h5py.File(directory / f"{n}.h5") as file:
                data[n] = file["u"][()]
            with h5py.File(directory / f"{n}.out" / "result.h5") as file:
                parameters[n] = {name: values[()] for name, values in file["parameters"].items()}
        return data, parameters

    def expect_same(self, data, parameters):
        first = min(parameters)
        for n in parameters:
            if data:
                numpy.testing.assert_allclose(data[n], data[first], rtol=0, atol=1e-10 * abs(data[first]).max(), err_msg=f"{n} ranks")
            for name, values in parameters[n].items():
                reference = parameters[first][name]
                self.assertLess(abs(values - reference).max(), 1e-8 * abs(reference).max(), f"{name}, {n} ranks")

    def test_plate(self):
        fixed = ["grid.points=[33,40]", "mollifier.radius=8", "parameters.lambda.smoothness.weight=0.005", "forward.dropout=0.0"]
        self.expect_same(*self.recover("heat2d.toml", (1, 2, 3, 4), *fixed))

    def test_path_has_ranks_without_points(self):
        """The only axis is time, which is never cut: three of four ranks hold nothing."""
        fixed = ["grid.points=[201]", "mollifier.radius=20", "parameters.lambda.smoothness.weight=1e-4"]
        data, parameters = self.recover("langevin.toml", (1, 4), *fixed)
        self.expect_same(data, parameters)

    def test_constants_in_the_weak_form(self):
        fixed = ["grid.points=[41,61]", "mollifier.radius=10"]
        data, parameters = self.recover("constants.toml", (1, 3), *fixed)
        self.expect_same(data, parameters)

    def test_decks_as_shipped_but_small(self):
        """Everything chosen by the run, tolerances as they are by default, one file of data: benchmarks/ranks.py in short."""
        program = table.Program(PROGRAM, shlex.join(LAUNCHER))
        small = {"heat2d": ["grid.points=[32,32]"], "phase_field": ["grid.points=[32,32]", "grid.upper=[16,16]"],
                 "plate": ["grid.points=[24,24]"]}
        for deck, points in small.items():
            for method in table.METHODS:
                self.expect_row(program, deck, method, points)

    def test_counts_of_iterations_decide_nothing(self):
        """Averages fail at another step on other ranks; weights of the residual follow what the passes before have left."""
        program = table.Program(PROGRAM, shlex.join(LAUNCHER))
        self.expect_row(program, "reaction", "joint", ["grid.points=[41,24]"], (1, 3))
        self.expect_row(program, "heat3d", "equation-error", ["grid.points=[12,13,14]"], (1, 3))

    def test_a_small_domain_in_a_large_grid(self):
        """What lies far outside is held by next to nothing: rounding of its smoothness must not reach what is inside."""
        program = table.Program(PROGRAM, shlex.join(LAUNCHER))
        self.expect_row(program, "heat2d", "joint", ["grid.points=[32,34]", "grid.mask.value=0.14^2 - (x - 0.2)^2 - (y - 0.2)^2"], (1, 2))

    def test_standard_errors_of_profiles(self):
        """A profile stands on all ranks that share it, and counts once."""
        directory = temporary()
        fixed = ["grid.points=[101,9]", f"observations.u.file={directory}/data.h5", "uncertainty.samples=4", "inversion.method=joint"]
        self.expect(0, run("forward", INPUTS / "langevin_ensemble.toml", *fixed))
        found = {}
        for n in (1, 3):
            run("invert", INPUTS / "langevin_ensemble.toml", *fixed, f"output.directory={directory}/{n}.out", ranks=n)
            with h5py.File(directory / f"{n}.out" / "result.h5") as file:
                found[n] = {name: file["parameters"][name][()] for name in ("lambda", "lambda_std", "lambda_known")}
        self.expect_same({}, found)

    def test_constants_beside_ranks_without_points(self):
        """They share a constant with each other alone, and own none of its entries."""
        directory = temporary()
        fixed = ["grid.points=[31,48]", f"observations.u.file={directory}/data.h5", "uncertainty.samples=2"]
        deck = INPUTS / "constant_and_field.toml"
        self.expect(0, run("forward", deck, *fixed))
        found = {}
        for n, blocks in ((1, "[]"), (5, "[1,3]")):
            place = f"output.directory={directory}/{n}.out"
            self.expect(0, run("invert", deck, *fixed, f"grid.decomposition={blocks}", place, ranks=n))
            with h5py.File(directory / f"{n}.out" / "result.h5") as file:
                found[n] = {name: file["parameters"][name][()] for name in ("a", "r")}
        self.expect_same({}, found)

    def expect_row(self, program, deck, method, points, ranks=(1, 2, 3)):
        with self.subTest(deck=deck, method=method):
            row = table.row_of(program, INPUTS / f"{deck}.toml", method, ranks, points, temporary())
            self.assertNotIn("error", row)
            self.assertEqual(len(set(row["codes"])), 1, row)
            self.assertLess(max(row["differences"].values()), 1e-8, row)

    def test_radii_that_vary(self):
        """The map is that of the global grid, and so is what is found with it."""
        directory = temporary()
        common = [INPUTS / "front.toml", "grid.points=[64,68]", f"observations.u.file={directory}/data.h5"]
        self.expect(0, run("forward", *common))
        maps, parameters = [], {}
        for n in (1, 3):
            out = directory / f"{n}.out"
            self.expect(0, run("invert", *common, *TIGHT, "parameters.lambda.smoothness.weight=1e-3", f"output.directory={out}", ranks=n))
            with h5py.File(out / "result.h5") as file:
                maps.append(file["/mollifier/radius_x"][()])
                parameters[n] = {"lambda": file["/parameters/lambda"][()]}
        self.assertGreater(maps[0].max(), 1.5 * maps[0].min())
        numpy.testing.assert_array_equal(maps[0], maps[1])
        self.expect_same({}, parameters)

    def test_automatic_choices(self):
        """Radii and weights are searched for: the same ones are found."""
        directory = temporary()
        common = [INPUTS / "heat2d.toml", "grid.points=[40,40]", f"observations.u.file={directory}/data.h5"]
        self.expect(0, run("forward", *common))
        chosen = []
        for n in (1, 3):
            self.expect(0, run("invert", *common, f"output.directory={directory}/out", ranks=n))
            text = (directory / "out" / "deck.toml").read_text()
            chosen.append([line for line in text.splitlines() if line.startswith("radius")])
        self.assertEqual(chosen[0], chosen[1])


if __name__ == "__main__":
    unittest.main()
