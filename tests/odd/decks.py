"""Decks and overrides with something wrong in them."""
import re
import subprocess

from case import DECK, PROGRAM, SOURCE, VALUES, Case, deck_file, good_case, good_data

MASKED = DECK.replace('upper = [1.0, 1.0]', 'upper = [1.0, 1.0]\nmask = { value = "0.2 - (x-0.5)^2 - (y-0.5)^2", above = 0.0 }')
HELD_OUT = DECK + '[validation]\nhold_out = 0.1\nwhat = "points"\nseed = 2\n'
JOINT = DECK + '[inversion]\nmethod = "joint"\nmax_iterations = 20\n[joint]\nspline_degree = 5\npenalty = 30.0\n'


def spoilt(generator, line, lines):
    """A line with something wrong in it; None: no line."""
    what = generator.randrange(7)
    if what == 0:
        return None
    if what == 1 and "=" in line:
        return line.split("=")[0] + "= " + generator.choice(VALUES)
    if what == 2 and "=" in line:
        key = line.split("=")[0].strip()
        place = generator.randrange(max(len(key), 1))
        return line.replace(key, key[:place] + key[place + 1:], 1)
    if what == 3:
        place = generator.randrange(len(line) + 1)
        return line[:place] + generator.choice("\"'[]{}=#,.\t\\\u00e9\u0007") + line[place:]
    if what == 4:
        return line[: generator.randrange(len(line) + 1)]
    if what == 5:
        return generator.choice(lines)
    numbers = list(re.finditer(r"-?\d+(\.\d+)?", line))
    if not numbers:
        return line
    found = generator.choice(numbers)
    return line[: found.start()] + generator.choice(VALUES[:13]) + line[found.end():]


def mutated(generator, text):
    """A deck with something wrong in one or two places."""
    lines = text.splitlines()
    for _ in range(generator.choice([1, 1, 2])):
        at = generator.randrange(len(lines))
        line = spoilt(generator, lines[at], lines)
        lines[at: at + 1] = [] if line is None else [line]
    return "\n".join(lines) + "\n"


def deck_cases(generator, count):
    plain = {"plain": DECK, "masked": MASKED, "held out": HELD_OUT, "joint": JOINT}
    shipped = {path.stem: path.read_text() for path in sorted((SOURCE / "inputs").glob("*.toml"))}
    for number in range(count):
        sources = plain if number % 3 else shipped
        name = generator.choice(sorted(sources))
        text = mutated(generator, sources[name])
        command = generator.choice(["check", "invert", "invert", "forward", "mollify"]) if sources is plain else "check"

        def prepare(directory, text=text):
            good_data(directory)
            deck_file(text)(directory)
        yield Case("deck", f"{number} of {name}, {command}", [command, "case.toml"], prepare)
    yield from whole_decks()


def whole_decks():
    long = "+".join(["lambda*lap(u)"] * 70000)
    contents = {
        "empty": b"", "no text": bytes(range(256)) * 8, "not UTF-8": b"[grid]\naxes = [\"\xff\xfe\"]\n", "one long line": b"x" * 200000,
        "a megabyte of expression": DECK.replace("lambda*lap(u) + m", long).encode(),
        "deep brackets": DECK.replace("lambda*lap(u) + m", "(" * 20000 + "u" + ")" * 20000).encode(),
        "deep lists": b"[grid]\naxes = " + b"[" * 5000, "deep derivatives": DECK.replace("lap(u)", "lap(" * 40 + "u" + ")" * 40).encode(),
        "deep powers": DECK.replace("lap(u)", "^".join(["u"] * 3000)).encode(),
        "byte order mark": b"\xef\xbb\xbf" + DECK.encode(), "carriage returns": DECK.replace("\n", "\r\n").encode(),
        "many sections": b"".join(b"[fields.f%d]\nvalue = 1\n" % i for i in range(3000))}
    for label, content in contents.items():
        yield Case("deck", label, ["check", "case.toml"], deck_file(content))


def keys_of_decks():
    text = subprocess.run([PROGRAM, "help", "deck"], capture_output=True, text=True, timeout=60).stdout
    section, keys = "", []
    for line in text.splitlines():
        if found := re.match(r"\[([\w.]+)\]", line):
            section = found[1].replace("STATE", "u").replace("NAME", "lambda" if "parameters" in found[1] else "m")
        elif found := re.match(r"  ([a-z_]+)\s", line):
            keys.append(f"{section}.{found[1]}")
    return keys


def override_cases(generator, count):
    keys = keys_of_decks()
    for _ in range(count):
        key, value = generator.choice(keys), generator.choice(VALUES)
        command = generator.choice(["check", "invert", "invert", "forward", "mollify"])
        yield Case("override", f"{command} {key}={value[:40]}", [command, "case.toml", f"{key}={value}"], good_case)
    for words in (["=1"], ["grid="], ["grid.points"], ["grid.points=[8,8]", "grid.points=[9,9]"], ["a.b.c.d.e.f=1"], ["--nonsense"],
                  ["grid.points=[100000000000,2]"], ["grid.points=[3000000000,2]"], ["grid.points=[1000000000,1000000000]"],
                  ["grid.decomposition=[65536,65536]"], ["inversion.method=joint", "equation.form=weak"]):
        yield Case("override", " ".join(words), ["check", "case.toml", *words], deck_file(DECK))
