// Every section and key of a deck, once.
#include "deck/schema.hpp"
#include "estimators/methods.hpp"

namespace mollis::deck {

namespace {

constexpr double most_points = 2147483647.0;  // along an axis: what files and messages count
constexpr double inf = std::numeric_limits<double>::infinity();

Limits at_least(double low) { return {low, inf, false, false}; }
Limits from_to(double low, double high) { return {low, high, false, false}; }
Limits positive() { return {0.0, inf, true, false}; }

Key key(std::string const& name, Type type, std::string const& help) { return Key{name, type, help}; }

Section grid() {
  return {"grid", "The points of the observations.",
    {key("axes", Type::texts, "slowest first, always in the order t, z, y, x")
         .needed().out_of({"t", "z", "y", "x"}).like(R"(["y", "x"])"),
     key("points", Type::integers, "number of points along each axis").within(from_to(2, most_points)).like("[128, 128]"),
     key("lower", Type::numbers, "coordinate of the first point of each axis").in("of the axis").like("[0.0, 0.0]"),
     key("upper", Type::numbers, "coordinate of the last point; on a periodic axis lower + period, which is no point")
         .in("of the axis").like("[1.0, 1.0]"),
     key("periodic", Type::texts, "axes that close on themselves").otherwise("[]").like(R"(["x"])"),
     key("coordinates", Type::table, "axes read from a file, instead of points, lower and upper")
         .like(R"({ file = "a.h5", datasets = ["t", "x"] })"),
     key("reflect", Type::axis_choices, "known symmetry of the states at both ends of an axis")
         .out_of({"even", "odd"}).otherwise("{}").like(R"({ y = "even" })"),
     key("refine", Type::axis_integers, "gaps of the states' lattice in a gap of the data's: for few frames and coarse pixels; fitted by method joint")
         .within(from_to(1, 64)).otherwise("{}").like("{ t = 4 }"),
     key("mask", Type::table, "the domain, where it is no box: results are NaN outside it").like(R"({ file = "a.h5", dataset = "inside" })"),
     key("decomposition", Type::integers, "blocks along each axis, 1 along t; [] is automatic")
         .within(at_least(1)).otherwise("[]").like("[1, 2]")}};
}

/// Points of the file's axes that are read, by axis of the grid.
std::vector<Key> cut() {
  return {key("crop", Type::axis_ranges, "first index and end of what is read along an axis, in points of the file")
              .within(at_least(0)).otherwise_computed("all").like("{ x = [10, 200] }"),
          key("bin", Type::axis_integers, "points of the file, after the crop, whose mean is one point of the grid; a gap among them makes a gap")
              .within(from_to(1, most_points)).otherwise_computed("1").like("{ y = 2, x = 2 }")};
}

/// Which part of a dataset is read.
std::vector<Key> part() {
  std::vector<Key> keys{
      key("order", Type::texts, "the axes of the dataset as they stand in the file, slowest first: those of the grid, and names for others that `at` fixes")
          .otherwise_computed("by the file's own names of them, else as the grid has them").like(R"(["x", "t"])"),
      key("at", Type::axis_integers, "axes of the file that are read at one index (from 0; -1: the last): by the file's name, the name in order, or the number of the axis from 0")
          .within(at_least(-1)).otherwise_computed("none").like("{ time = 0, channel = 2 }")};
  for (auto const& each : cut()) keys.push_back(each);
  return keys;
}

std::vector<Key> operator+(std::vector<Key> keys, std::vector<Key> const& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

Section coordinates() {
  return {"grid.coordinates", "Axes from datasets, stretched ones allowed.",
    std::vector<Key>{key("file", Type::file, "HDF5 or NetCDF file").needed().like(R"("a.h5")"),
     key("datasets", Type::texts, "one an axis, strictly increasing; those of space may decrease, results do so too").needed().like(R"(["t", "x"])"),
     key("period", Type::axis_numbers, "period of each axis that is periodic")
         .in("of the axis").within(positive()).otherwise("{}").like("{ t = 3.15e7 }"),
     key("time_unit", Type::choice,
         "unit that axis t gets where the file gives its times in the CF manner, as \"days since 1950-01-01\"; they count from that date")
         .out_of({"s", "min", "h", "d"}).otherwise(R"("s")")} + cut(),
    "", true};
}

/// Of the grid, or of an observation (`named`: what * stands for).
Section mask(std::string const& pattern, std::string const& help, std::string const& named) {
  return {pattern, help,
    std::vector<Key>{key("value", Type::expression, "expression of coordinates").like(R"("0.16 - (x - 0.5)^2 - (y - 0.5)^2")"),
     key("file", Type::file, "HDF5, NetCDF, .npy, .npz, TIFF, NIfTI or CSV file, instead of value").like(R"("mask.h5")"),
     key("dataset", Type::text, "of the file, over the grid or some of its axes; NaN is outside").like(R"("inside")"),
     key("above", Type::number, "the threshold").otherwise("0.0"),
     key("fill_holes", Type::boolean, "points outside that points inside cut off from all open ends of space are inside, too (nucleoli, dark spots), every time by itself").otherwise("false")} + part(),
    named, true};
}

Section observations() {
  return {"observations.*", "What was observed of a state; one table a state.",
    std::vector<Key>{key("kind", Type::choice,
         "\"grid\": values at all points of the grid; \"points\": values at scattered points, from a table; \"localisations\": places where "
         "molecules were seen, from a table: the state is their density; \"none\": the state was not observed, the equation alone tells it (method joint)")
         .out_of({"grid", "points", "localisations", "none"}).otherwise(R"("grid")"),
     key("file", Type::file,
         "HDF5, NetCDF, .npy, .npz, TIFF, NIfTI or CSV file, mollis look FILE shows what it holds; tables: HDF5 or text with named columns (CSV)")
         .otherwise_computed("required where anything was observed").like(R"("obs.h5")"),
     key("dataset", Type::text, "grid: any real or integer type, one axis of the grid each; NaN: not observed")
         .otherwise_computed("required on the grid, but for files of one array without a name (.npy, TIFF, NIfTI, CSV)").like(R"("u")"),
     key("columns", Type::names,
         "tables: the column (in HDF5 the 1D dataset) of each axis; points: of \"value\" and of \"sigma\", the standard deviation of its noise; localisations: of "
         "\"sigma\" (or \"sigma_x\", ... along one axis), the uncertainty with which each is counted, as so much wider")
         .otherwise_computed("the axes' names, value the state's, no sigma").like(R"({ t = "t", y = "y", x = "x [nm]", value = "head" })"),
     key("scale", Type::axis_numbers, "localisations: the unit of an axis' column, in that of the axis (0.001: nm on a grid in um), and of sigma's")
         .within(positive()).otherwise_computed("1; of sigma as of its axis").like("{ y = 0.001, x = 0.001 }"),
     key("density", Type::table, "localisations: what the state has to do with their density").like("{ offset = 500.0, gain = 500.0 }"),
     key("mask", Type::table, "the domain, where it is no box; as [grid] mask").like(R"({ file = "obs.h5", dataset = "inside" })"),
     key("noise", Type::noise,
         "standard deviation; { relative = 0.01 } (of the standard deviation of the data), { proportional = 0.05, floor = 0.1 } (of each "
         "value), { file = \"a.h5\", dataset = \"sigma\" } (each datum's own), { gain = 2.0, offset = 100.0 } or \"poisson\" (counts; on a grid each may be \"auto\"), or \"auto\"; "
         "localisations: \"poisson\", { gain = 3.0 } (so many times its variance), or \"auto\" (as often as the counts tell)")
         .in("of the state").otherwise(R"("auto")"),
     key("noise_blur", Type::number, "grid: neighbours share their noise, which is white noise blurred by a Gaussian of this standard deviation along the "
         "axes of space; noise is the deviation of a datum, and given; fitted by method joint")
         .in("points of the data").within(Limits{0.0, 64.0, true, false}).otherwise_computed("none: white noise").like("1.5"),
     key("sampling", Type::choice, "grid: \"point\": values at the points; \"mean\": means over cells of the grid about them along the axes of space, as "
         "pixels are; fitted by method joint")
         .out_of({"point", "mean"}).otherwise(R"("point")"),
     key("loss", Type::choice,
         "what a datum far off costs: \"gaussian\": its square; \"robust\": no more than four deviations do, so that outliers are set aside; fitted by method joint")
         .out_of({"gaussian", "robust"}).otherwise(R"("gaussian")"),
     key("about", Type::number, "the value about which the state is odd where an axis reflects as \"odd\"")
         .in("of the state").otherwise("0").like("293.15"),
     key("size", Type::number, "none: how large the state may be, the standard deviation of what is believed of it before the fit")
         .in("of the state").within(positive()).otherwise_computed("from the equation").like("2.0"),
     key("walls", Type::expressions,
         "known values where axes end (AXIS: both ends; AXIS_lower, AXIS_upper): they take the place of observations "
         "there, a hundred times as exact in a joint fit")
         .in("of the state").otherwise("{}").like(R"({ y = "0", x_lower = "1 - y" })")} + part(),
    "STATE"};
}

Section density() {
  return {"observations.*.density", "Density of localisations = offset + gain times the state, in localisations a unit of volume of the axes.",
    {key("offset", Type::number, "density where the state is 0").in("1 over the product of the axes").otherwise("0.0"),
     key("gain", Type::number, "density that 1 of the state adds").in("1 over the product of the axes").within(positive()).otherwise("1.0")},
    "STATE", true};
}

std::vector<Key> values() {
  return std::vector<Key>{key("value", Type::expression, "expression of coordinates, or a number").like(R"("1 + x")"),
                          key("file", Type::file, "HDF5, NetCDF, .npy, .npz, TIFF, NIfTI or CSV file, instead of value").like(R"("m.h5")"),
                          key("dataset", Type::text, "of the file; NaN makes a gap").like(R"("m")")} + part();
}

Section parameters() {
  return {"parameters.*", "A hidden parameter of the equation.",
    {key("over", Type::texts, "axes that it varies over, [] for a constant; one state, [\"u\"], for a curve over its values")
         .needed().like(R"(["y", "x"])"),
     key("coefficients", Type::integer, "of a curve over a state, a cubic spline: three more than there are intervals between its knots")
         .within(from_to(4, 32)).otherwise_computed("6, and 9, 15 or 27 where the data tell so many"),
     key("range", Type::numbers, "of the state, outside which the curve is constant").in("of the state")
         .otherwise_computed("what the data visit, less two standard deviations of their noise at each end").like("[0.0, 1.0]"),
     key("initial", Type::number, "first guess; without one fits begin at what the data say, nonlinear ones at 1"),
     key("lower", Type::number, "lower bound, always respected").otherwise_computed("none").like("0.05"),
     key("upper", Type::number, "upper bound, always respected").otherwise_computed("none").like("10.0"),
     key("transform", Type::choice, "\"log\": the fit and the smoothness act on the logarithm")
         .out_of({"none", "log"}).otherwise(R"("none")"),
     key("smoothness", Type::table, "penalty on rough parameters").otherwise("{}"),
     key("truth", Type::table, "the true values where known: scored, never used by the fit")
         .like(R"({ value = "1 + x" })")},
    "NAME"};
}

Section smoothness() {
  return {"parameters.*.smoothness", "Penalty: weight/2 times N times the grid mean of squared derivatives of `order`.",
    {key("order", Type::integer, "order of the penalised derivatives").within(from_to(1, 4))
         .otherwise_computed("2 for joint, 1 for all others"),
     key("weight", Type::weight, "number, or \"auto\"").within(at_least(0)).otherwise(R"("auto")")},
    "NAME"};
}

/// Taken apart before anything else (experiments.cpp).
Section experiment() {
  return {"experiment",
    "One of several experiments that share the parameters. The residuals hold in each, with its states and fields; what [observations.STATE] and "
    "[fields.NAME] say holds where the experiment says nothing else.",
    {key("name", Type::text, "what its states are called by: u of experiment left is u_left in logs and files")
         .otherwise_computed("1, 2, ...").like(R"("left")"),
     key("observations", Type::table, "[experiment.observations.STATE], for every state; keys as of [observations.STATE]")
         .otherwise_computed("required"),
     key("fields", Type::table, "[experiment.fields.NAME], keys as of [fields.NAME]: the field in this experiment").otherwise_computed("as in [fields.NAME]")},
    "", true, true};
}

Section equation() {
  return {"equation", "The equation that states and parameters obey: residual = 0.",
    {key("residual", Type::text, "expression that is 0 (one equation)").like(R"("lambda*lap(u) + m")"),
     key("residuals", Type::texts, "expressions that are 0 (a system)").like(R"(["dx(u) - a*v", "dx(v) + u"])"),
     key("form", Type::choice, "\"weak\": derivatives are moved onto the mollifier; rows whose footprint lies inside")
         .out_of({"strong", "weak"}).otherwise(R"("strong")"),
     key("let", Type::expressions, "names for sub-expressions").otherwise("{}").like(R"({ s = "u^2" })")}};
}

Section mollifier() {
  return {"mollifier", "The smooth kernel whose derivatives take the place of derivatives of the data.",
    {key("kernel", Type::choice, "family; support |s| < 1, s = j/(radius + 1)")
         .out_of({"bump", "polynomial", "cosine", "gaussian"})
         .otherwise_computed("\"bump\"; \"polynomial\" in the weak form, where derivatives of the kernel are sampled"),
     key("exponent", Type::number, "of the polynomial and cosine kernels").within(positive()).otherwise("9.0"),
     key("radius", Type::radius,
         "a number, per axis { t = 4, x = 12 }, per axis and derivative order { x = { 0 = 8, 2 = 12 } }; 0: no filter; \"adaptive\": varies over the domain")
         .in("cells").within(from_to(0, 512)).otherwise(R"("auto")").like("12"),
     key("degree", Type::integer, "of the local polynomial (strong form)").within(from_to(0, 10)).otherwise("4"),
     key("filter", Type::choice, "\"moment\": local polynomial; \"analytic\": sampled derivatives of the kernel")
         .out_of({"moment", "analytic"}).otherwise(R"("moment")")}};
}

Section mollify() {
  return {"mollify", "Read by `mollis mollify`.",
    {key("derivatives", Type::texts,
         "derivatives to write for every state, by axis letters (\"x\", \"xx\", \"xy\"); the smoothed state always is")
         .otherwise("[]").like(R"(["xx", "yy"])")}};
}

Section inversion() {
  return {"inversion", "How the parameters are found.",
    {key("method", Type::choice, "\"joint\": states and parameters together; \"equation-error\": mollified data, then parameters; \"pointwise\": point by point; \"auto\": what suits the data, judged by its verdict")
         .out_of(estimators::method_names()).otherwise(R"("auto")"),
     key("reweight", Type::integer, "most passes of variance weights").within(from_to(1, 100)).otherwise("10"),
     key("bias_correction", Type::choice,
         "take the noise of the equation's terms out of the normal equations; \"auto\": where that is safe")
         .out_of({"auto", "on", "off"}).otherwise(R"("auto")"),
     key("tolerance", Type::number, "relative, of the linear and Newton solves")
         .within({0.0, 1.0, true, true}).otherwise("1e-10"),
     key("max_iterations", Type::integer, "most Newton steps").within(from_to(1, 1000000)).otherwise("50")}};
}

Section joint() {
  return {"joint", "Read by the method \"joint\".",
    {key("spline_degree", Type::integer, "of the B-spline mollifier, odd; 3 above the highest derivative along an axis, or more").within(from_to(3, 15)).otherwise("7"),
     key("penalty", Type::weight, "weight w of the squared residual; \"auto\": from the noise, raised once at the end")
         .within(positive()).otherwise(R"("auto")")}};
}

Section forward() {
  return {"forward", "Read by `mollis forward` alone: synthetic observations.",
    {key("equation", Type::choice,
         "\"elliptic\": a lap(u) + b = 0; \"divergence\": div(a grad u) + b = 0; \"advection-diffusion\": div(a grad u) "
         "- v . grad u + b = 0 (with axis t: u_t on the right); \"langevin\": u_t = u + a; \"phase-field\": chromatin; "
         "\"plate\": a lap(lap(u)) = b")
         .out_of({"elliptic", "divergence", "advection-diffusion", "langevin", "phase-field", "plate"})
         .otherwise_computed("\"elliptic\" where states is absent"),
     key("coefficient", Type::expression, "a, an expression of coordinates, fields and true parameters")
         .otherwise_computed("the only parameter").like(R"("lambda")"),
     key("source", Type::expression, "b, likewise").otherwise_computed("the only field, \"0\" where there is none")
         .like(R"("m")"),
     key("velocity", Type::expressions, "v of \"advection-diffusion\" by axis, 0 along axes not named")
         .otherwise_computed("0").like(R"--({ x = "1 - y^2" })--"),
     key("states", Type::expressions, "manufactured states, instead of equation").like(R"--({ u = "sin(pi*x)" })--"),
     key("conditions", Type::axis_choices,
         "at both ends of an open axis: \"dirichlet\" (the state is boundary) or \"neumann\" (no flux)")
         .out_of({"dirichlet", "neumann"}).otherwise_computed("\"dirichlet\"").like(R"({ y = "neumann" })"),
     key("boundary", Type::expression, "value of the state where the condition is \"dirichlet\"")
         .otherwise_computed("\"0\"").like(R"("1 + x")"),
     key("initial", Type::expression, "state at the start of time").like(R"--("sin(pi*x)")--"),
     key("perturbation", Type::number, "standard deviation of white noise added to initial")
         .in("of the state").within(at_least(0)).otherwise_computed("0").like("0.01"),
     key("spin_up", Type::number, "time between the initial state and the first frame")
         .in("of the axis t").within(at_least(0)).otherwise_computed("0").like("0.5"),
     key("steps", Type::integer, "least number of time steps between two frames").within(from_to(1, 1000000))
         .otherwise_computed("8").like("20"),
     key("mobility", Type::number, "M of \"phase-field\"").within(positive()).otherwise_computed("20").like("20"),
     key("gradient_energy", Type::number, "kappa of \"phase-field\"").within(positive())
         .otherwise_computed("1").like("1"),
     key("refine", Type::integer, "cells of the solver's grid a cell of the observations' grid")
         .within(from_to(1, 16)).otherwise_computed("4, on three axes and more 2"),
     key("noise", Type::deviation,
         "standard deviation, or { relative = 0.01 } (of the standard deviation of the state)")
         .in("of the state").otherwise("{ relative = 0.01 }"),
     key("dropout", Type::number, "share of the points that is not observed")
         .within({0.0, 1.0, false, true}).otherwise("0.0"),
     key("seed", Type::integer, "of the random numbers").within(at_least(0)).otherwise("1")},
    "", true};
}

Section uncertainty() {
  return {"uncertainty", "How sure the parameters are.",
    {key("samples", Type::weight, "draws of the error, 0 for none; \"auto\": as many as cost no more than the fit, 4 to 24 (64 of constants alone)")
         .within(from_to(0, 10000)).otherwise(R"("auto")").like("32"),
     key("keep", Type::boolean, "write the samples of the parameters to result.h5").otherwise("false")}};
}

Section validation() {
  return {"validation", "Observations kept from the fit, to check it by: the predictive misfit.",
    {key("hold_out", Type::number, "share that is kept from the fit; 0: none").within({0.0, 0.9, false, false}).otherwise("0.0").like("0.1"),
     key("what", Type::choice, "what is drawn: single points, boxes of an eighth of every axis, or whole times")
         .out_of({"blocks", "points", "frames"}).otherwise(R"("blocks")"),
     key("seed", Type::integer, "of the draw").within(at_least(0)).otherwise("1")}};
}

Section output() {
  return {"output", "Where the results go.",
    {key("directory", Type::file, "relative to the deck")
         .otherwise_computed("the deck's name with .out, beside the deck").like(R"("heat2d.out")"),
     key("checkpoint", Type::number, "time between two checkpoints of invert, forward and predict, from which --restart goes on; 0: only where the run is asked to stop")
         .in("minutes").within(at_least(0)).otherwise("15").like("5")}};
}

}  // namespace

std::vector<Section> const& schema() {
  static std::vector<Section> const all = {
      grid(), coordinates(), mask("grid.mask", "Points inside the domain: those where the values are above a threshold.", ""), observations(),
      density(), mask("observations.*.mask", "The same as [grid] mask, said of what was observed; one of them.", "STATE"),
      {"fields.*", "A known field of the equation: an expression, or a dataset.", values(), "NAME"},
      experiment(), parameters(), smoothness(),
      {"parameters.*.truth", "True values of a parameter.", values(), "NAME", true},
      equation(), mollifier(), mollify(), inversion(), joint(), uncertainty(), validation(), forward(), output()};
  return all;
}

}  // namespace mollis::deck
