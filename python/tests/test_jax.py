"""The twin for JAX."""
import numpy as np
import pytest

jax = pytest.importorskip("jax")
from jax.test_util import check_grads  # noqa: E402

import mollis.jax  # noqa: E402

jax.config.update("jax_enable_x64", True)


def test_gradients():
    layer = mollis.jax.layer((9, 11), ["", "xx"], 3, degree=2)
    u = np.random.default_rng(2).standard_normal((2, 9, 11))
    check_grads(layer, (u,), order=2, modes=["rev"])
    residual = mollis.jax.residual("dx(k*dx(u))", (9, 11), 3, parameters=["k"], degree=2, spacing=0.1)
    check_grads(lambda u, k: residual(u=u, k=k), (u[0], u[1]), order=1, modes=["rev"])
    assert np.isfinite(np.asarray(jax.jit(layer)(u))).all()
