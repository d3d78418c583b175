#include <fmt/format.h>

#include <algorithm>

#include "deck/text.hpp"
#include "look/survey.hpp"
#include "run/shown.hpp"

namespace mollis::look {
namespace {

std::string values_text(Seen const& seen) {
  if (!seen.problem.empty()) return seen.problem;
  if (seen.read == 0) return "no values";
  if (!seen.finite) return "no finite value";
  std::string text = seen.lowest == seen.highest ? fmt::format("{:.6g} everywhere", seen.lowest)
                                                 : fmt::format("{:.6g} to {:.6g}", seen.lowest, seen.highest);
  if (!seen.description.unit.empty()) text += " " + run::shown(seen.description.unit);
  if (seen.even)
    text += fmt::format(", every {:.6g}", seen.spacing());
  else if (seen.increasing || seen.decreasing)
    text += fmt::format(", {}, unevenly spaced", seen.increasing ? "increasing" : "decreasing");
  if (seen.missing > 0)
    text +=
        fmt::format(", {:.3g} % missing", 100.0 * static_cast<double>(seen.missing) / static_cast<double>(seen.read));
  Index all = 1;
  for (Index n : seen.description.shape()) all *= n;
  if (seen.read < all) text += fmt::format(" (of the first {} values)", seen.read);
  return text;
}

std::string packing_text(io::Packing const& packing) {
  std::string text;
  if (packing.scale != 1.0 || packing.offset != 0.0)
    text = fmt::format("stored values times {:.6g} plus {:.6g}", packing.scale, packing.offset);
  if (!packing.fills.empty())
    text += fmt::format("{}missing where stored as {:.6g}", text.empty() ? "" : "; ", packing.fills.front());
  if (packing.low || packing.high)
    text += fmt::format("{}missing outside {} to {}", text.empty() ? "" : "; ",
                        packing.low ? fmt::format("{:.6g}", *packing.low) : "...",
                        packing.high ? fmt::format("{:.6g}", *packing.high) : "...");
  return text;
}

std::string axes_text(io::Description const& description) {
  std::string text;
  for (auto const& axis : description.axes)
    if (axis.spacing > 0.0)
      text += fmt::format("{}{} every {:.6g}{}", text.empty() ? "" : ", ", axis.name, axis.spacing,
                          axis.unit.empty() ? "" : " " + run::shown(axis.unit));
  return text;
}

std::string labels_text(io::Description const& description) {
  std::string text;
  for (auto const& axis : description.axes)
    if (!axis.labels.empty()) text += (text.empty() ? "" : "; ") + axis.name + ": " + numbered(axis.labels);
  return text;
}

}  // namespace

std::string numbered(std::vector<std::string> const& labels) {
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i) text += fmt::format("{}{} {}", i == 0 ? "" : ", ", i, run::shown(deck::quote(labels[i])));
  return text;
}

std::string report(Survey const& survey) {
  std::string text =
      fmt::format("{}: {}, {}\n", survey.file, survey.format,
                  survey.datasets.size() == 1 ? "1 dataset" : fmt::format("{} datasets", survey.datasets.size()));
  std::size_t width = 8;
  for (auto const& seen : survey.datasets) width = std::max(width, std::min<std::size_t>(seen.name.size(), 40));
  for (auto const& seen : survey.datasets) {
    auto const& d = seen.description;
    auto const name = seen.name.empty() ? std::string("(no name)") : run::shown(seen.name);
    text += fmt::format("  {:<{}}  {:<8} {:<24} {}\n", name, width, seen.problem.empty() ? d.type : "-",
                        seen.problem.empty() ? io::shape_text(d.axes) : "", values_text(seen));
    for (auto const& more : {run::shown(d.title, 100), packing_text(d.packing), axes_text(d), labels_text(d)})
      if (!more.empty()) text += fmt::format("  {:<{}}  {}\n", "", width, more);
  }
  return text;
}

}  // namespace mollis::look
