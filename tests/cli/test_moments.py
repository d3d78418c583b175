"""tools/moments.py: trajectories of known drift and diffusivity become data that give both back."""
import subprocess
import sys
import unittest

import h5py
import numpy

from program import SOURCE, TestCase, run, summary_of, temporary

FRAME, SUBSTEPS = 0.01, 10

DECK = """
[grid]
axes = ["x"]
coordinates = { file = "moments.h5", datasets = ["x"], period = { x = 6.283185307179586 } }
[observations.v]
file = "moments.h5"
dataset = "drift_x"
noise = { file = "moments.h5", dataset = "drift_x_sigma" }
[observations.q]
file = "moments.h5"
dataset = "diffusivity"
noise = { file = "moments.h5", dataset = "diffusivity_sigma" }
[parameters.F]
over = ["x"]
truth = { value = "0.8 + 0.9*sin(x)" }
[parameters.D]
over = ["x"]
truth = { value = "0.05*(1 + 0.4*cos(x))" }
[equation]
residuals = ["v - F", "q - D"]
"""


def tool(*arguments):
    return subprocess.run([sys.executable, SOURCE / "tools" / "moments.py", *map(str, arguments)], capture_output=True, text=True)


def around_a_ring(walkers, frames, random):
    """dx = F dt + sqrt(2 D) dW in Ito's sense, in steps of a tenth of a frame; [walker, frame]."""
    x = random.uniform(0, 2 * numpy.pi, walkers)
    path = [x]
    step = FRAME / SUBSTEPS
    for _ in range(frames - 1):
        for _ in range(SUBSTEPS):
            spread = 0.05 * (1 + 0.4 * numpy.cos(x))
            x = x + (0.8 + 0.9 * numpy.sin(x)) * step + numpy.sqrt(2 * spread * step) * random.standard_normal(walkers)
        path.append(x)
    return numpy.array(path).T


class Moments(TestCase):
    def setUp(self):
        self.directory = temporary()

    def make(self, *arguments):
        done = tool(self.directory / "paths.h5", "-o", self.directory / "moments.h5", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_drift_and_diffusivity_of_a_ring(self):
        random = numpy.random.default_rng(7)
        with h5py.File(self.directory / "paths.h5", "w") as file:
            file["x"], file["t"] = around_a_ring(400, 400, random), FRAME * numpy.arange(400)
        self.make("--axes", "x", "--period", f"x={2 * numpy.pi}", "--cell", 0.1, "--localisation", 0)
        (self.directory / "case.toml").write_text(DECK)
        outcome = run("invert", self.directory / "case.toml")
        self.expect(0, outcome)
        summary = summary_of(self.directory / "case.out")
        for name, error in (("F", 0.05), ("D", 0.02)):
            truth = summary["parameters"][name]["truth"]
            self.assertLess(truth["relative_l2"], error, name)
            self.assertGreater(truth["coverage95"], 0.8, name)

    def test_errors_of_positions_are_no_diffusion(self):
        """In two dimensions, short tracks with errors of 0.05 and a missing frame now and then."""
        random = numpy.random.default_rng(8)
        tracks, frames = 20000, 5
        steps = numpy.sqrt(2 * FRAME) * random.standard_normal((2, tracks, frames))
        y, x = (random.uniform(0, 3, (tracks, 1)) + numpy.cumsum(s, axis=1) + 0.05 * random.standard_normal((tracks, frames)) for s in steps)
        seen = random.random((tracks, frames)) < 0.9
        frame = numpy.broadcast_to(numpy.arange(frames), (tracks, frames))
        track = numpy.broadcast_to(numpy.arange(tracks)[:, None], (tracks, frames))
        shuffled = random.permutation(seen.sum())
        with h5py.File(self.directory / "paths.h5", "w") as file:
            for name, values in (("y", y), ("x", x), ("time", FRAME * frame), ("track", track)):
                file[name] = values[seen][shuffled]
        said = self.make("--axes", "y", "x", "--columns", "t=time", "trajectory=track", "--cell", 0.5)
        position = float(said.split("deviation of a position ")[1].split(",")[0])
        self.assertAlmostEqual(position, 0.05, delta=0.002)
        with h5py.File(self.directory / "moments.h5") as file:
            count, found, sigma = (file[name][...] for name in ("count", "diffusivity", "diffusivity_sigma"))
            drift, drift_sigma = file["drift_x"][...], file["drift_x_sigma"][...]
        inside = count > 500
        self.assertGreater(inside.sum(), 20)
        for off in ((found - 1.0) / sigma, drift / drift_sigma):
            # Positions with errors lie beside their cell at the rim; inside, cells scatter as their deviations say.
            self.assertLess(abs(off[inside].mean()), 4 / numpy.sqrt(inside.sum()) + 0.5)
            self.assertLess(off[inside].std(), 1.5)
            self.assertGreater(off[inside].std(), 0.6)

    def test_positions_written_twice(self):
        """A detector that holds its last reading in one place: its cell is named, and no other."""
        random = numpy.random.default_rng(9)
        x = around_a_ring(400, 200, random)
        held = (numpy.mod(x, 2 * numpy.pi) > 2.0) & (numpy.mod(x, 2 * numpy.pi) < 2.1) & (random.random(x.shape) < 0.5)
        for frame in range(1, x.shape[1]):
            x[held[:, frame], frame] = x[held[:, frame], frame - 1]
        with h5py.File(self.directory / "paths.h5", "w") as file:
            file["x"], file["t"] = x, FRAME * numpy.arange(x.shape[1])
        done = tool(self.directory / "paths.h5", "-o", self.directory / "moments.h5", "--axes", "x", "--period", f"x={2 * numpy.pi}", "--cell", 0.1, "--localisation", 0)
        self.assertEqual(done.returncode, 0, done.stderr)
        named = [float(line.split("x = ")[1].split(":")[0]) for line in done.stderr.splitlines()]
        self.assertTrue(named and all(1.9 < at < 2.2 for at in named), done.stderr)

    def test_faults(self):
        with h5py.File(self.directory / "paths.h5", "w") as file:
            file["x"] = numpy.zeros((2, 5))
            file["t"] = numpy.zeros(5)
        for code, said, arguments in ((66, "no dataset 'y'", ["--axes", "y", "x"]), (65, "at one time", ["--axes", "x"]),
                                      (64, "NAME=VALUE", ["--axes", "x", "--columns", "t"])):
            done = tool(self.directory / "paths.h5", *arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
