# %% [markdown]
# What a cluster has computed, read at home: the directory of any finished run, whatever its number of ranks.
#
#     python read_a_result.py heat2d.out

# %%
import sys

import numpy as np

import mollis

if len(sys.argv) < 2:
    sys.exit("usage: python read_a_result.py DIRECTORY")
result = mollis.load(sys.argv[1])

# %% What it holds
print(result)
print("verdict:", result.verdict)
for name, field in result.parameters.items():
    if isinstance(field, np.ndarray) and name in result.known:
        print(f"{name}: known at {100 * np.mean(result.known[name] > 0.5):.0f} % of the points")
result.plot("result.png")
