"""The layer and residuals in PyTorch: gradients and second ones against differences."""
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import mollis.torch  # noqa: E402


def double(*shape):
    return torch.from_numpy(np.random.default_rng(2).standard_normal(shape)).requires_grad_()


def test_layer_passes_gradcheck():
    layer = mollis.torch.MollifierLayer((9, 11), ["", "xx", "y"], 3, degree=2)
    assert layer(double(2, 9, 11)).shape == (2, 3, 9, 11)
    assert torch.autograd.gradcheck(layer, (double(2, 9, 11),))
    assert torch.autograd.gradgradcheck(layer, (double(2, 9, 11),))


def test_residual_passes_gradcheck():
    residual = mollis.torch.Residual("dx(lambda*dx(u)) + dy(lambda*dy(u)) + u^2 - m*exp(x)", (9, 11), 3, parameters=["lambda"],
                                     fields=["m"], degree=2, spacing=0.1)
    m = double(9, 11).detach()
    call = lambda u, lam: residual(u=u, m=m, **{"lambda": lam})  # noqa: E731
    assert torch.autograd.gradcheck(call, (double(9, 11), double(9, 11)), rtol=1e-3, atol=1e-3)
    assert torch.autograd.gradgradcheck(call, (double(9, 11), double(9, 11)), rtol=1e-3, atol=1e-3)


def test_residual_is_that_of_numpy_and_of_formulas():
    arguments = dict(grid=(60,), radius=6, parameters=["k"], spacing=0.05)
    x = 0.05 * np.arange(60)
    u = x**3
    wanted = 6 * x + 2.0 * x**3
    assert np.allclose(mollis.Residual("d(u, 'xx') + k*u".replace("'", '"'), **arguments)(u=u, k=2.0), wanted, atol=1e-8)
    same = mollis.torch.Residual('d(u, "xx") + k*u', **arguments)(u=torch.from_numpy(u), k=2.0)
    assert np.allclose(same.numpy(), wanted, atol=1e-8)
    with pytest.raises(TypeError, match="missing k"):
        mollis.Residual("k*u", **arguments)(u=u)
    with pytest.raises(ValueError, match="residual 1"):
        mollis.Residual("k*w", **arguments)


def test_masks_pass_gradcheck_and_say_what_is_left():
    mask = np.ones((9, 12), bool)
    mask[2, 1] = False
    layer = mollis.torch.MollifierLayer((9, 12), ["", "xx"], 2, degree=2, mask=mask)
    assert torch.autograd.gradcheck(layer, (double(9, 12),))
    residual = mollis.torch.Residual('d(u, "xx") + u', (9, 12), 2, degree=2, mask=mask)
    assert np.array_equal(residual.valid().numpy(), layer.mollifier.valid()) and not residual.valid()[1, 0] and residual.valid()[6, 6]
    gaps = torch.from_numpy(np.where(mask, 1.0, np.nan))
    assert torch.isfinite(residual(u=gaps)).all()


def test_tensors_are_worked_on_where_they_lie():
    layer = mollis.torch.MollifierLayer((30, 40), ["", "yy"], 4)
    u = double(2, 3, 30, 40)
    assert np.array_equal(layer(u).detach().numpy(), layer.mollifier.apply(u.detach().numpy()))
    assert np.array_equal(layer(u.transpose(-1, -2).contiguous().transpose(-1, -2)).detach().numpy(), layer(u).detach().numpy())
    where = []

    class Spy:
        def apply(self, values, out, batches):
            where.append((values.data_ptr(), batches))
            filters.apply(values, out, batches)
    filters, layer.mollifier._filters = layer.mollifier._filters, Spy()
    layer(u)
    layer.mollifier._filters = filters
    assert where == [(u.data_ptr(), 6)]


def test_wrong_tensors():
    layer = mollis.torch.MollifierLayer((9, 11), [""], 2)
    with pytest.raises(ValueError, match="9, 11"):
        layer(double(11, 9))
    with pytest.raises(TypeError, match="complex"):
        layer(torch.zeros(9, 11, dtype=torch.complex128))
    with pytest.raises((TypeError, ValueError)):   # memory that this build cannot reach is told, not read
        layer.mollifier._filters.apply(torch.zeros(9, 11, device="meta", dtype=torch.float64), torch.zeros(1, 9, 11, dtype=torch.float64), 1)


def test_float32_stays():
    layer = mollis.torch.MollifierLayer((30,), ["x"], 4)
    u = torch.ones(30, dtype=torch.float32, requires_grad=True)
    layer(u).sum().backward()
    assert u.grad.dtype == torch.float32


def test_every_operation_is_that_of_the_program():
    x = np.linspace(-0.9, 0.9, 30)
    text = ("min(u, 0.3) + max(u, x) + step(u) + where(u < x, sin(u), cosh(u)) + erf(u) + asin(u)*acos(u) + atan(u) + atan2(u, 2) + "
            "sinh(u) + tanh(u) + abs(u) + sign(u) + exp(u)*log(u + 2)*sqrt(u + 3) + tan(u)^3 + (u + 2)^u + where(u >= 0.5, 1, 2)")
    u = np.cos(3 * x)
    arguments = dict(grid=(x,), radius=3)
    erf = np.vectorize(math.erf)
    wanted = (np.minimum(u, 0.3) + np.maximum(u, x) + (u >= 0) + np.where(u < x, np.sin(u), np.cosh(u)) + erf(u) +
              np.arcsin(u) * np.arccos(u) + np.arctan(u) + np.arctan2(u, 2) + np.sinh(u) + np.tanh(u) + np.abs(u) + np.sign(u) +
              np.exp(u) * np.log(u + 2) * np.sqrt(u + 3) + np.tan(u)**3 + (u + 2)**u + np.where(u >= 0.5, 1, 2))
    smooth = mollis.Mollifier((x,), [""], 3).apply(u)[0]
    assert np.abs(smooth - u).max() < 1e-3
    raw = mollis.Residual(text, states=(), fields=("u",), **arguments)(u=u)
    assert np.allclose(raw, wanted, rtol=1e-12)
    tensor = mollis.torch.Residual(text, states=(), fields=("u",), **arguments)(u=torch.from_numpy(u))
    assert np.allclose(tensor.numpy(), wanted, rtol=1e-12)
