"""A deck and arrays in, a result out."""
import os
import signal
import threading
import time

import numpy as np
import pytest

import mollis

DECK = """
[grid]
axes = ["y", "x"]
points = [48, 48]
lower = [0.0, 0.0]
upper = [1.0, 1.0]
[observations.u]
[fields.m]
[parameters.lambda]
over = ["y", "x"]
initial = 1.0
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 7
[inversion]
method = "equation-error"
"""


def problem():
    """u of 1 % noise with lambda lap(u) + m = 0, by formulas."""
    s = np.linspace(0, 1, 48)
    y, x = np.meshgrid(s, s, indexing="ij")
    clean = np.sin(2 * y + 0.3) * np.exp(x)
    truth = 1 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y)
    noisy = clean + 0.001 * np.random.default_rng(3).standard_normal(x.shape)
    return noisy, -truth * (-3 * clean), truth


def test_a_field_from_arrays(tmp_path):
    u, m, truth = problem()
    lines = []
    result = mollis.invert(DECK, u=u, m=m, truths={"lambda": truth}, progress=lines.append)
    field = result.parameters["lambda"]
    assert field.shape == (48, 48) and np.corrcoef(field[5:-5, 5:-5].ravel(), truth[5:-5, 5:-5].ravel())[0, 1] > 0.98
    assert result.summary["parameters"]["lambda"]["truth"]["core"]["correlation"] > 0.98
    assert result.standard_errors["lambda"].shape == (48, 48)
    assert result.verdict.status in ("sound", "doubtful") and lines
    assert np.array_equal(result.states["u"].shape, u.shape)
    result.plot(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10000
    result.save(tmp_path / "kept")
    assert np.array_equal(mollis.load(tmp_path / "kept").parameters["lambda"], field)
    with pytest.raises(mollis.OutputError):
        result.save(tmp_path / "kept")


def test_a_dictionary_is_a_deck_and_nothing_is_left_behind():
    t = np.linspace(0, 4, 200)
    x = 2 * np.exp(-0.7 * t) + 0.002 * np.random.default_rng(5).standard_normal(200)
    deck = {"grid": {"axes": ["t"], "points": [200], "lower": [0.0], "upper": [4.0]}, "observations": {"c": {}},
            "parameters": {"k": {"over": []}}, "equation": {"residual": "dt(c) + k*c"}}
    result = mollis.invert(deck, c=x)
    assert abs(result.parameters["k"] - 0.7) < 5 * result.summary["parameters"]["k"]["standard_error"] + 1e-3
    directory = result.directory
    assert os.path.isdir(directory)
    del result
    assert not os.path.exists(directory)


def test_a_deck_is_a_path_too_and_an_effective_deck_runs_again(tmp_path):
    u, m, _ = problem()
    (tmp_path / "case.toml").write_text(DECK)
    first = mollis.invert(tmp_path / "case.toml", u=u, m=m, directory=tmp_path / "run")
    assert np.array_equal(mollis.invert(str(tmp_path / "case.toml"), u=u, m=m).parameters["lambda"], first.parameters["lambda"])
    again = mollis.invert(tmp_path / "run" / "deck.toml", u=u, m=m)
    assert (np.abs(again.parameters["lambda"] - first.parameters["lambda"]) < 0.01 * first.standard_errors["lambda"]).all()
    assert not list(tmp_path.glob("mollis-*"))


def test_arrays_need_no_file_system(tmp_path):
    """One process: what is written is the results alone."""
    if not os.path.exists("/proc/self/fd"):
        pytest.skip("no /proc here")
    u, m, _ = problem()
    seen = []
    mollis.invert(DECK, u=u, m=m, scratch=tmp_path, progress=lambda _line: seen.extend(os.listdir(next(tmp_path.iterdir()))))
    assert "arrays.h5" not in seen and not list(tmp_path.iterdir())


def test_progress_as_a_bar(capsys):
    u, m, _ = problem()
    mollis.invert(DECK, u=u, m=m, progress="bar")
    shown = capsys.readouterr().out
    assert shown.count("\r[") > 5 and shown.endswith("\n") and shown.count("\n") == 1 and "#" in shown and "left" in shown
    with pytest.raises(ValueError, match="progress"):
        mollis.invert(DECK, u=u, m=m, progress="bars")


def test_other_threads_go_on_during_a_run():
    u, m, _ = problem()
    stop, counted = threading.Event(), [0]

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.001)
    thread = threading.Thread(target=count)
    thread.start()
    start = time.monotonic()
    mollis.invert(DECK, u=u, m=m, overrides=["inversion.method=joint"])
    spent, during = time.monotonic() - start, counted[0]
    stop.set()
    thread.join()
    assert during > 20 * spent   # at most ten times fewer than alone, on a busy machine


def test_deck_errors_show_their_lines():
    with pytest.raises(mollis.DeckError, match=r"deck:\d+:\d+: \[mollifier\] radios"):
        mollis.invert(DECK.replace("radius", "radios"), u=np.zeros((48, 48)), m=np.zeros((48, 48)))
    with pytest.raises(mollis.MissingError, match="nowhere.toml"):
        mollis.invert("nowhere.toml")


