#!/usr/bin/env python3
"""Odd decks, overrides, data files, places and PETSc options, a few hundred of them, on 1 and 2 ranks: whatever comes in, a run
ends within its time with a code of the contract, a message that names a place where something is wrong, and nothing left behind
or changed that was there before.

    MOLLIS_PROGRAM=build/release/mollis tests/odd/odd_inputs.py [--count N] [--seed S] [--ranks 1,2] [--only KIND] [--keep]

Prints a table of outcomes and every finding; the exit code is 1 where there is one. A campaign, run by hand."""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import h5py
import numpy

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("MOLLIS_PROGRAM", str(SOURCE / "build/release/mollis"))
LAUNCHER = shlex.split(os.environ.get("MOLLIS_LAUNCHER", "mpirun --allow-run-as-root --oversubscribe -n"))
SECONDS = float(os.environ.get("MOLLIS_ODD_SECONDS", "60"))
CONTRACT = {0: "ok", 2: "not converged", 64: "usage", 65: "bad data", 66: "missing", 74: "output failed", 78: "bad deck"}

DECK = """[grid]
axes = ["y", "x"]
points = [16, 18]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
file = "data.h5"
dataset = "u"
[fields.m]
value = "10*sin(pi*x)*sin(pi*y)"
[parameters.lambda]
over = ["y", "x"]
initial = 1.0
smoothness = { order = 1, weight = 0.01 }
truth = { value = "1 + 0.5*x" }
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 4
[forward]
equation = "elliptic"
boundary = "0"
refine = 1
[output]
directory = "case.out"
"""

VALUES = ["0", "-1", "1", "3.5", "1e300", "-1e300", "1e-300", "nan", "inf", "-inf", "9223372036854775807", "9007199254740993",
          "1e11", '""', '"auto"', '"x"', '"\\u0000"', "[]", "[0, 0]", "[1e11, 2]", "[-3, 4]", '["x", "x"]', '["q"]', "{}", "{ x = 1 }",
          "{ relative = -1 }", "{ relative = nan }", "true", "1979-05-27", '"' + "a" * 3000 + '"', '"sin("', '"u/0"', '"lambda"',
          '"../../../etc/passwd"', '"/dev/null"', '"/nowhere/x.h5"', "[[1, 2], [3, 4]]", "0x7fffffff", "1_000"]

PETSC = [["-ksp_type", "preonly"], ["-ksp_rtol", "nan"], ["-ksp_rtol", "-1"], ["-ksp_max_it", "0"], ["-ksp_max_it", "-5"],
         ["ksp_monitor"], ["-ksp_view", ":/no/such/dir/x"], ["-log_view", ":/no/such/dir/x"], ["-options_file", "/no/such/file"],
         ["-ksp_error_if_not_converged", "-ksp_max_it", "1"], ["-pc_type", "nonsense"], ["-pc_type", "lu"], ["-pc_type", "none"],
         ["-no_such"], ["-ksp_type"], ["-tao_type", "cg"], ["-mat_type", "x"], ["-vec_type", "cuda"], ["-help"], ["-version"],
         ["-ksp_atol", "inf"], ["-ksp_divtol", "0"], ["--"], ["-", "-"], [""]]


class Case:
    """A command in a directory of its own."""

    def __init__(self, kind, label, arguments, prepare=lambda directory: None):
        self.kind, self.label, self.arguments, self.prepare = kind, label, arguments, prepare


