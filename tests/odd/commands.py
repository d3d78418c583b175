"""Places where files go, options of PETSc, and commands with odd words: restart, overwrite, predict, look, new, compare, scaling."""
import os
import shutil
import subprocess

import h5py
import numpy

from case import DECK, PROGRAM, Case, deck_file, good_case, good_data

PETSC = [["-ksp_type", "preonly"], ["-ksp_rtol", "nan"], ["-ksp_rtol", "-1"], ["-ksp_max_it", "0"], ["-ksp_max_it", "-5"],
         ["ksp_monitor"], ["-ksp_view", ":/no/such/dir/x"], ["-log_view", ":/no/such/dir/x"], ["-options_file", "/no/such/file"],
         ["-ksp_error_if_not_converged", "-ksp_max_it", "1"], ["-pc_type", "nonsense"], ["-pc_type", "lu"], ["-pc_type", "none"],
         ["-no_such"], ["-ksp_type"], ["-tao_type", "cg"], ["-mat_type", "x"], ["-vec_type", "cuda"], ["-help"], ["-version"],
         ["-ksp_atol", "inf"], ["-ksp_divtol", "0"], ["--"], ["-", "-"], [""]]
NUMBERS = [["parameters.lambda.initial=1e300"], ["parameters.lambda.smoothness.weight=1e300"], ["parameters.lambda.lower=2", "parameters.lambda.upper=2"],
           ["parameters.lambda.lower=1e300"], ["joint.penalty=1e300"], ["joint.penalty=1e-300"], ["joint.penalty=0"], ["mollifier.radius=0"], ["mollifier.degree=10"],
           ["observations.u.noise=1e-300"], ["observations.u.noise=1e300"], ["inversion.tolerance=1e-300"], ["inversion.max_iterations=1"],
           ["uncertainty.samples=1"], ["uncertainty.samples=-1"], ["uncertainty.samples=2.5"], ["uncertainty.samples=1e300"], ["uncertainty.keep=true"],
           ["validation.hold_out=0.9"], ["validation.hold_out=1e-9"], ["validation.hold_out=nan"], ["validation.hold_out=0.1", "validation.seed=-1"],
           ["output.checkpoint=1e-300"], ["output.checkpoint=1e300"], ["output.checkpoint=nan"], ["output.checkpoint=-1"], ["output.checkpoint=0"],
           ["fields.m.value=0"], ["fields.m.value=nan"], ["fields.m.value=1e300"], ["equation.residual=lambda*lap(u) + m + 1/(x-x)"], ["equation.residual=lambda*lap(u)"],
           ["equation.residual=lambda^2 + 1 + 0*u"], ["equation.residual=lambda*u"], ["equation.residual=exp(exp(lambda*u)) + m"]]


def petsc_cases():
    for options in PETSC:
        for method in ("equation-error", "joint"):
            yield Case("petsc", f"{' '.join(options)}, {method}", ["invert", "case.toml", f"inversion.method={method}", "--", *options], good_case)
    for words in NUMBERS:
        for method in ("equation-error", "joint"):
            yield Case("numbers", f"{' '.join(words)}, {method}", ["invert", "case.toml", f"inversion.method={method}", *words], good_case,
                       truthful=words[0].startswith(("joint", "inversion", "uncertainty", "validation", "output", "observations")))


