"""No source outside src/deck reaches toml++ by any path of includes: nvcc, which takes the rooms with Kokkos, cannot read it."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def includes(path, known={}):
    if path not in known:
        known[path] = re.findall(r'^#include ["<]([^">]*)[">]', path.read_text(), re.M)
    return known[path]


def way_to_toml(path, seen):
    """The files from this one to toml++, or nothing."""
    for name in includes(path):
        if name.startswith("toml++"):
            return [path, name]
        header = next((p for p in (ROOT / "src" / name, ROOT / name) if p.is_file()), None)
        if header is None or header in seen:
            continue
        seen.add(header)
        rest = way_to_toml(header, seen)
        if rest:
            return [path] + rest
    return []


class Includes(unittest.TestCase):
    def test_toml_stays_in_the_deck(self):
        sources = [p for room in ("src", "kernels", "drivers") for p in (ROOT / room).rglob("*.?pp") if "src/deck/" not in str(p)]
        self.assertGreater(len(sources), 300)
        ways = [" -> ".join(str(p) for p in way) for way in (way_to_toml(p, set()) for p in sources) if way]
        self.assertEqual(ways, [])

    def test_the_deck_itself_is_found(self):
        self.assertTrue(way_to_toml(ROOT / "src/deck/entry.cpp", set()))


if __name__ == "__main__":
    sys.exit(unittest.main())