def deck_file(text):
    def prepare(directory):
        (directory / "case.toml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return prepare


def good_data(directory):
    y, x = numpy.meshgrid(numpy.linspace(0, 1, 16), numpy.linspace(0, 1, 18), indexing="ij")
    noise = 0.01 * numpy.random.default_rng(1).standard_normal(x.shape)
    with h5py.File(directory / "data.h5", "w") as file:
        file["u"] = numpy.sin(numpy.pi * x) * numpy.sin(numpy.pi * y) + noise


# ---- decks ----------------------------------------------------------------------------------------------------------------
def mutated(generator, text):
    """A deck with something wrong in one or two places."""
    lines = text.splitlines()
    for _ in range(generator.choice([1, 1, 2])):
        at = generator.randrange(len(lines))
        what = generator.randrange(8)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, lines[generator.randrange(len(lines))])
        elif what == 2 and "=" in lines[at]:
            lines[at] = lines[at].split("=")[0] + "= " + generator.choice(VALUES)
        elif what == 3 and "=" in lines[at]:
            key = lines[at].split("=")[0].strip()
            place = generator.randrange(max(len(key), 1))
            lines[at] = lines[at].replace(key, key[:place] + key[place + 1:], 1)
        elif what == 4:
            place = generator.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + generator.choice("\"'[]{}=#,.\t\\\u00e9\u0007") + lines[at][place:]
        elif what == 5:
            lines[at] = lines[at][: generator.randrange(len(lines[at]) + 1)]
        elif what == 6:
            other = generator.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            numbers = list(re.finditer(r"-?\d+(\.\d+)?", lines[at]))
            if numbers:
                found = generator.choice(numbers)
                lines[at] = lines[at][: found.start()] + generator.choice(VALUES[:13]) + lines[at][found.end():]
        if not lines:
            lines = [""]
    return "\n".join(lines) + "\n"


def deck_cases(generator, count):
    sources = {"plain": DECK}
    for path in sorted((SOURCE / "inputs").glob("*.toml")):
        sources[path.stem] = path.read_text()
    names = sorted(sources)
    for number in range(count):
        name = "plain" if number % 2 == 0 else generator.choice(names)
        text = mutated(generator, sources[name])
        command = generator.choice(["check", "check", "invert", "forward", "mollify"]) if name == "plain" else "check"

        def prepare(directory, text=text):
            good_data(directory)
            deck_file(text)(directory)
        yield Case("deck", f"{number} of {name}", [command, "case.toml"], prepare)
    for label, content in {
            "empty": b"", "no text": bytes(range(256)) * 8, "not UTF-8": b"[grid]\naxes = [\"\xff\xfe\"]\n", "one long line": b"x" * 200000,
            "a megabyte of expression": DECK.replace("lambda*lap(u) + m", "+".join(["lambda*lap(u)"] * 70000)).encode(),
            "deep brackets": DECK.replace("lambda*lap(u) + m", "(" * 20000 + "u" + ")" * 20000).encode(),
            "deep lists": b"[grid]\naxes = " + b"[" * 5000, "deep derivatives": DECK.replace("lap(u)", "lap(" * 40 + "u" + ")" * 40).encode(),
            "byte order mark": b"\xef\xbb\xbf" + DECK.encode(), "carriage returns": DECK.replace("\n", "\r\n").encode(),
            "many sections": b"".join(b"[fields.f%d]\nvalue = 1\n" % i for i in range(3000))}.items():
        yield Case("deck", label, ["check", "case.toml"], deck_file(content))


# ---- overrides ------------------------------------------------------------------------------------------------------------
def keys_of_decks():
    text = subprocess.run([PROGRAM, "help", "deck"], capture_output=True, text=True, timeout=60).stdout
    section, keys = "", []
    for line in text.splitlines():
        if found := re.match(r"\[([\w.]+)\]", line):
            section = found[1].replace("STATE", "u").replace("NAME", "lambda" if "parameters" in found[1] else "m")
        elif found := re.match(r"  ([a-z_]+)\s", line):
            if section:
                keys.append(f"{section}.{found[1]}")
    return keys


def override_cases(generator, count):
    keys = keys_of_decks()
    for _ in range(count):
        key, value = generator.choice(keys), generator.choice(VALUES)
        command = generator.choice(["check", "check", "invert", "forward"])

        def prepare(directory):
            good_data(directory)
            deck_file(DECK)(directory)
        yield Case("override", f"{command} {key}={value[:40]}", [command, "case.toml", f"{key}={value}"], prepare)
    for words in (["=1"], ["grid="], ["grid.points"], ["grid.points=[8,8]", "grid.points=[9,9]"], ["a.b.c.d.e.f=1"], ["--nonsense"],
                  ["grid.points=[100000000000,2]"], ["grid.points=[3000000000,2]"], ["grid.points=[1000000000,1000000000]"],
                  ["grid.decomposition=[65536,65536]"], ["inversion.method=joint", "equation.form=weak"]):
        yield Case("override", " ".join(words), ["check", "case.toml", *words], deck_file(DECK))


