"""The examples run."""
import pathlib
import runpy
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("name", ["first_field", "data_with_gaps", "constants_with_errors", "layer_in_a_network"])
def test_example(name, tmp_path, monkeypatch):
    if name == "layer_in_a_network":
        pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")


def test_read_a_result(tmp_path, monkeypatch):
    import numpy as np

    import mollis
    t = np.linspace(0, 1, 60)
    mollis.invert({"grid": {"axes": ["t"], "points": [60], "lower": [0.0], "upper": [1.0]}, "observations": {"c": {}},
                   "parameters": {"k": {"over": []}}, "equation": {"residual": "dt(c) + k*c"}},
                  c=np.exp(-t) + 1e-3 * np.random.default_rng(0).standard_normal(60), directory=tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["read_a_result.py", "run"])
    runpy.run_path(str(EXAMPLES / "read_a_result.py"), run_name="__main__")
    assert (tmp_path / "result.png").exists()