def test_wrong_arrays():
    u, m, _ = problem()
    with pytest.raises(mollis.DataError, match=r"arrays: u: has shape \(47, 48\), but the grid has"):
        mollis.invert(DECK, u=u[:-1], m=m)
    with pytest.raises(mollis.DataError, match="observed"):
        mollis.invert(DECK, u=np.full_like(u, np.nan), m=m)
    strided = np.zeros((96, 96))
    strided[::2, ::2] = u
    same = mollis.invert(DECK, u=strided[::2, ::2], m=np.asfortranarray(m)).parameters["lambda"]
    assert np.array_equal(same, mollis.invert(DECK, u=u, m=m).parameters["lambda"])
    with pytest.raises(TypeError, match="no .observations.w."):
        mollis.invert(DECK, u=u, m=m, w=u)
    with pytest.raises(TypeError, match="complex"):
        mollis.invert(DECK, u=u.astype(complex), m=m)


def test_half_a_result(tmp_path):
    with pytest.raises(mollis.MissingError):
        mollis.load(tmp_path)
    (tmp_path / "result.h5").write_bytes(b"half")
    with pytest.raises(mollis.DataError):
        mollis.load(tmp_path)
    u, m, _ = problem()
    whole = mollis.invert(DECK, u=u, m=m, directory=tmp_path / "run")
    summary = tmp_path / "run" / "summary.json"
    text = summary.read_text()
    summary.write_text(text[: len(text) // 2])
    with pytest.raises(mollis.DataError, match="no whole JSON"):
        mollis.load(tmp_path / "run")
    summary.unlink()
    with pytest.raises(mollis.DataError, match="half a result"):
        mollis.load(tmp_path / "run")
    assert np.array_equal(mollis.load(tmp_path / "run" / "result.h5").parameters["lambda"], whole.parameters["lambda"])
    size = os.path.getsize(tmp_path / "run" / "result.h5")
    os.truncate(tmp_path / "run" / "result.h5", size // 2)
    with pytest.raises(mollis.DataError):
        mollis.load(tmp_path / "run")


def test_a_stopped_run_goes_on_to_the_same_answer(tmp_path):
    u, m, _ = problem()
    joint = ["inversion.method=joint", "uncertainty.samples=3"]
    whole = mollis.invert(DECK, u=u, m=m, overrides=joint)
    with pytest.raises(ValueError, match="directory"):
        mollis.invert(DECK, u=u, m=m, restart=True)
    with pytest.raises(mollis.MissingError, match="checkpoint"):
        mollis.invert(DECK, u=u, m=m, overrides=joint, directory=tmp_path / "run", restart=True)
    with pytest.raises(mollis.Stopped, match=r"time limit.*/run: invert\(.*restart=True\) goes on"):
        mollis.invert(DECK, u=u, m=m, overrides=joint, directory=tmp_path / "run", max_walltime=0.0)
    again = mollis.invert(DECK, u=u, m=m, overrides=joint, directory=tmp_path / "run", restart=True)
    a, b = whole.parameters["lambda"], again.parameters["lambda"]
    assert np.linalg.norm(a - b) < 1e-8 * np.linalg.norm(a)


def test_a_callback_and_ctrl_c_stop_a_run():
    u, m, _ = problem()

    def enough(_line):
        raise RuntimeError("enough")
    with pytest.raises(RuntimeError, match="enough"):
        mollis.invert(DECK, u=u, m=m, progress=enough)
    stopped = threading.Event()

    def press():   # again, as Python swallows what is raised while a result is being cleared away
        while not stopped.wait(0.3):
            os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(2000):
            mollis.invert(DECK, u=u, m=m)
    stopped.set()


def test_ctrl_c_in_the_middle_of_a_long_run(tmp_path):
    """Stopped between two lines, with a checkpoint where there is a directory, from where it goes on to the same answer."""
    u, m, _ = problem()
    joint = ["inversion.method=joint", "uncertainty.samples=40"]
    pressed = []

    def press(line):
        if line.split()[:1] == ["climb"] and not pressed:
            pressed.append(line)
            os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match="would have kept"):
        mollis.invert(DECK, u=u, m=m, overrides=joint, progress=press)
    pressed.clear()
    with pytest.raises(KeyboardInterrupt, match="restart=True"):
        mollis.invert(DECK, u=u, m=m, overrides=joint, directory=tmp_path / "run", progress=press)
    assert pressed and not (tmp_path / "run" / "result.h5").exists()
    again = mollis.invert(DECK, u=u, m=m, overrides=joint, directory=tmp_path / "run", restart=True)
    whole = mollis.invert(DECK, u=u, m=m, overrides=joint)
    assert np.allclose(again.parameters["lambda"], whole.parameters["lambda"], rtol=1e-8)
    assert mollis.invert(DECK, u=u, m=m).parameters["lambda"].shape == (48, 48)   # and it goes on
