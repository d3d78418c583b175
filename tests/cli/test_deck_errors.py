"""Faults of decks: one line each, all of them at once, nothing run and nothing written."""
import re
import unittest

import h5py
import numpy

from program import SOURCE, TestCase, run, temporary

INVALID = SOURCE / "tests" / "decks_invalid"
DECK = """[grid]
axes = ["y", "x"]
points = [24, 24]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "obs.h5"
dataset = "u"
[fields.m]
value = "{field}"
[parameters.a]
over = ["y", "x"]
truth = {{ value = "{truth}" }}
[equation]
residual = "{residual}"
let = {{ flux = "{let}" }}
[mollifier]
kernel = "{kernel}"
[forward]
source = "{source}"
"""
GOOD = dict(field="10", truth="1 + x", residual="dx(flux) + m", let="a*dx(u)", kernel="bump", source="m")


class DeckCase(TestCase):
    def setUp(self):
        self.directory = temporary()

    def deck(self, **texts):
        path = self.directory / "case.toml"
        path.write_text(DECK.format(**{**GOOD, **texts}))
        return path

    def expect_places(self, outcome, code, *places):
        """One problem at each LINE:COLUMN and section, in this order; nothing was written."""
        self.expect_error(code, outcome)
        first = [line for line in outcome.lines() if not line.startswith("  ")]
        found = [re.match(r".*/case\.toml:(\d+:\d+): \[(\S+)\] (\S+): \S", line) for line in first]
        self.assertTrue(all(found), outcome.err)
        self.assertEqual([f"{m[1]} {m[2]} {m[3]}" for m in found], list(places), outcome.err)
        self.assertEqual([p.name for p in self.directory.iterdir()], ["case.toml"])

    def expect_caret(self, outcome, text, under):
        lines = outcome.err.splitlines()
        shown = lines.index("  " + text)
        self.assertEqual(lines[shown + 1], "  " + " " * text.index(under) + "^")


class Expressions(DeckCase):
    def test_good_deck(self):
        self.expect(0, run("check", self.deck()))

    def test_residual(self):
        for ranks in (1, 2):
            outcome = run("invert", self.deck(residual="dx(flux) + n"), ranks=ranks)
            self.expect_places(outcome, 78, "15:24 equation residual")
            self.expect_caret(outcome, "dx(flux) + n", "n")
            self.assertIn("did you mean", outcome.err)

    def test_let(self):
        outcome = run("check", self.deck(let="a*dx(v)"))
        self.expect_places(outcome, 78, "16:22 equation let.flux")
        self.expect_caret(outcome, "a*dx(v)", "v")

    def test_field_and_truth(self):
        outcome = run("invert", self.deck(field="10 + sin(q)", truth="1 + 2*"))
        self.expect_places(outcome, 78, "10:19 fields.m value", "13:26 parameters.a truth.value")

    def test_forward(self):
        outcome = run("forward", self.deck(source="m*(1 + y"))
        self.expect_error(78, outcome, "case.toml:20:", "[forward] source: ")

    def test_residual_of_many_lines(self):
        path = self.deck()
        path.write_text(path.read_text().replace('"dx(flux) + m"', '"""\ndx(flux)\n  + mm"""'))
        self.expect_places(run("check", path), 78, "17:5 equation residual")

    def test_told_together_with_other_faults(self):
        outcome = run("invert", self.deck(kernel="bmup", field="sin(", residual="flux + k"))
        self.expect_places(outcome, 78, "10:14 fields.m value", "15:20 equation residual", "18:10 mollifier kernel")

    def test_not_told_where_names_are_unknown(self):
        path = self.deck()
        path.write_text(path.read_text().replace("[parameters.a]", "[parametrs.a]"))
        outcome = run("check", path)
        self.expect_error(78, outcome, "parametrs")
        self.assertNotIn("[equation]", outcome.err)


class Places(DeckCase):
    """Faults of defaults and overrides stand somewhere."""

    def test_of_a_default_is_its_section_or_the_deck(self):
        without = DECK.replace('[mollifier]\nkernel = "{kernel}"\n', "")
        for text, place in ((DECK, r"case\.toml:17:\d+: "), (without, r"case\.toml:\d+:\d+: ")):
            path = self.deck()
            path.write_text(text.format(**{**GOOD, "let": "a*d(u, \"xxxxx\")".replace('"', '\\"')}))
            outcome = self.expect_error(78, run("check", path, ranks=2))
            self.assertRegex(outcome.err, place + r"\[mollifier\] degree: axis x: ")
            self.assertEqual(outcome.err.count("axis x"), 1, outcome.err)
            self.assertNotIn(":0:0", outcome.err)

    def test_the_form_is_blamed_where_it_is_the_reason(self):
        path = self.deck()
        text = path.read_text()
        for old, new in (("let = {", 'form = "weak"\nlet = {'), ("lower = [0.0, 0.0]\nupper = [1.0, 1.0]\n", ""),
                         ("points = [24, 24]", 'coordinates = { file = "c.h5", datasets = ["y", "x"] }'),
                         ("a*dx(u)", "dx(u)"), ('"dx(flux)', '"a*dx(flux)')):
            self.assertIn(old, text)
            text = text.replace(old, new)
        path.write_text(text)
        with h5py.File(self.directory / "c.h5", "w") as file:
            file["y"] = file["x"] = numpy.linspace(0.0, 1.0, 24) ** 2
        outcome = self.expect_error(78, run("check", path), '[equation] form: axis y: ', 'use form = "strong"')
        self.assertNotIn("radius", outcome.err)

    def test_an_override_is_named(self):
        self.expect_error(64, run("check", self.deck(), "mollifier.radius=90"),
                          'override "mollifier.radius=90": [mollifier] radius: axis y')

    def test_a_megabyte_is_cut(self):
        long = "+".join(["a*lap(u)"] * 110000)
        outcome = self.expect_error(78, run("check", self.deck(residual=long + " + wrong")), "wrong")
        self.assertLess(max(map(len, outcome.err.splitlines())), 300)
        product = "*".join(f"sin({i + 1}*u)" for i in range(4000))
        self.expect_error(78, run("check", self.deck(residual=product)), "case.toml:15:", "too large")


