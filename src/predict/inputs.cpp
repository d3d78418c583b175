#include "predict/inputs.hpp"

#include "parameters/parameter_space.hpp"

namespace mollis::predict {

void Inputs::begin(equation::System const& system, residual::FeatureBank& bank) {
  for (auto const& [feature, array] : constant_) bank.set(feature, array);
  for (std::size_t f = 0; f < system.features.size(); ++f)
    if (system.features[f].kind == equation::Feature::Kind::coordinate && system.features[f].index == time_)
      clock_.push_back(static_cast<int>(f));
}

void Inputs::move_to(double t, residual::FeatureBank& bank) const {
  Field const now = make_field("time", 1);
  Kokkos::deep_copy(now, t);
  for (int const feature : clock_) bank.set(feature, {now, Extents{}});
  for (auto const& known : series_) bank.set(known.feature, {known.series.at(t), known.stride});
  if (tapes_.empty()) return;
  std::vector<residual::Placed> held;
  std::vector<kernels::Operand> operands;
  std::vector<int> all;
  for (int a = 0; a < slice_.dimension(); ++a) {
    all.push_back(a);
    held.push_back(a == time_ ? residual::Placed{now, Extents{}} : residual::coordinates_along(slice_, a));
    operands.push_back({held.back().values.data(), held.back().stride});
  }
  auto const stride = parameters::strides_over(slice_, all);
  for (auto const& [feature, tape] : tapes_) {
    Field const values = make_field("known field", slice_.local_size());
    if (slice_.local_size() > 0) kernels::evaluate(tape, operands, {values.data()}, slice_.owned().extents());
    bank.set(feature, {values, stride});
  }
  Kokkos::fence();   // the coordinates go
}

}  // namespace mollis::predict
