"""What help and type checkers say."""
import inspect
import pathlib
import pydoc
import re
import subprocess
import sys

import pytest

import mollis
from mollis import _core

PACKAGE = pathlib.Path(mollis.__file__).parent


def test_help_reads_like_a_manual():
    text = pydoc.plain(pydoc.render_doc(mollis))
    for words in ("A HIDDEN FIELD", "MOLLIFIED DERIVATIVES", "units of u", "(128, 128)", "DeckError (78)", "invert(deck", "class Mollifier",
                  "class Residual", "class Result", "progress:", "apply(self, u"):
        assert words in text, words
    assert "_filters" not in text


@pytest.mark.parametrize("name", mollis.__all__)
def test_everything_public_says_what_it_is(name):
    thing = getattr(mollis, name)
    assert len(inspect.getdoc(thing)) > 20
    if inspect.isclass(thing) and not issubclass(thing, Exception):
        for own, member in vars(thing).items():
            if not own.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                function = member.fget if isinstance(member, property) else member
                assert own == "converged" or inspect.getdoc(function), own
                assert "return" in function.__annotations__, own


def test_the_stub_names_what_the_module_has():
    stub = (PACKAGE / "_core.pyi").read_text()
    told = set(re.findall(r"^(?:class |def )?(\w+)[(:]", stub, re.M)) - {"from", "import"}
    assert told == {n for n in vars(_core) if not n.startswith("__")}
    for name in ("Mollifier", "Residual"):
        own = re.search(rf"class {name}:\n((?:    .*\n)+)", stub).group(1)
        assert set(re.findall(r"def (\w+)", own)) - {"__init__"} == {n for n in vars(getattr(_core, name)) if not n.startswith("__")}
    assert (PACKAGE / "py.typed").exists()


EXAMPLE = '''
import numpy as np
import mollis
result: mollis.Result = mollis.invert({"grid": {}}, u=np.zeros(3), progress="bar")
m = mollis.Mollifier((8, 8), ["", "xx"], radius={"y": 2, "x": 3}, periodic=("x",))
jets: "np.typing.NDArray[np.float64]" = m.apply(np.zeros((8, 8)))
n: int = mollis.load("kept").summary["ranks"]
'''
WRONG = ["mollis.Mollifier((8, 8), 3, radius=2)", "mollis.invert(3)", "mollis.load(directory=1.0)", "m.transform(1)", "s: int = result.verdict.status"]


def test_type_checkers_see_the_types(tmp_path):
    pytest.importorskip("mypy")

    def complaints(text):
        (tmp_path / "user.py").write_text(text)
        words = ["--no-incremental", "--ignore-missing-imports", "--python-executable", sys.executable, str(tmp_path / "user.py")]
        return subprocess.run([sys.executable, "-m", "mypy", *words], stdout=subprocess.PIPE, text=True, cwd=tmp_path).stdout
    assert "Success" in complaints(EXAMPLE), complaints(EXAMPLE)
    found = complaints(EXAMPLE + "\n".join(WRONG))
    assert f"Found {len(WRONG)} errors" in found, found
