"""What the program says about itself."""
import re
import unittest

from program import INPUTS, SOURCE, TestCase, run


class Help(TestCase):
    def test_names_every_command(self):
        text = self.expect(0, run("--help")).out
        for command in ("invert", "mollify", "forward", "check", "look", "new", "scaling", "compare", "info", "help"):
            self.assertRegex(text, rf"(?m)^  {command}\s")
        self.assertIn("--", text)

    def test_of_a_command(self):
        self.assertIn("section.key=value", self.expect(0, run("invert", "--help")).out)

    def test_deck_reference_has_the_contract(self):
        text = self.expect(0, run("help", "deck")).out
        for section in ("grid", "observations.STATE", "fields.NAME", "parameters.NAME", "equation", "mollifier",
                        "mollify", "inversion", "forward", "output"):
            self.assertIn(f"\n[{section}]", text)
        for key in ("axes", "points", "coordinates", "reflect", "noise", "smoothness", "truth", "residual", "radius",
                    "dropout", "directory"):
            self.assertRegex(text, rf"(?m)^  {key}\s")

    def test_without_a_topic_lists_everything(self):
        text = self.expect(0, run("help")).out
        for word in ("invert", "mollify", "forward", "check", "info", "help", "deck", "equation", "errors"):
            self.assertRegex(text, rf"(?m)^  {word}\s")
        self.expect_error(64, run("help", "dek"), "dek", 'did you mean "deck"', "equation", "errors")

    def test_every_topic_of_the_index_is_there(self):
        index = self.expect(0, run("help")).out
        for topic in re.findall(r"(?m)^  (\w+)\s", index[index.index("\nTopics"):]):
            self.assertGreater(len(self.expect(0, run("help", topic, ranks=2)).out.splitlines()), 10, topic)

    def test_equation_has_words_and_verdicts(self):
        text = self.expect(0, run("help", "equation")).out
        for word in ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "atan2", "sinh",
                     "cosh", "erf", "abs", "sign", "step", "min", "max", "where", "dt", "dx", "dy", "dz", "d", "lap"):
            self.assertRegex(text, rf"(?m)^  {word}\s")
        strong, weak = text.split("\nWeak form")
        self.assertNotIn("refused", strong)
        for residual in ("step(x)*dx(u)", "v*dx(u)", "u*lap(u)", "dx(k*u)", "dx(u)^2", "sin(k*u)"):
            self.assertRegex(weak, rf"(?m)^  {re.escape(residual)}\n      refused: weak form: ")
        for residual in ("dt(u) - c*lap(u)", "u*dx(u)", "dx(m*dx(u))"):
            self.assertIn(f"  {residual}\n      = ", weak)

    def test_errors_has_the_codes_of_the_documentation(self):
        text = self.expect(0, run("help", "errors")).out
        written = (SOURCE / "docs" / "files.md").read_text().split("# Exit codes")[1]
        codes = re.findall(r"(?m)^\| (\d+) \|", written)
        self.assertEqual(re.findall(r"(?m)^  (?: |(?=\d\d))(\d+)  \S", text.split("Exit codes")[1].split("Common")[0]), codes)
        for code, message in re.findall(r"(?m)^  (\d\d)  (\S.*)$", text.split("Common")[1]):
            self.assertIn(code, codes, message)

    def test_version_has_the_revision(self):
        text = self.expect(0, run("--version")).out
        self.assertRegex(text, r"^mollis \d+\.\d+\.\d+ \([0-9a-f]{7,}(-dirty)?\)\n$|^mollis \d+\.\d+\.\d+ \(unknown\)\n$")

    def test_info_names_the_libraries(self):
        outcome = self.expect(0, run("info", ranks=2))
        facts = dict(re.findall(r"(?m)^(\S+) +(\S.*)$", outcome.out))
        for key in ("mollis", "git_revision", "compiler", "mpi", "petsc", "hdf5", "kokkos", "kokkos_backend"):
            self.assertIn(key, facts)
        self.assertEqual(facts["ranks"], "2")


class Usage(TestCase):
    def test_nothing(self):
        self.expect_error(64, run(), "invert", "check")

    def test_unknown_command(self):
        self.expect_error(64, run("inver", INPUTS / "heat2d.toml"), "inver", "invert")

    def test_no_deck(self):
        self.expect_error(64, run("invert"), "deck")

    def test_unknown_option(self):
        self.expect_error(64, run("check", INPUTS / "heat2d.toml", "--fast"), "--fast")
        self.expect_error(64, run("--fast"), "--fast")

    def test_overrides(self):
        deck = INPUTS / "heat2d.toml"
        self.expect_error(64, run("check", deck, "grid.pionts=[8,8]"), "grid.pionts", "points")
        self.expect_error(64, run("check", deck, "grid.points"), "grid.points", "section.key=value")
        self.expect_error(64, run("check", deck, "grid.points=[0,8]"), "grid.points")
        self.expect_error(64, run("check", deck, "equation.residual=lambda*lap(u) + n"), 'override "equation.residual', "'n'")

    def test_missing_deck(self):
        self.expect_error(66, run("invert", "nowhere.toml", ranks=2), "nowhere.toml")
        self.expect_error(66, run("invert", INPUTS), "directory")


if __name__ == "__main__":
    unittest.main()
