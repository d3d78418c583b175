"""Residuals on arrays: their partial derivatives and the transposes of these."""
import numpy as np
import pytest

import mollis

RNG = np.random.default_rng(7)
SHAPE = (14, 18)
ARGUMENTS = dict(grid=SHAPE, radius=4, degree=5, spacing=0.1)


def given():
    u, lam = 1 + 0.1 * RNG.standard_normal(SHAPE), 1 + 0.1 * RNG.standard_normal(SHAPE)
    return {"u": u, "v": RNG.standard_normal(SHAPE), "lambda": lam, "k": 0.7, "m": RNG.standard_normal(SHAPE)}


def residual():
    return mollis.Residual(["dx(lambda*dx(u)) + dy(lambda*dy(u)) + k*u^2*exp(v) - m", "dx(v) + k*lambda*lap(lap(u))"], states=("u", "v"),
                           parameters=("lambda", "k"), fields=("m",), **ARGUMENTS)


def change(of):
    return {n: (RNG.standard_normal(SHAPE) if np.ndim(v) else float(RNG.standard_normal())) for n, v in of.items() if n != "m"}


def test_linearised_by_a_taylor_series():
    r, at = residual(), given()
    near, v = r.linearise(**at), change(at)
    assert all(np.array_equal(a, b) for a, b in zip(near.value, r(**at)))
    first = near.apply(**v)
    errors = []
    for h in (1e-3, 1e-4):
        moved = r(**{n: a + h * v.get(n, 0.0) for n, a in at.items()})
        errors.append([np.abs(b - a - h * d).max() for a, b, d in zip(near.value, moved, first)])
    for one, other in zip(*errors):
        assert 80 < one / other < 120   # of second order


def test_transposes_by_dot_products():
    r, at = residual(), given()
    near, v, w = r.linearise(**at), change(at), [RNG.standard_normal(SHAPE) for _ in range(2)]
    left = sum(np.vdot(a, b) for a, b in zip(w, near.apply(**v)))
    back = near.transpose(w)
    assert set(back) == {"u", "v", "lambda", "k"} and back["lambda"].shape == SHAPE and isinstance(back["k"], float)
    parts = [np.vdot(back[n], v[n]) for n in back]
    assert abs(left - sum(parts)) < 1e-12 * sum(map(abs, parts))
    for n in back:   # each alone, too
        alone = sum(np.vdot(a, b) for a, b in zip(w, near.apply(**{n: v[n]})))
        assert abs(alone - np.vdot(back[n], v[n])) < 1e-11 * sum(map(abs, parts))


def test_one_text_and_what_cannot_be():
    r = mollis.Residual("k*u", parameters=("k",), **ARGUMENTS)
    near = r.linearise(u=np.ones(SHAPE), k=2.0)
    assert near.value.shape == near.apply(u=np.ones(SHAPE)).shape == SHAPE
    assert np.isclose(near.transpose(np.ones(SHAPE))["k"], np.prod(SHAPE))
    with pytest.raises(TypeError, match="no state or parameter"):
        near.apply(m=np.ones(SHAPE))
    with pytest.raises(ValueError, match="20, 18"):
        r(u=np.ones((20, 18)), k=1.0)