def place_cases():
    def prepare(directory):
        good_case(directory)
        (directory / "plain").write_text("mine\n")

    for label, words in {
            "the deck's folder": ["invert", "output.directory=."], "a file": ["invert", "output.directory=plain"],
            "below a file": ["invert", "output.directory=plain/out"], "300 letters": ["invert", "output.directory=" + "d" * 300],
            "a long path": ["invert", "output.directory=" + "/".join(["d" * 100] * 60)], "a device": ["invert", "output.directory=/dev/null"],
            "nothing may be made": ["invert", "output.directory=/proc/nowhere"], "empty": ["invert", "output.directory="],
            "mollify into a file": ["mollify", "output.directory=plain"], "a name of the host's language": ["invert", "output.directory=\u00e9t\u00e9 \u2713"],
            "forward over the deck": ["forward", "observations.u.file=case.toml"], "forward over plain": ["forward", "observations.u.file=plain"],
            "forward over data of others": ["forward"], "forward into nowhere": ["forward", "observations.u.file=/proc/nowhere/x.h5"],
            "forward to 300 letters": ["forward", "observations.u.file=" + "f" * 300], "forward to a CSV": ["forward", "observations.u.file=x.csv"],
            "forward over the deck, --overwrite": ["forward", "observations.u.file=case.toml", "--overwrite"]}.items():
        yield Case("place", label, [words[0], "case.toml", *words[1:]], prepare, writes=("case.toml",) if "--overwrite" in words else ())
    yield Case("place", "forward over data of others, --overwrite", ["forward", "case.toml", "--overwrite"], prepare, writes=("data.h5",))
    for label, make in {"missing deck": lambda p: None, "deck is a folder": lambda p: p.mkdir(), "deck is a pipe": lambda p: os.mkfifo(p),
                        "deck is a device": lambda p: p.symlink_to("/dev/zero"), "deck links to itself": lambda p: p.symlink_to("case.toml")}.items():
        for command in ("check", "scaling", "compare"):
            words = ["--mode", "strong", "--ranks", "1"] if command == "scaling" else []
            yield Case("place", f"{label}, {command}", [command, "case.toml", *words], lambda directory, make=make: make(directory / "case.toml"),
                       ranks=None if command == "check" else 1)


class Finished:
    """A run that has ended well, made once and copied."""

    def __init__(self):
        self.made = None

    def into(self, directory):
        if self.made is None:
            self.made = directory.parent / "finished"
            self.made.mkdir()
            good_case(self.made)
            subprocess.run([PROGRAM, "invert", "case.toml", "inversion.method=equation-error"], cwd=self.made, capture_output=True, timeout=100)
        shutil.copytree(self.made, directory, dirs_exist_ok=True)

    def spoilt(self, spoil):
        def prepare(directory):
            self.into(directory)
            spoil(directory / "case.out")
        return prepare


def cut(name, share):
    def spoil(out):
        content = (out / name).read_bytes()
        (out / name).write_bytes(content[: int(len(content) * share)])
    return spoil


def filled(name, content):
    return lambda out: (out / name).write_bytes(content)


def without_values(out):
    with h5py.File(out / "result.h5", "a") as file:
        file["/parameters/lambda"][...] = numpy.nan


def without_parameters(out):
    with h5py.File(out / "result.h5", "a") as file:
        del file["/parameters"]


SPOILT = {"whole": lambda out: None, "no result.h5": lambda out: (out / "result.h5").unlink(), "no deck.toml": lambda out: (out / "deck.toml").unlink(),
          "no summary.json": lambda out: (out / "summary.json").unlink(), "result.h5 cut": cut("result.h5", 0.6), "result.h5 empty": cut("result.h5", 0),
          "deck.toml cut": cut("deck.toml", 0.5), "deck.toml empty": cut("deck.toml", 0), "summary.json cut": cut("summary.json", 0.5),
          "summary.json empty": cut("summary.json", 0), "summary.json a list": filled("summary.json", b"[]\n"), "parameters NaN": without_values,
          "no parameters": without_parameters, "checkpoint of text": filled("checkpoint.h5", b"mine\n"), "no bytes as checkpoint": filled("checkpoint.h5", b""),
          "a result as checkpoint": lambda out: shutil.copy(out / "result.h5", out / "checkpoint.h5"), "a pipe as checkpoint": lambda out: os.mkfifo(out / "checkpoint.h5"),
          "a pipe as result": lambda out: ((out / "result.h5").unlink(), os.mkfifo(out / "result.h5"))}


