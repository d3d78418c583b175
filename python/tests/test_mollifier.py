"""The mollifier from Python: exactness, adjoints, variances, precision, what bad input gets."""
import concurrent.futures
import tracemalloc

import numpy as np
import pytest

import mollis

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("settings", [{}, {"periodic": ["x"]}, {"filter": "analytic", "kernel": "polynomial"}])
@pytest.mark.parametrize("shape", [(41,), (23, 31), (13, 17, 15)])
def test_transpose_is_the_adjoint(shape, settings):
    derivatives = ["", "x", "xx"] + (["yy", "xy"] if len(shape) > 1 else [])
    m = mollis.Mollifier(shape, derivatives, 5, **settings)
    u, v = RNG.standard_normal(shape), RNG.standard_normal((len(derivatives),) + shape)
    left, right = np.vdot(v, m.apply(u)), np.vdot(m.transpose(v), u)
    assert abs(left - right) < 1e-12 * np.linalg.norm(v) * np.linalg.norm(m.apply(u))


def test_exact_on_polynomials_up_to_the_edges():
    y, x = np.sort(RNG.random(30)), np.linspace(0, 2, 40)
    m = mollis.Mollifier((y, x), ["", "x", "xx", "y", "xxy"], {"y": 6, "x": 8}, degree=4)
    u = np.outer(1 + y - y**4, 2 - x**2 + x**4)
    wanted = [u, np.outer(1 + y - y**4, -2 * x + 4 * x**3), np.outer(1 + y - y**4, -2 + 12 * x**2),
              np.outer(1 - 4 * y**3, 2 - x**2 + x**4), np.outer(1 - 4 * y**3, -2 + 12 * x**2)]
    for derivative, exact in zip(m.apply(u), wanted):
        assert np.abs(derivative - exact).max() < 1e-7 * np.abs(exact).max()


def test_variance_is_that_of_noise():
    m = mollis.Mollifier((60,), ["", "x"], 8)
    rows = np.stack([m.apply(e) for e in np.eye(60)], axis=-1)
    assert np.allclose(m.variance(), (rows**2).sum(axis=-1), rtol=1e-12)


def test_batches_precision_and_strides():
    m = mollis.Mollifier((20, 24), ["", "xx"], 4)
    u = RNG.standard_normal((2, 3, 20, 24))
    together = m.apply(u)
    assert together.shape == (2, 3, 2, 20, 24)
    assert np.array_equal(together[1, 2], m.apply(u[1, 2]))
    assert m.apply(u.astype(np.float32)).dtype == np.float32
    turned = np.ascontiguousarray(u[0, 0].T).T
    assert np.array_equal(m.apply(turned), together[0, 0])


def test_contiguous_doubles_are_not_copied():
    m = mollis.Mollifier((300, 400), ["x"], 3)
    u = RNG.standard_normal((2, 300, 400))
    m.apply(u)
    tracemalloc.start()
    out = m.apply(u)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    m.apply(u[:, ::-1])
    turned = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < out.nbytes + 0.1 * u.nbytes < out.nbytes + u.nbytes <= turned


def test_any_layout_and_precision_gives_the_same():
    m = mollis.Mollifier((20, 24), ["", "xx"], 4)
    u = RNG.standard_normal((20, 24))
    wanted = m.apply(u)
    frozen = u.copy()
    frozen.flags.writeable = False
    wide = np.zeros((40, 48))
    wide[::2, ::2] = u
    for same in (frozen, np.asfortranarray(u), wide[::2, ::2], u[::-1][::-1], u.tolist()):
        assert np.array_equal(m.apply(same), wanted)
    assert np.array_equal(m.apply(u[::-1]), m.apply(u[::-1].copy()))
    single = m.apply(u.astype(np.float32))
    assert single.dtype == np.float32 and np.allclose(single, wanted, rtol=0, atol=1e-6 * np.abs(wanted).max())
    whole = np.rint(10 * u).astype(np.int16)
    assert np.array_equal(m.apply(whole), m.apply(whole.astype(float)))


def test_what_is_not_finite_spoils_its_neighbourhood_and_no_more():
    m = mollis.Mollifier((30, 30), ["", "xx"], 3)
    u = RNG.standard_normal((30, 30))
    spoilt = u.copy()
    spoilt[15, 15] = np.nan
    y, x = np.indices((30, 30))
    near = np.maximum(abs(y - 15), abs(x - 15)) <= 3
    found = m.apply(spoilt)
    assert np.array_equal(np.isnan(found), np.broadcast_to(near, found.shape))
    assert np.array_equal(found[:, ~near], m.apply(u)[:, ~near])


def test_threads_take_turns():
    m = mollis.Mollifier((200, 200), ["", "xx", "yy"], 6)
    inputs = [RNG.standard_normal((200, 200)) for _ in range(16)]
    wanted = [m.apply(u) for u in inputs]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found, right in zip(pool.map(m.apply, inputs), wanted):
            assert np.array_equal(found, right)


