"""A hidden field in ten lines: the diffusivity behind a noisy temperature."""
import numpy as np

import mollis

s = np.linspace(0, 1, 96)
y, x = np.meshgrid(s, s, indexing="ij")
hidden = 1 + 0.5 * np.sin(2 * np.pi * x) * np.sin(2 * np.pi * y)          # what we pretend not to know
u = np.sin(2 * y + 0.3) * np.exp(x)                                       # the state, and the source that balances it
source = 3 * hidden * u
u = u + 0.002 * np.random.default_rng(0).standard_normal(u.shape)         # what an instrument shows

deck = """
[grid]
axes = ["y", "x"]
points = [96, 96]
lower = [0.0, 0.0]
upper = [1.0, 1.0]

[observations.u]
[fields.m]

[parameters.lambda]
over = ["y", "x"]
initial = 1.0

[equation]
residual = "lambda*lap(u) + m"
"""
result = mollis.invert(deck, u=u, m=source, truths={"lambda": hidden})

print(result)
print("correlation in the core:", round(result.summary["parameters"]["lambda"]["truth"]["core"]["correlation"], 4))
result.plot("first_field.png")
assert result.verdict.status != "failed"
