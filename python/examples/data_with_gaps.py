# %% [markdown]
# Your own data with gaps: NaN is a point that was not observed. A decay rate that varies along x, from a series with holes.

# %% A series with holes
import numpy as np

import mollis

rng = np.random.default_rng(1)
x = np.linspace(0, 4, 400)
rate = 0.5 + 0.3 * np.sin(x)
c = 3 * np.exp(-0.5 * x + 0.3 * (np.cos(x) - 1))                          # dc/dx = -rate c
seen = c + 0.01 * rng.standard_normal(x.size)
seen[rng.random(x.size) < 0.05] = np.nan                                  # dropouts here and there
seen[150:165] = np.nan                                                    # and an interruption

# %% The rate
result = mollis.invert({
    "grid": {"axes": ["x"], "points": [400], "lower": [0.0], "upper": [4.0]},
    "observations": {"c": {}},
    "parameters": {"k": {"over": ["x"], "initial": 0.5}},
    "equation": {"residual": "dx(c) + k*c"},
}, c=seen, truths={"k": rate})

# %% How good it is
print(result)
print(result.verdict)
k, band = result.parameters["k"], result.standard_errors["k"]
print(f"k at x = 2: {k[200]:.3f} +- {band[200]:.3f} (truth {rate[200]:.3f})")
assert np.nanmean(np.abs(k - rate)) < 0.1