def test_valid():
    assert mollis.Mollifier((30,), ["x"], 4).valid().all()
    assert mollis.Mollifier((30,), ["x"], 4, filter="analytic").valid().sum() == 22


def gappy(shape, share=0.04):
    mask = RNG.random(shape) > share
    mask[tuple(n // 2 for n in shape)] = False
    return mask


@pytest.mark.parametrize("settings", [{}, {"periodic": ["x"]}, {"filter": "difference"}])
@pytest.mark.parametrize("shape, derivatives", [((61,), ["", "x", "xx"]), ((5, 61), ["x", "xx"]), ((23, 31), ["", "x", "yy"])])
def test_masked_transpose_is_the_adjoint_and_gaps_are_not_used(shape, derivatives, settings):
    two = shape[0] == 23
    mask = gappy(shape, 0.0 if two else 0.04)
    m = mollis.Mollifier(shape, derivatives, {"y": 5 if two else 0, "x": 5} if len(shape) > 1 else 5, mask=mask, **settings)
    assert m.valid().any()
    u, v = RNG.standard_normal(shape), RNG.standard_normal((len(derivatives),) + shape)
    left, right = np.vdot(v, m.apply(u)), np.vdot(m.transpose(v), u)
    assert abs(left - right) < 1e-12 * np.linalg.norm(v) * np.linalg.norm(m.apply(u))
    assert np.array_equal(m.apply(np.where(mask, u, np.nan)), m.apply(u))
    assert not m.transpose(v)[~mask].any() and not m.apply(u)[:, ~m.valid()].any()


def test_gaps_along_one_axis_are_refitted_and_stay_exact():
    mask = gappy((80,))
    x = np.linspace(0, 2, 80)
    m = mollis.Mollifier((x,), ["", "x", "xx"], 8, degree=4, mask=mask)
    u = 1 - x + x**4
    valid = m.valid()
    assert valid.mean() > 0.95
    for derivative, exact in zip(m.apply(np.where(mask, u, 1e9)), (u, 4 * x**3 - 1, 12 * x**2)):
        assert np.abs(derivative - exact)[valid].max() < 1e-7
    rows = np.stack([m.apply(e) for e in np.eye(80)], axis=-1)
    assert np.allclose(m.variance(), (rows**2).sum(axis=-1), rtol=1e-12)


def test_gaps_over_two_axes_spoil_what_they_reach_and_no_more():
    mask = np.ones((30, 30), bool)
    mask[15, 15] = False
    m, whole = (mollis.Mollifier((30, 30), ["", "xx"], 4, mask=k) for k in (mask, None))
    y, x = np.indices((30, 30))
    assert np.array_equal(m.valid(), np.maximum(abs(y - 15), abs(x - 15)) > 4)
    u = RNG.standard_normal((30, 30))
    assert np.allclose(m.apply(u)[:, m.valid()], whole.apply(u)[:, m.valid()], rtol=0, atol=1e-13)
    assert np.array_equal(m.variance() > 0, np.broadcast_to(m.valid(), (2, 30, 30)))


@pytest.mark.parametrize("mask, words", [(np.zeros(9), "without a point"), (np.ones(8), "the grid has"), (np.full(9, np.nan), "isfinite")])
def test_masks_that_cannot_be(mask, words):
    with pytest.raises(ValueError, match=words):
        mollis.Mollifier((9,), ["x"], 3, mask=mask)
    with pytest.raises(TypeError, match="True or False"):
        mollis.Mollifier((9,), ["x"], 3, mask=np.full(9, "a"))


@pytest.mark.parametrize("arguments, words", [
    (dict(grid=(9,), derivatives=["x"], radius=20), "radius"),
    (dict(grid=(9,), derivatives=["y"], radius=3), "no axis y"),
    (dict(grid=(9, 9), derivatives=["x"], radius=[3]), "1 values for 2 axes"),
    (dict(grid=(9,), derivatives=["x"], radius=3, kernel="box"), "kernel"),
    (dict(grid=(9,), derivatives=["x"], radius=3, filter="box"), "filter"),
    (dict(grid=(9,), derivatives=[], radius=3), "no derivatives"),
    (dict(grid=([0.0, 2.0, 1.0],), derivatives=["x"], radius=1), "increase"),
    (dict(grid=([0.0, np.nan, 1.0],), derivatives=["x"], radius=1), "finite"),
    (dict(grid=(2, 2, 2, 2, 2), derivatives=["x"], radius=1), "5 axes")])
def test_what_cannot_be_says_so(arguments, words):
    with pytest.raises(ValueError, match=words):
        mollis.Mollifier(**arguments)


def test_wrong_arrays():
    m = mollis.Mollifier((20, 24), [""], 4)
    with pytest.raises(ValueError, match="20, 24"):
        m.apply(np.zeros((24, 20)))
    with pytest.raises(TypeError, match="complex"):
        m.apply(np.zeros((20, 24), dtype=complex))
    with pytest.raises(ValueError, match="1, 20, 24"):
        m.transpose(np.zeros((20, 24)))
