# %% [markdown]
# Constants of an equation with error bars, beside PySINDy's weak form on the same array where it is installed.
# u_t = D u_xx - c u_x at 5 % noise: D = 0.1, c = 1.

# %% The data
from importlib.metadata import version

import numpy as np

import mollis

t, x = np.linspace(0, 2, 120), np.linspace(0, 2 * np.pi, 128, endpoint=False)
T, X = np.meshgrid(t, x, indexing="ij")
u = sum(np.exp(-0.1 * n**2 * T) * np.cos(n * (X - T) + n) for n in (1, 2, 3))
u = u + 0.05 * u.std() * np.random.default_rng(4).standard_normal(u.shape)

# %% Mollis
result = mollis.invert({
    "grid": {"axes": ["t", "x"], "points": [120, 128], "lower": [0.0, 0.0], "upper": [2.0, 2 * np.pi], "periodic": ["x"]},
    "observations": {"u": {}},
    "parameters": {"D": {"over": []}, "c": {"over": []}},
    "equation": {"residual": 'dt(u) - D*d(u, "xx") + c*dx(u)', "form": "weak"},
}, u=u)
print(result)
for name, truth in (("D", 0.1), ("c", 1.0)):
    error = result.summary["parameters"][name]["standard_error"]
    assert abs(result.parameters[name] - truth) < 5 * error + 0.01 * truth

# %% PySINDy
try:
    import pysindy
    beside = int(version("pysindy").split(".")[0]) >= 2
except ImportError:
    beside = False
if not beside:
    print("PySINDy 2 is not installed (pip install 'pysindy>=2'): nothing beside it")
else:
    grid = np.stack([X, T], axis=-1).transpose(1, 0, 2)
    library = pysindy.WeakPDELibrary(function_library=pysindy.PolynomialLibrary(degree=1, include_bias=False), derivative_order=2,
                                     spatiotemporal_grid=grid, K=500)
    model = pysindy.SINDy(feature_library=library, optimizer=pysindy.STLSQ(threshold=0.02))
    model.fit(u.T[..., None], t=t[1])
    model.print()
