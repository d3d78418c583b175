#include "uncertainty/samples.hpp"

#include <fmt/format.h>

#include "kernels/pointwise.hpp"
#include "parameters/transform.hpp"

namespace mollis::uncertainty {
namespace {

std::string name_of(parameters::Unknown const& unknown, std::size_t draw) { return fmt::format("samples/{}_{}", unknown.name, draw + 1); }

}  // namespace

void Samples::add(std::vector<Field> const& fitted, std::vector<Field> const& error) {
  if (!wanted_) return;
  samples_.emplace_back();
  for (std::size_t p = 0; p < fitted.size(); ++p) {
    Field const drawn = make_field("sample", static_cast<Index>(fitted[p].extent(0)));
    Kokkos::deep_copy(drawn, fitted[p]);
    kernels::add_scaled(1.0, error[p], drawn);
    samples_.back().push_back(parameters::value_of(space_.unknowns()[p], drawn));
  }
}

void Samples::keep(checkpoint::Quantities& kept) const {
  auto const& unknowns = space_.unknowns();
  for (std::size_t k = 0; k < samples_.size(); ++k)
    for (std::size_t p = 0; p < unknowns.size(); ++p) kept.put(name_of(unknowns[p], k), unknowns[p].grid, samples_[k][p]);
}

void Samples::go_on(checkpoint::Quantities const& kept, int count) {
  if (!wanted_) return;
  samples_.assign(static_cast<std::size_t>(count), {});
  for (std::size_t k = 0; k < samples_.size(); ++k)
    for (auto const& unknown : space_.unknowns()) samples_[k].push_back(kept.field(name_of(unknown, k), unknown.grid));
}

run::Named<std::vector<Field>> Samples::result() const {
  run::Named<std::vector<Field>> out;
  for (std::size_t p = 0; p < space_.unknowns().size() && wanted_; ++p) {
    std::vector<Field> of_parameter;
    for (auto const& sample : samples_) of_parameter.push_back(sample[p]);
    out.emplace_back(space_.unknowns()[p].name, of_parameter);
  }
  return out;
}

}  // namespace mollis::uncertainty
