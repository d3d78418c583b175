"""The cost model of scaling studies: what it fits to seconds that it made itself, limits that are known, machines, a job's lines."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import scaling_model as model  # noqa: E402
import scaling_predict as prediction  # noqa: E402

MACHINE = {"name": "a machine", "sources": "made up", "ranks_per_node": 4, "memory_bandwidth": 1e11, "flops": 1e12, "network_bandwidth": 1e10,
           "latency": 2e-6, "file_bandwidth": 1e10, "file_bandwidth_node": 1e9}
NAMES = ["z", "y", "x"]
MANIFEST = {"deck": "a/heat3d.toml", "names": NAMES, "method": "joint", "mode": "weak"}
BYTES, FIXED, TIMES, START = 3000.0, 2e-4, 1.5, 0.02


def row(ranks, points, krylov):
    """Seconds of a run whose solver has these bytes and fixed seconds an iteration, whose files take TIMES their due and START more."""
    shape = model.Shape(NAMES, [points ** (1 / 3)] * 3, ranks)
    local = points / ranks
    solve = krylov * (BYTES * local * min(ranks, 4) / 1e11 + FIXED)
    solve += sum(model.network(MACHINE, shape, model.EXCHANGES["joint"], krylov).values())
    nodes = -(-ranks // 4)
    write = START + TIMES * 8 * model.FILES["write"] * points / min(1e10, nodes * 1e9)
    return {"ranks": ranks, "points": points, "krylov": krylov, "newton": 5, "s total": solve + write, "s solve": solve, "s write": write}


class Fit(unittest.TestCase):
    def fitted(self, *rows):
        return model.Model(MANIFEST, [row(*r) for r in rows], MACHINE)

    def test_recovers_what_made_the_seconds(self):
        m = self.fitted((1, 8000, 100), (2, 16000, 100), (4, 64000, 110), (8, 256000, 120))
        self.assertAlmostEqual(m.phases["solve"]["bytes"] / BYTES, 1.0, delta=1e-6)
        self.assertAlmostEqual(m.phases["solve"]["fixed"] / FIXED, 1.0, delta=1e-6)
        self.assertAlmostEqual(m.phases["write"]["bytes"] / TIMES, 1.0, delta=1e-6)
        self.assertAlmostEqual(m.phases["write"]["fixed"] / START, 1.0, delta=1e-6)
        self.assertLess(m.worst, 1.0 + 1e-6)
        self.assertGreater(m.growth, 0.05)

    def test_tells_its_error(self):
        rows = [row(1, 8000, 100), row(2, 16000, 100), row(4, 32000, 100)]
        rows[1]["s solve"] *= 3.0
        m = model.Model(MANIFEST, rows, MACHINE)
        self.assertGreater(m.worst, 1.3)
        low, likely, high = m.band(MACHINE, model.Shape(NAMES, [100] * 3, 8))
        self.assertAlmostEqual(likely / low, m.worst, delta=1e-9)
        self.assertGreaterEqual(high / likely, m.worst)
        self.assertIn("%", "\n".join(prediction.fitted(m)))

    def test_negative_parts_are_none(self):
        """Seconds that fall with the points: no bytes are fitted, rather than less than none."""
        rows = [row(1, 8000, 100), row(1, 64000, 100)]
        rows[1]["s solve"] = 0.5 * rows[0]["s solve"]
        phase = model.Model(MANIFEST, rows, MACHINE).phases["solve"]
        self.assertGreaterEqual(phase["bytes"], 0.0)
        self.assertGreaterEqual(phase["fixed"], 0.0)


class WorkAndFixed(unittest.TestCase):
    """Against seconds that are known: 3 kB and 4 operations a byte a point and iteration on ranks that share memory, not arithmetic."""

    MACHINE = {"name": "paper", "ranks_per_node": 4, "memory_bandwidth": 4e10, "flops": 8e10, "network_bandwidth": 1e30, "latency": 0.0,
               "file_bandwidth": 1e9, "file_bandwidth_node": 1e9}

    def model(self, mode, fixed):
        rows = []
        for ranks in (1, 2, 4):
            points, krylov = 1000**2 * (ranks if mode == "weak" else 1), 200
            a_byte = max(ranks / 4e10, 4.0 * 4 / 8e10)
            rows.append({"ranks": ranks, "points": points, "krylov": krylov, "s solve": krylov * (points / ranks * 3000 * a_byte + fixed),
                         "s total": 1.0})
        return model.Model({"names": ["y", "x"], "method": "joint", "deck": "deck.toml"}, rows, self.MACHINE)

    def test_weak_studies_do_not_take_work_for_fixed(self):
        m = self.model("weak", 0.0)
        self.assertAlmostEqual(m.phases["solve"]["fixed"], 0.0)
        cost = m.cost(self.MACHINE, model.Shape(["y", "x"], [10000, 10000], 4), 200)
        self.assertAlmostEqual(cost["solve"]["points"] / (200 * 1e8 / 4 * 3000 * 2e-10), 1.0, 6)

    def test_strong_studies_tell_them_apart(self):
        m = self.model("strong", 0.1)
        self.assertAlmostEqual(m.phases["solve"]["fixed"], 0.1, 6)
        self.assertLess(m.worst, 1.0001)


class Costs(unittest.TestCase):
    def setUp(self):
        self.m = model.Model(MANIFEST, [row(1, 8000, 100), row(2, 16000, 100), row(4, 32000, 100)], MACHINE)

    def cost(self, size, ranks, machine=None):
        return prediction.sums(self.m.cost(machine or MACHINE, model.Shape(NAMES, [size] * 3, ranks), 100))

    def test_terms_follow_their_formulas(self):
        one, two = self.cost(1024, 4096), self.cost(1024, 8 * 4096)
        self.assertAlmostEqual(one["points"] / two["points"], 8.0, delta=1e-9)
        self.assertAlmostEqual(two["reductions"] / one["reductions"], 15 / 12, delta=1e-9)   # depth of the tree
        slow = self.cost(1024, 4096, dict(MACHINE, latency=1.0))   # latency alone
        self.assertAlmostEqual(slow["halo"], 100 * 2 * 2 * 3, delta=0.1)
        self.assertAlmostEqual(self.cost(1024, 1)["halo"], 0.0)
        broad = dict(MACHINE, latency=0.0)
        ratio = self.cost(1024, 4096, broad)["halo"] / self.cost(1024, 8 * 4096, broad)["halo"]
        self.assertAlmostEqual(ratio, 4.0, delta=1e-9)   # surface
        self.assertAlmostEqual(self.cost(1024, 4096)["files"], self.cost(1024, 8 * 4096)["files"], delta=1e-9)   # the file system's end

    def test_operations_count_where_memory_is_quick(self):
        weak = dict(MACHINE, flops=1e9)
        self.assertAlmostEqual(self.cost(512, 64, weak)["points"] / self.cost(512, 64)["points"], self.m.intensity * 100, delta=1e-6)

    def test_time_is_not_cut(self):
        space, film = model.Shape(NAMES, [64] * 3, 64), model.Shape(["t", "y", "x"], [64] * 3, 64)
        self.assertAlmostEqual(space.surface, 6 * 16**2)
        self.assertAlmostEqual(film.surface, 4 * 64 * 8)

    def test_films_keep_their_frames(self):
        film = model.Model(dict(MANIFEST, names=["t", "y", "x"], frames=8), [row(1, 8000, 100)], MACHINE)
        self.assertEqual(film.axes_of(1024), [8, 1024, 1024])
        self.assertEqual(prediction.label(film, 1024), "8 x 1024^2")
        self.assertAlmostEqual(film.even(8 * 100)[1], 10.0)
        self.assertEqual(prediction.label(self.m, 1024), "1024^3")

    def test_what_ends_the_scaling(self):
        ranks, phase, term = prediction.end_of(self.m, dict(MACHINE, latency=1e-2), 1024, 100)
        self.assertEqual((phase, term), ("solve", "transposes"))   # 2 sqrt(P) messages
        self.assertGreater(ranks, 100)
        _, phase, term = prediction.end_of(self.m, dict(MACHINE, file_bandwidth=1e6), 4096, 100)
        self.assertEqual((phase, term), ("write", "files"))

    def test_report(self):
        machines = [model.machine_of(name) for name in ("here", "archer2", "frontier")]
        text = prediction.report(self.m, machines, [1024, 4096], [100, 1000, 10000, 100000])
        for words in ("| 4096^3 | 100000 |", "ARCHER2", "Frontier", "half of the efficiency is gone at", "| solve |"):
            self.assertIn(words, text)
        for machine in machines:
            self.assertTrue(set(MACHINE) <= set(machine), machine["name"])

    def test_a_job(self):
        lines = prediction.of_job(self.m, MACHINE, NAMES, [512] * 3, "joint", 64)
        self.assertIn("iterations", lines[0])
        self.assertIn("--time=", lines[-1])
        self.assertIn("unknown", prediction.of_job(self.m, MACHINE, NAMES, [512] * 3, "equation-error", 64)[0])
        self.assertIn("unknown", prediction.of_job(self.m, MACHINE, ["y", "x"], [512] * 2, "joint", 64)[0])


if __name__ == "__main__":
    unittest.main()
