"""Held-out observations: kept from the fit, predicted by it, and used to rank equations."""
import json
import os
import subprocess
import sys
import unittest

from program import INPUTS, SOURCE, TestCase, redirected, run, summary_of, temporary

DECK = INPUTS / "constants.toml"
QUICK = ["grid.points=[81,101]", "uncertainty.samples=0"]
WITHOUT_DECAY = ["equation.residual=dt(u) - D*dx(dx(u)) + 0*k + k*dx(u)"]


class HoldOut(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = temporary()
        assert run("forward", DECK, *QUICK, *redirected(cls.place, "u")).code == 0

    def invert(self, name, *overrides, ranks=1, code=0):
        where = [f"output.directory={self.place}/{name}", f"observations.u.file={self.place}/data.h5"]
        outcome = self.expect(code, run("invert", DECK, *QUICK, *where, *overrides, ranks=ranks))
        return outcome, (summary_of(self.place / name) if code in (0, 2) else None)

    def test_the_right_equation_predicts_to_the_noise(self):
        outcome, summary = self.invert("right", "validation.hold_out=0.1")
        self.assertIn("held out: ", outcome.out)
        held = summary["validation"]
        self.assertEqual(held["of"], "residuals")
        self.assertGreater(held["points"], 100)
        self.assertLess(abs(held["misfit"] - 1), 0.35)

    def test_a_wrong_equation_is_ranked_behind_it(self):
        for name, overrides in (("a", []), ("b", WITHOUT_DECAY)):
            where = [f"output.directory={self.place}/{name}", f"observations.u.file={self.place}/data.h5"]
            outcome = run("invert", DECK, *QUICK, *where, "validation.hold_out=0.1", "mollifier.radius=12", *overrides)
            self.assertIn(outcome.code, (0, 2), outcome.err)
        done = subprocess.run([sys.executable, SOURCE / "tools" / "compare.py", "b", "a", "--json", "ranked.json"], cwd=self.place,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)   # the wrong one is not sound
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()], ["run", "a", "b"])
        ranked = json.loads((self.place / "ranked.json").read_text())
        self.assertGreater(ranked[1]["held-out misfit"], 2 * ranked[0]["held-out misfit"])
        self.assertEqual(done.stderr, "")

    def test_decks_are_run_and_ranked(self):
        decks = temporary()
        text = DECK.read_text()
        (decks / "right.toml").write_text(text)
        (decks / "wrong.toml").write_text(text.replace("k*u", "0*k + k*dx(u)"))
        done = run("compare", decks / "wrong.toml", decks / "right.toml", *QUICK, f"observations.u.file={self.place}/data.h5",
                   "mollifier.radius=12")
        self.assertEqual(done.code, 2, done.err)
        self.assertEqual([line.split()[0].rsplit("/", 1)[-1] for line in done.out.splitlines()[-2:]], ["right.compare", "wrong.compare"])
        self.assertEqual(run("compare").code, 64)
        self.assertEqual(run("compare", decks / "none.toml").code, 66)
        self.assertEqual(run("compare", decks / "right.toml", "mollifier.radios=1", f"observations.u.file={self.place}/data.h5").code, 64)
        self.refused(decks)

    def refused(self, decks):
        """What compare cannot read, and files that it must not write over."""
        (decks / "folder.toml").mkdir()
        os.mkfifo(decks / "pipe.toml")
        (decks / "list.out").mkdir()
        (decks / "list.out" / "summary.json").write_text("[]")
        for name in ("folder.toml", "pipe.toml"):
            self.assertIn(run("compare", decks / name).code, (65, 66))
        self.assertIn("is no summary", self.expect(65, run("compare", decks / "list.out")).err)
        self.expect(64, run("compare", decks / "right.toml", "--ranks", "0"))
        mine = (decks / "right.toml").read_text()
        self.assertIn("name another", self.expect(64, run("compare", decks / "right.compare", "--json", decks / "right.toml")).err)
        self.assertEqual((decks / "right.toml").read_text(), mine)
        self.expect(74, run("compare", decks / "right.compare", "--json", "/nowhere/at/all.json"))

    def test_the_same_on_two_ranks(self):
        values = [self.invert(f"ranks{n}", "validation.hold_out=0.1", "validation.seed=5",
                              "mollifier.radius=7", "inversion.tolerance=1e-12", ranks=n)[1]["validation"] for n in (1, 2)]
        self.assertEqual(values[0]["points"], values[1]["points"])
        self.assertAlmostEqual(values[0]["misfit"], values[1]["misfit"], delta=1e-7)

    def test_states_are_predicted_where_they_are_fitted(self):
        heat, place = INPUTS / "heat2d.toml", temporary()
        small = ["grid.points=[40,40]", "uncertainty.samples=0", *redirected(place, "u")]
        self.expect(0, run("forward", heat, *small))
        outcome = run("invert", heat, *small, "validation.hold_out=0.1", "validation.what=points", "inversion.method=joint")
        self.assertIn(outcome.code, (0, 2), outcome.err)
        held = summary_of(place / "out")["validation"]
        self.assertEqual(held["of"], "states")
        self.assertGreater(held["points"], 100)
        self.assertLess(abs(held["misfit"] - 1), 0.25)

    def test_nothing_is_said_of_nothing(self):
        outcome, summary = self.invert("whole")
        self.assertNotIn("validation", summary)
        self.assertNotIn("held out", outcome.out)

    def test_mistakes(self):
        self.expect_error(64, run("check", DECK, "validation.hold_out=1.5"), "hold_out")
        self.expect_error(64, run("check", DECK, "validation.what=rows"), "what", "blocks")
        self.expect_error(64, run("check", INPUTS / "heat2d.toml", "validation.what=frames"), "frames", "blocks")


if __name__ == "__main__":
    unittest.main()