def with_a_broken_study(directory):
    good_case(directory)
    (directory / "study").mkdir()
    (directory / "study" / "manifest.json").write_text('{"points": 3}\n')


def command_cases():
    finished = Finished()
    mine = ("case.out/", "case.out")
    for label, spoil in SPOILT.items():
        prepare = finished.spoilt(spoil)
        yield Case("command", f"predict, {label}", ["predict", "case.out"], prepare)
        yield Case("command", f"compare, {label}", ["compare", "case.out"], prepare, ranks=1)
        yield Case("command", f"look, {label}", ["look", "case.out/result.h5"], prepare)
        yield Case("command", f"invert again, {label}", ["invert", "case.toml", "inversion.method=equation-error"], prepare, writes=mine)
        for option in ("--restart", "--restart=auto"):
            yield Case("command", f"{option}, {label}", ["invert", "case.toml", "inversion.method=equation-error", option], prepare, writes=mine)
    for words in (["--max-walltime", "00:00:00"], ["--max-walltime", "-1"], ["--max-walltime", "1e9"], ["--max-walltime", "99999999:00:00"], ["--max-walltime", ""],
                  ["--max-walltime", "00:00:01"], ["--restart=maybe"], ["--restart"], ["--restart=auto"], ["--overwrite"], ["--overwrite", "output.directory=."]):
        yield Case("command", f"invert {' '.join(words)}", ["invert", "case.toml", *words], good_case, writes=("case.toml",) if "output.directory=." in words else ())
    for words in (["--from", "nan"], ["--until", "x"], ["--ends", "loose"], ["--output", "case.out"], ["--output", "case.toml"], ["--output", "/proc/x"], ["--output", ""]):
        yield Case("command", f"predict {' '.join(words)}", ["predict", "case.out", *words], finished.into)
    for words in (["look"], ["look", "case.toml"], ["look", "none"], ["look", "."], ["look", "/dev/zero"], ["look", "data.h5", "data.h5"], ["look", ""],
                  ["new"], ["new", "case.toml"], ["new", "none"], ["new", "."], ["new", ""], ["predict"], ["predict", "none"], ["predict", "case.toml"], ["predict", "."],
                  ["help", "nothing"], ["help", "deck", "more"], ["nothing"], [], ["--version", "--nonsense"], ["info", "more"], ["invert"], ["check", "case.toml", "case.toml"]):
        yield Case("command", " ".join(words), words, good_case)
    for words in (["compare"], ["compare", "none.toml"], ["compare", "case.toml", "none.toml"], ["compare", "case.toml", "mollifier.radios=1"], ["compare", "case.toml", "--ranks", "0"],
                  ["compare", "case.toml", "--ranks", "x"], ["compare", "case.toml", "--json", "/proc/x/y.json"], ["compare", "case.toml", "--json", "case.toml"],
                  ["compare", "case.toml", "case.toml"], ["compare", "data.h5"], ["compare", "."],
                  ["scaling"], ["scaling", "case.toml"], ["scaling", "case.toml", "--mode", "weak", "--ranks", "0"], ["scaling", "case.toml", "--mode", "weak", "--ranks", "1", "--axes", "q"],
                  ["scaling", "case.toml", "--mode", "strong", "--ranks", "1", "--repeats", "0"], ["scaling", "case.toml", "--mode", "strong", "--ranks", "1", "--repeats", "1", "--directory", "case.toml"],
                  ["scaling", "case.toml", "grid.points=[2,2]", "--mode", "strong", "--ranks", "1", "--repeats", "1"], ["scaling", "--collect", "."], ["scaling", "--collect", "study"], ["scaling", "--collect", "case.toml"],
                  ["scaling", "--predict", "none", "--machine", "archer2"], ["scaling", "--predict", ".", "--machine", "none"], ["scaling", "case.toml", "--mode", "strong", "--ranks", "1", "--prepare", "--directory", "/proc/x"]):
        yield Case("command", " ".join(words), words, with_a_broken_study, ranks=1)
