"""Labelled arrays in and out."""
import numpy as np
import pytest

xarray = pytest.importorskip("xarray")

import mollis  # noqa: E402

DECK = """
[grid]
axes = ["y", "x"]
[observations.u]
[fields.m]
[parameters.lambda]
over = ["y", "x"]
[equation]
residual = "lambda*lap(u) + m"
[mollifier]
radius = 7
[inversion]
method = "pointwise"
"""


def fields():
    """u and its source with lambda lap(u) + m = 0, on axes that differ in length and in spacing."""
    y, x = np.linspace(0, 1, 40), np.linspace(1, 3, 52)
    u = np.sin(2 * y + 0.3)[:, None] * np.exp(x)
    return xarray.DataArray(u, {"y": y, "x": x}, ("y", "x")), xarray.DataArray(6 * u, {"y": y, "x": x}, ("y", "x"))


def test_dimensions_by_name_and_coordinates_along():
    u, m = fields()
    result = mollis.invert(DECK, u=u.transpose("x", "y"), m=m)
    found = result.dataset()
    assert found["lambda"].dims == ("y", "x") and np.array_equal(found["x"], u["x"])
    assert abs(found["lambda"].sel(y=0.5, x=2.0, method="nearest") - 2.0) < 0.02
    assert found["state_u"].shape == (40, 52) and found.attrs["verdict"] == result.verdict.status
    with pytest.raises(ValueError, match="dimension lon"):
        mollis.invert(DECK, u=u.rename(x="lon"), m=m)
    with pytest.raises(ValueError, match="sortby"):
        mollis.invert(DECK, u=u.isel(y=slice(None, None, -1)), m=m)
    with pytest.raises(ValueError, match="differs"):
        mollis.invert(DECK, u=u, m=m.assign_coords(x=m["x"] + 0.1))
