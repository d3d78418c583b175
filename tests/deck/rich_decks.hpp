#pragma once
/// Decks that say as much as a deck can.
#include <string>

namespace mollis::deck::test {

inline std::string const rich = R"deck(
[grid]
axes = ["t", "y", "x"]
coordinates = { file = "a.h5", datasets = ["t", "y", "x \"q\""], period = { x = 360.1 }, time_unit = "d", crop = { x = [4, 24] }, bin = { x = 5 } }
reflect = { y = "odd" }
decomposition = [1, 1, 2]
[observations.v]
file = "v.h5"
dataset = "a/v"
noise = 0.1
[observations.u]
file = "u.h5"
dataset = "u"
noise = { relative = 0.3333333333333333 }
order = ["x", "t", "channel", "y"]
at = { channel = 2, "0" = -1 }
crop = { x = [2, 20], y = [0, 5] }
bin = { y = 5 }
[fields.m]
file = "m.h5"
dataset = "m"
order = ["x", "y"]
[fields.n]
file = "n.npy"
[parameters.k]
over = ["y", "x"]
initial = 0.1
lower = 1e-12
upper = 1e300
transform = "log"
smoothness = { order = 3, weight = 2.5 }
truth = { file = "k.h5", dataset = "k" }
[parameters.c]
over = []
[equation]
residuals = ["dt(u) - k*lap(v)", "s\u0041\t"]
form = "weak"
let = { s = "u^2", r = "v" }
[mollifier]
kernel = "polynomial"
exponent = 7.5
radius = { t = 0, y = { 0 = 8, 2 = 12 }, x = 3 }
degree = 6
filter = "analytic"
[mollify]
derivatives = ["", "xx"]
[inversion]
method = "pointwise"
reweight = 1
tolerance = 1e-11
max_iterations = 7
[forward]
states = { u = "sin(x)", v = "1" }
boundary = "x"
refine = 1
noise = 0.25
dropout = 0.125
seed = 9007199254740993
[output]
directory = "../out"
checkpoint = 2.5
)deck";

/// Scattered points in a domain that is no box, and the noise forms that `rich` has not.
constexpr char const* points_in_a_disc = R"deck(
[grid]
axes = ["t", "x"]
points = [8, 9]
lower = [0, 0]
upper = [1, 2]
mask = { file = "domain.nc", dataset = "depth", above = 0.25, fill_holes = true, at = { time = 3 } }
[observations.h]
kind = "points"
file = "heads.csv"
columns = { t = "when", value = "head" }
noise = { proportional = 0.05, floor = 1e-3 }
loss = "robust"
[observations.p]
kind = "none"
[observations.q]
kind = "none"
size = 2.5
noise = 0.01
walls = { x_lower = "1 - t" }
[observations.n]
file = "counts.h5"
dataset = "n"
noise = { gain = 2, offset = 100 }
[observations.m]
file = "counts.h5"
dataset = "m"
noise = { gain = "auto" }
[observations.l]
file = "counts.h5"
dataset = "l"
noise = { gain = 2, offset = "auto" }
[observations.w]
file = "w.h5"
dataset = "w"
noise = { file = "w.h5", dataset = "deviation" }
[observations.rho]
kind = "localisations"
file = "molecules.csv"
columns = { t = "frame", x = "x [nm]" }
scale = { t = 0.02, x = 1e-3 }
density = { offset = 50, gain = 20 }
noise = { gain = 3 }
[parameters.k]
over = []
[equation]
residuals = ["dt(h) - k*n", "dt(w) - k", "dt(rho) - k"]
)deck";

}  // namespace mollis::deck::test