class NothingInSilence(DeckCase):
    def test_a_parameter_that_no_residual_contains(self):
        for residual in ("lap(u) + m", "lap(u) + m + a - a"):
            outcome = run("invert", self.deck(residual=residual, let="dx(u)"), ranks=2)
            self.expect_error(78, outcome, "case.toml:11:", "[parameters.a]: no residual depends on this parameter")
        self.assertEqual([p.name for p in self.directory.iterdir()], ["case.toml"])

    def test_parameters_whose_size_nothing_tells(self):
        outcome = run("check", self.deck(residual="dx(flux)"))
        self.expect_error(78, outcome, "case.toml:15:13: [equation] residual: every term has a parameter, and 0 for all of them fulfils")

    def test_two_states_on_one_dataset(self):
        second = '[observations.w]\nfile = "./obs.h5"\ndataset = "{}"\n[parameters.a]'
        for dataset in ("u", "/u", "u_clean", "u/w", "x"):
            path = self.deck()
            path.write_text(path.read_text().replace("[parameters.a]", second.format(dataset))
                            .replace('source = "m"', 'states = { u = "1", w = "1" }'))
            outcome = run("forward", path)
            self.expect_error(78, outcome, "case.toml:13:", "[observations.w] dataset: ", "name another dataset")
        self.assertEqual([p.name for p in self.directory.iterdir()], ["case.toml"])


class Sizes(DeckCase):
    """Grids beyond the machine: told at once, by every command, before anything is allocated."""

    def test_more_points_than_anything_counts(self):
        for points, command in (("[100000000000, 2]", "check"), ("[3000000000, 2]", "invert"),
                                ("[9223372036854775807, 2]", "mollify"), ("[1e11, 2]", "forward")):
            path = self.deck()
            path.write_text(path.read_text().replace("[24, 24]", points))
            with self.subTest(points=points, command=command):
                self.expect_error(78, run(command, path), "case.toml:3:11: [grid] points: ")

    def test_more_points_than_the_machine_holds(self):
        path = self.deck()
        path.write_text(path.read_text().replace("[24, 24]", "[1000000000, 1000000000]"))
        for command in ("check", "invert", "mollify", "forward"):
            with self.subTest(command):
                self.expect_error(78, run(command, path, ranks=2), "case.toml:3:10: [grid] points: ")

    def test_a_large_grid_is_valid_elsewhere(self):
        outcome = self.expect(0, run("check", self.deck(), "grid.points=[30000,30000]"))
        self.assertIn("# too large for these ranks", outcome.out)

    def test_more_blocks_than_ranks(self):
        self.expect_error(64, run("check", self.deck(), "grid.decomposition=[65536,65536]"), "[grid] decomposition: ")
        self.expect_error(64, run("check", self.deck(), "grid.decomposition=[4,4]", ranks=2), "16 blocks for 2 ranks")


class InvalidDecks(DeckCase):
    """The deck's own tests read all of them; here some go through the program."""

    def check(self, name, ranks):
        path = INVALID / f"{name}.toml"
        text = path.read_text()
        wanted = re.findall(r"(?m)^# expect: (.*)$", text)
        command = next(iter(re.findall(r"(?m)^# command: (.*)$", text)), "invert")
        code = int(next(iter(re.findall(r"(?m)^# exit: (.*)$", text)), 78))
        outcome = run(command, path, *re.findall(r"(?m)^# override: (.*)$", text),
                      f"output.directory={self.directory}/out", ranks=ranks)
        self.expect_error(code, outcome, *wanted)
        self.assertEqual(len(outcome.lines()), int(re.search(r"# errors: (\d+)", text)[1]), outcome.err)
        self.assertEqual(outcome.out, "")
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_on_one_rank(self):
        for name in ("many", "syntax", "key_typo", "section_typo", "forward_no_truth", "radius_axes", "override_unknown"):
            with self.subTest(name):
                self.check(name, 1)

    def test_on_two_ranks(self):
        for name in ("many", "override_value"):
            with self.subTest(name):
                self.check(name, 2)


if __name__ == "__main__":
    unittest.main()
