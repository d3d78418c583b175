"""mollis scaling and mollis check --ranks: a study made, run and collected; what bad input gets."""
import csv
import json
import re
import shutil
import tomllib
import unittest

from program import INPUTS, TestCase, run, temporary

DECK = INPUTS / "heat2d.toml"
SMALL = ["grid.points=[16,17]", "forward.refine=1", "uncertainty.samples=0", "inversion.method=equation-error", "mollifier.radius=4",
         "parameters.lambda.smoothness.weight=0.005"]


class Scaling(TestCase):
    def test_weak_study_and_one_half_done(self):
        folder = temporary() / "study"
        done = run("scaling", DECK, *SMALL, "--mode", "weak", "--ranks", "1,2", "--repeats", 1, "--directory", folder)
        self.expect(0, done)
        with open(folder / "scaling.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["ranks"], row["points"]) for row in rows], [("1", "272"), ("2", "544")])
        self.assertEqual(float(rows[0]["efficiency"]), 1.0)
        self.assertGreater(float(rows[1]["s total"]), 0.0)
        self.assertIn("| 2 |", (folder / "scaling.md").read_text())
        self.assertTrue((folder / "scaling.png").read_bytes().startswith(b"\x89PNG"))
        self.assertFalse(list(folder.glob("ranks*/data.h5")) + list(folder.glob("ranks*/run*/result.*")))
        self.assertIn(" ranks on ", (folder / "ranks2" / "placement").read_text())
        self.predictions(folder)
        words = (folder / "ranks2" / "arguments").read_text()
        self.assertIn("grid.points=[32, 17]", words)
        self.assertIn(f"grid.upper=[{31 / 15!r}, 1.0]", words)   # the same spacing
        shutil.rmtree(folder / "ranks2" / "run1")
        self.assertIn("no results yet on 2 ranks", self.expect(0, run("scaling", "--collect", folder)).out)

    def predictions(self, folder):
        """The model of a study: for machines, and for a job of this deck."""
        told = self.expect(0, run("scaling", "--predict", folder)).out
        for words in ("| 1024^2 | 100000 |", "| 4096^2 | 100 |", "ARCHER2", "Frontier", "| 2 | 544 |", "| solve |", "half of the efficiency"):
            self.assertIn(words, told)
        self.assertEqual(told.strip(), (folder / "model.md").read_text().strip())
        large = [DECK, *SMALL[1:], "grid.points=[512,512]", "--ranks", 64]
        told = self.expect(0, run("check", *large, "--model", folder, "--machine", "archer2")).out
        for words in ("# time on 64 rank(s) of ARCHER2", "conjugate gradient iterations", "fitted to 2 run(s) of heat2d.toml", "# ask for --time="):
            self.assertIn(words, told)
        self.assertIn("unknown; the study is of method", self.expect(0, run("check", *large, "inversion.method=joint", "--model", folder)).out)
        self.expect_error(66, run("check", *large, "--model", folder / "none"), "is no study")
        self.expect_error(66, run("scaling", "--predict", folder, "--machine", "moon"), "tools/machines holds")

    def test_strong_study_is_the_deck(self):
        folder = temporary() / "study"
        self.expect(0, run("scaling", DECK, *SMALL, "--mode", "strong", "--ranks", "1,4", "--prepare", "--directory", folder))
        manifest = json.loads((folder / "manifest.json").read_text())
        self.assertEqual([point["ranks"] for point in manifest["points"]], [1, 4])
        self.assertIn("grid.points=[16,17]", (folder / "ranks4" / "arguments").read_text())
        jobs = (folder / "submit.sh").read_text()
        self.assertRegex(jobs, f"sbatch --parsable --ntasks=4 .*study.sh {folder}/ranks4")
        self.expect_error(65, run("scaling", "--collect", folder), "no run of the study has ended yet")

    def test_bad_input(self):
        empty = temporary()
        for code, words, text in ((64, [DECK, "--mode", "sideways", "--ranks", "1"], "sideways"), (64, [DECK, "--mode", "weak", "--ranks", "0"], "'0'"),
                                  (64, [DECK, "--mode", "weak", "--ranks", "4,2"], "increasing"), (64, [DECK, "--ranks", "1"], "--mode"),
                                  (64, [DECK, "--mode", "weak", "--ranks", "2,3"], "multiple"), (64, [DECK, "--mode", "weak", "--ranks", "1", "--axes", "q"], "q"),
                                  (65, ["--collect", empty], "is no study"), (66, ["--collect", empty / "none"], "is no study"),
                                  (66, [empty / "none.toml", "--mode", "weak", "--ranks", "1"], "no such deck")):
            self.expect_error(code, run("scaling", *words), text)


class Check(TestCase):
    def test_ranks_and_memory(self):
        told = self.expect(0, run("check", DECK, "--ranks", 6, "--memory-per-rank", "70M")).out
        self.assertIn("# on 6 rank(s) as 3 x 2: at most 2752 points a rank", told)
        self.assertIn("sbatch --ntasks=6", told)
        self.assertIn("# hours: unknown without a scaling study", told)
        self.assertIn("# 73 MB a rank: ", told)
        self.assertIn("# no number of ranks fits", self.expect(0, run("check", DECK, "--memory-per-rank", "10M")).out)

    def test_the_memory_told_is_the_memory_taken(self):
        folder = temporary()
        deck = [DECK, "grid.points=[128,128]", "forward.refine=1", f"observations.u.file={folder}/u.h5"]
        libraries = float(re.search(r"resident memory +([0-9.]+) MB", self.expect(0, run("info")).out)[1])
        self.expect(0, run("forward", *deck))
        for method in ("joint", "equation-error"):
            chosen = [*deck, f"inversion.method={method}", "mollifier.radius=8"][:None if method == "equation-error" else -1]
            told = float(re.search(r"([0-9.]+) MB a rank", self.expect(0, run("check", *chosen)).out)[1])
            done = run("invert", *chosen, f"output.directory={folder}/{method}")
            self.assertIn(done.code, (0, 2), done.err)
            taken = json.loads((folder / method / "summary.json").read_text())["memory"]["peak_rss_bytes_max"] / 1e6 - libraries
            self.assertLess(abs(told / taken - 1.0), 0.2, f"{method}: {told} MB told, {taken} MB taken")

    def test_machine_measured(self):
        """A table that models read; nothing is left behind."""
        place = temporary()
        table = tomllib.loads(self.expect(0, run("info", "--measure", ranks=2, cwd=place)).out)
        self.assertEqual(list(place.iterdir()), [])
        self.assertEqual(table["ranks_per_node"], 2)
        self.assertTrue({"name", "sources", "band"} < set(table))
        for name in ("memory_bandwidth", "flops", "network_bandwidth", "latency", "file_bandwidth", "file_bandwidth_node"):
            self.assertGreater(table[name], 0.0, name)
        self.assertLess(table["latency"], 1.0)

    def test_bad_numbers(self):
        for words in (["--ranks", "0"], ["--ranks", "many"], ["--memory-per-rank", "4X"], ["--memory-per-rank", "-4G"]):
            self.assertEqual(run("check", DECK, *words).code, 64, words)


if __name__ == "__main__":
    unittest.main()