# ---- data -----------------------------------------------------------------------------------------------------------------
def data_cases():
    def with_values(make):
        def prepare(directory):
            deck_file(DECK)(directory)
            with h5py.File(directory / "data.h5", "w") as file:
                make(file)
        return prepare

    shape = (16, 18)
    ramp = numpy.arange(16 * 18, dtype=float).reshape(shape)
    contents = {
        "zeros": lambda f: f.create_dataset("u", data=numpy.zeros(shape)), "constant": lambda f: f.create_dataset("u", data=numpy.full(shape, 7.0)),
        "all NaN": lambda f: f.create_dataset("u", data=numpy.full(shape, numpy.nan)), "all infinite": lambda f: f.create_dataset("u", data=numpy.full(shape, numpy.inf)),
        "one value": lambda f: f.create_dataset("u", data=numpy.where(ramp == 5, 1.0, numpy.nan)), "huge": lambda f: f.create_dataset("u", data=ramp * 1e300),
        "tiny": lambda f: f.create_dataset("u", data=ramp * 1e-310), "ramp": lambda f: f.create_dataset("u", data=ramp),
        "integers": lambda f: f.create_dataset("u", data=ramp.astype("i2")), "big endian": lambda f: f.create_dataset("u", data=ramp.astype(">f4")),
        "half precision": lambda f: f.create_dataset("u", data=ramp.astype("f2")), "boolean": lambda f: f.create_dataset("u", data=ramp > 3),
        "text": lambda f: f.create_dataset("u", data=[b"a", b"b"]), "complex": lambda f: f.create_dataset("u", data=ramp.astype(complex)),
        "a group": lambda f: f.create_group("u"), "scalar": lambda f: f.create_dataset("u", data=1.0), "empty": lambda f: f.create_dataset("u", dtype="f8", shape=None),
        "no values": lambda f: f.create_dataset("u", data=numpy.zeros((0, 18))), "transposed": lambda f: f.create_dataset("u", data=ramp.T),
        "three axes": lambda f: f.create_dataset("u", data=ramp[None]), "too large": lambda f: f.create_dataset("u", shape=(1 << 40, 1 << 20), dtype="f8", chunks=(1024, 1024)),
        "compressed": lambda f: f.create_dataset("u", data=ramp, compression="gzip", chunks=(4, 4)), "dangling link": lambda f: f.__setitem__("u", h5py.SoftLink("/v")),
        "outside link": lambda f: f.__setitem__("u", h5py.ExternalLink("none.h5", "/u")), "link to itself": lambda f: f.__setitem__("u", h5py.SoftLink("/u")),
        "half NaN": lambda f: f.create_dataset("u", data=numpy.where(ramp % 2 == 0, numpy.nan, ramp)), "other name": lambda f: f.create_dataset("v", data=ramp)}
    for label, make in contents.items():
        for method in ("equation-error", "joint"):
            yield Case("data", f"{label}, {method}", ["invert", "case.toml", f"inversion.method={method}"], with_values(make))

    def special(make):
        def prepare(directory):
            deck_file(DECK)(directory)
            make(directory / "data.h5")
        return prepare

    def truncated(path):
        good_data(path.parent)
        path.write_bytes(path.read_bytes()[:-900])

    def garbled(path):
        good_data(path.parent)
        content = bytearray(path.read_bytes())
        for at in range(100, len(content), 97):
            content[at] ^= 0x5A
        path.write_bytes(content)

    def unix_socket(path):
        here = os.getcwd()
        os.chdir(path.parent)  # names of sockets are short
        try:
            socket.socket(socket.AF_UNIX).bind(path.name)
        finally:
            os.chdir(here)

    for label, make in {"missing": lambda path: None, "no bytes": lambda path: path.touch(), "text file": lambda path: path.write_text("u = 1\n"),
                        "truncated": truncated, "garbled": garbled, "a pipe": lambda path: os.mkfifo(path), "a socket": unix_socket,
                        "a device": lambda path: path.symlink_to("/dev/zero"), "a directory": lambda path: path.mkdir(),
                        "link to nothing": lambda path: path.symlink_to("nowhere"), "link to itself": lambda path: path.symlink_to("data.h5")}.items():
        for command in ("invert", "mollify"):
            yield Case("data", f"{label}, {command}", [command, "case.toml"], special(make))


