# %% [markdown]
# A mollifier layer at the output of a network: the network fits noisy data, the layer differentiates what it says without automatic
# differentiation, and a constant of the equation u_xx + k^2 u = 0 is learnt along with it.

# %% The data
import numpy as np
import torch

import mollis.torch

torch.manual_seed(0)
x = np.linspace(0, 6, 241)
data = torch.from_numpy(np.sin(1.7 * x) + 0.05 * np.random.default_rng(0).standard_normal(x.size))
points = torch.from_numpy(x[:, None] / 6)

# %% The network, the constant, the residual (a mollifier layer inside)
network = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.Tanh(), torch.nn.Linear(32, 32), torch.nn.Tanh(),
                              torch.nn.Linear(32, 1)).double()
k = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
residual = mollis.torch.Residual('d(u, "xx") + k^2*u', (241,), radius=12, parameters=["k"], spacing=x[1])
optimiser = torch.optim.LBFGS([*network.parameters(), k], max_iter=400, line_search_fn="strong_wolfe")


# %% The fit
def loss():
    optimiser.zero_grad()
    u = network(points)[:, 0]
    value = ((u - data)**2).mean() + 1e-3 * (residual(u=u, k=k)**2).mean()
    value.backward()
    return value


optimiser.step(loss)
print(f"k = {k.item():.4f} (truth 1.7)")
assert abs(k.item() - 1.7) < 0.05
