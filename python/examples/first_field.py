# %% [markdown]
# A hidden field in ten lines: the diffusivity behind a noisy temperature.

# %% What we pretend not to know, and what an instrument shows of it
import numpy as np

y, x = np.meshgrid(np.linspace(0, 1, 96), np.linspace(0, 1, 96), indexing="ij")
hidden = 1 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y)
u = np.sin(2 * y + 0.3) * np.exp(x)                                       # the state, and the source that balances it
source = 3 * hidden * u
u = u + 0.002 * np.random.default_rng(0).standard_normal(u.shape)

# %% The ten lines
import mollis  # noqa: E402

result = mollis.invert("""
    grid = { axes = ["y", "x"], points = [96, 96], lower = [0.0, 0.0], upper = [1.0, 1.0] }
    observations.u = {}
    fields.m = {}
    parameters.lambda = { over = ["y", "x"] }
    equation.residual = "lambda*lap(u) + m"
    """, u=u, m=source)
print(result, result.verdict, sep="\n")
result.plot("first_field.png")

# %% How good it is
core = (slice(10, -10),) * 2
correlation = np.corrcoef(result.parameters["lambda"][core].ravel(), hidden[core].ravel())[0, 1]
print("correlation with the truth in the core:", round(correlation, 4))
assert result.verdict.status != "failed" and correlation > 0.99