# ---- places and PETSc -----------------------------------------------------------------------------------------------------
def place_cases():
    def prepare(directory):
        good_data(directory)
        deck_file(DECK)(directory)
        (directory / "plain").write_text("mine\n")
        (directory / "pipe").unlink(missing_ok=True)

    for label, words in {
            "the deck's folder": ["invert", "output.directory=."], "a file": ["invert", "output.directory=plain"],
            "below a file": ["invert", "output.directory=plain/out"], "300 letters": ["invert", "output.directory=" + "d" * 300],
            "a long path": ["invert", "output.directory=" + "/".join(["d" * 100] * 60)], "a device": ["invert", "output.directory=/dev/null"],
            "nothing may be made": ["invert", "output.directory=/proc/nowhere"], "empty": ["invert", "output.directory="],
            "forward over the deck": ["forward", "observations.u.file=case.toml"], "forward over plain": ["forward", "observations.u.file=plain"],
            "forward over data of others": ["forward"], "forward into nowhere": ["forward", "observations.u.file=/proc/nowhere/x.h5"],
            "forward to 300 letters": ["forward", "observations.u.file=" + "f" * 300]}.items():
        yield Case("place", label, [words[0], "case.toml", *words[1:]], prepare)
    for label, make in {"missing deck": lambda p: None, "deck is a folder": lambda p: p.mkdir(), "deck is a pipe": lambda p: os.mkfifo(p),
                        "deck is a device": lambda p: p.symlink_to("/dev/zero"), "deck links to itself": lambda p: p.symlink_to("case.toml")}.items():
        yield Case("place", label, ["check", "case.toml"], lambda directory, make=make: make(directory / "case.toml"))


def petsc_cases():
    def prepare(directory):
        good_data(directory)
        deck_file(DECK)(directory)

    for options in PETSC:
        for method in ("equation-error", "joint"):
            yield Case("petsc", f"{' '.join(options)}, {method}", ["invert", "case.toml", f"inversion.method={method}", "--", *options], prepare)
    for words in (["parameters.lambda.initial=1e300"], ["parameters.lambda.smoothness.weight=1e300"], ["joint.penalty=1e300"],
                  ["observations.u.noise=1e-300"], ["observations.u.noise=1e300"], ["inversion.tolerance=1e-300"], ["inversion.max_iterations=0"]):
        for method in ("equation-error", "joint"):
            yield Case("petsc", f"{words[0]}, {method}", ["invert", "case.toml", f"inversion.method={method}", *words], prepare)


# ---- judging --------------------------------------------------------------------------------------------------------------
def snapshot(directory):
    """Every name with its kind and content."""
    found = {}
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            found[name] = "link " + os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "other"
    return found


def refuse_constant(text):
    raise ValueError(f"{text} in JSON")


