"""Whether the pages hold together: links lead somewhere, keys and files that they name are there, the deck of the README is one."""
import pathlib
import re
import tempfile
import unittest

from program import SOURCE, TestCase, run

ROOMS = ("src", "kernels", "drivers", "tests", "benchmarks", "inputs", "jobscripts", "python", "tools")
GIVEN = ("case", "deck", "result", "summary", "history", "with", "without", "table", "model", "scaling", "mine", "data", "other")


def pages():
    found = [*SOURCE.glob("*.md"), *(SOURCE / "docs").glob("*.md")]
    for room in ROOMS:
        found += (SOURCE / room).rglob("README.md")
    return sorted(found)


def prose(page):
    """The text less blocks of code, in which brackets are no links."""
    return re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))


def anchors(page):
    """Of its headings, as GitHub and GitLab make them."""
    heads = re.findall(r"(?m)^#{1,6} (.*)$", prose(page))
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head)).strip().lower().replace(" ", "-") for head in heads}


class Docs(TestCase):
    def test_links_lead_somewhere(self):
        count = 0
        for page in pages():
            for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(page)):
                if link.startswith(("http:", "https:", "mailto:")):
                    continue
                file, _, anchor = link.partition("#")
                target = (page.parent / file).resolve() if file else page
                with self.subTest(page=page.relative_to(SOURCE), link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target))
                count += 1
        self.assertGreater(count, 100)

    def test_files_that_are_named_exist(self):
        names = {path.name for room in (*ROOMS, "cmake", "docs") for path in (SOURCE / room).rglob("*")} | {path.name for path in SOURCE.iterdir()}
        for page in pages():
            if page.name == "CHANGELOG.md":
                continue   # of files that are gone, too
            for file in re.findall(r"`([\w./-]+\.(?:hpp|cpp|py|sh|md))(?: [^`]*)?`", prose(page)):
                name = pathlib.PurePath(file).name
                if not name.startswith(GIVEN) and "NAME" not in file:
                    with self.subTest(page=page.relative_to(SOURCE), file=file):
                        self.assertIn(name, names)

    def test_keys_that_are_named_are_those_of_the_reference(self):
        keys, section = {}, None
        for line in self.expect(0, run("help", "deck")).out.splitlines():
            if head := re.match(r"\[+([\w.]+)\]+", line):
                section = keys.setdefault(head[1].split(".")[0], set())
                section.update(head[1].split(".")[1:])
            elif key := re.match(r"  (\w+) ", line):
                section.add(key[1])
        self.assertIn("penalty", keys["joint"])
        for page in pages():
            for section, key in re.findall(r"`\[(\w+)(?:\.[\w*]+)?\] (\w+)", prose(page)):
                if section in keys:
                    with self.subTest(page=page.relative_to(SOURCE)):
                        self.assertIn(key, keys[section])

    def test_the_deck_of_the_readme_is_valid(self):
        deck = re.search(r"(?ms)^```toml\n(.*?)^```", (SOURCE / "README.md").read_text(encoding="utf-8"))[1]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.toml"
            path.write_text(deck, encoding="utf-8")
            self.assertIn("the deck is valid", self.expect(0, run("check", path)).out)


if __name__ == "__main__":
    unittest.main()