def judge(case, code, seconds, stdout, stderr, before, after, directory):
    """What is wrong with an outcome, in words."""
    wrong = []
    if code is None:
        return [f"no end within {SECONDS:.0f} s"]
    if code not in CONTRACT:
        wrong.append(f"exit code {code}: {stderr.strip()[-200:]}")
    if re.search(r"internal error|terminate called|Traceback|AddressSanitizer|runtime error|PETSC ERROR|MPI_ABORT", stderr):
        wrong.append("a crash in words: " + stderr.strip()[:200])
    failed = code in (64, 65, 66, 74, 78)
    if failed and not stderr.strip():
        wrong.append("no message")
    if failed and max(map(len, stderr.splitlines()), default=0) > 1500:
        wrong.append(f"a line of {max(map(len, stderr.splitlines()))} characters")
    if code == 78:
        heads = [line for line in stderr.splitlines() if line and not line.startswith((" ", "\t"))]
        if not all(re.match(r'(.*:\d+:\d+: |override ")', line) for line in heads):
            wrong.append("no place: " + heads[0][:200])
        if re.search(r":0:0:", stderr):
            wrong.append("place 0:0: " + stderr[:200])
    changed = [name for name in before if before[name] != after.get(name)]
    if changed:
        wrong.append("changed or gone: " + ", ".join(changed))
    new = [name for name in after if name not in before]
    if failed and code != 74 and new:
        wrong.append("left behind: " + ", ".join(new[:5]))
    if any(name.split("/")[-1].startswith(".mollis") or name.endswith(".partial") for name in new):
        wrong.append("temporary left: " + ", ".join(new[:5]))
    for name in new:
        if name.endswith("summary.json"):
            try:
                json.loads((directory / name).read_text(), parse_constant=refuse_constant)
            except ValueError as reason:
                wrong.append(f"{name}: {reason}")
    return wrong


def run(case, ranks, directory):
    case.prepare(directory)
    before = snapshot(directory)
    command = [PROGRAM, *case.arguments] if ranks == 1 else [*LAUNCHER, str(ranks), PROGRAM, *case.arguments]
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1",
                       OMPI_MCA_hwloc_base_binding_policy="none", OMPI_MCA_btl_vader_single_copy_mechanism="none")
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
    try:
        stdout, stderr = process.communicate(timeout=SECONDS)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        stdout, stderr = process.communicate()
        code = None
    stderr = stderr.split("\n-----")[0] if not stderr.startswith("-----") else stderr if code not in CONTRACT else ""
    return code, time.monotonic() - start, stdout, stderr, before, snapshot(directory)


def all_cases(count, seed):
    generator = random.Random(seed)
    decks, overrides = max(count * 2 // 5, 1), max(count * 2 // 5, 1)
    cases = [*deck_cases(generator, decks), *override_cases(generator, overrides), *data_cases(), *place_cases(), *petsc_cases()]
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="mutated decks and overrides (beside the fixed cases)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", default="1,2")
    parser.add_argument("--only", default="", help="deck, override, data, place or petsc")
    parser.add_argument("--every", type=int, default=1, help="take each n-th case")
    parser.add_argument("--keep", action="store_true", help="keep the directories of findings")
    arguments = parser.parse_args()
    cases = [case for case in all_cases(arguments.count, arguments.seed) if arguments.only in ("", case.kind)][:: arguments.every]
    table, findings, slowest = collections.Counter(), [], (0.0, "")
    root = pathlib.Path(tempfile.mkdtemp(prefix="mollis-odd-"))
    for number, case in enumerate(cases):
        codes = {}
        for ranks in map(int, arguments.ranks.split(",")):
            directory = root / f"{number}_{ranks}"
            directory.mkdir()
            code, seconds, stdout, stderr, before, after = run(case, ranks, directory)
            codes[ranks] = code
            table[case.kind, code] += 1
            slowest = max(slowest, (seconds, f"{case.kind}: {case.label}, {ranks} rank(s)"))
            wrong = judge(case, code, seconds, stdout, stderr, before, after, directory)
            findings += [f"{case.kind}: {case.label}, {ranks} rank(s): {text}" for text in wrong]
            if not (wrong and arguments.keep):
                shutil.rmtree(directory, ignore_errors=True)
        if len(set(codes.values())) > 1:
            findings.append(f"{case.kind}: {case.label}: codes differ by ranks: {codes}")
    if not any(root.iterdir()):
        root.rmdir()
    print(f"{'kind':<10} {'code':>5}  {'meaning':<14} {'runs':>5}")
    for (kind, code), runs in sorted(table.items(), key=lambda item: (item[0][0], item[0][1] is None, item[0][1] or 0)):
        print(f"{kind:<10} {'-' if code is None else code:>5}  {CONTRACT.get(code, 'NOT IN THE CONTRACT'):<14} {runs:>5}")
    print(f"{sum(table.values())} runs of {len(cases)} cases, slowest {slowest[0]:.1f} s ({slowest[1]})")
    for finding in findings:
        print("FINDING", finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
