#include "estimators/joint/averaged_waves.hpp"

#include "estimators/joint/local_values.hpp"

namespace mollis::joint {

AveragedWaves::AveragedWaves(Objective const& objective)
    : objective_(objective), whole_(objective.lattice().extended(), bases_of(objective.lattice()), -1),
      symbols_(objective.lattice(), objective.problem().system()),
      tilted_(objective.lattice(), objective.problem().system(),
              tilted(Symbols::angles_of(objective.lattice()), objective.lattice().extended())) {}

std::vector<double> AveragedWaves::sizes_of_terms(Averages const& averages) const {
  std::vector<double> kappa(averages.terms.size(), 0.0);
  over_waves(whole_.lines().box, averages, symbols_, symbols_, [&](Index, std::vector<double> const& symbols, double smoothing) {
    double equation = 0.0;
    for (std::size_t k = 0; k < averages.equation.size(); ++k)
      equation += averages.equation[k] * second_moment(averages, averages.of[k].back(), symbols);
    double const data = averages.data.front() * smoothing * smoothing;
    double const both = equation * data / ((equation + data) * (equation + data));  // largest where they are alike
    for (std::size_t t = 0; t < kappa.size(); ++t) kappa[t] += both * symbols[t] * symbols[t];
  });
  MPI_Allreduce(MPI_IN_PLACE, kappa.data(), static_cast<int>(kappa.size()), MPI_DOUBLE, MPI_SUM, objective_.problem().grid.comm());
  return kappa;
}

HostField AveragedWaves::spectrum_of(Field const& a) const {
  auto const& lattice = objective_.lattice();
  Field const embedded("embedded", static_cast<std::size_t>(lattice.extended().local_size()));
  Extents const extents = objective_.problem().grid.owned().extents();
  kernels::copy_box(a, kernels::window(extents, {0, 0, 0, 0}), embedded, lattice.window(), extents);
  auto data = values_of(embedded);
  whole_.forward(data);
  return data;
}

double AveragedWaves::seen_by_data(Averages const& averages, std::vector<HostField> const& left, std::vector<HostField> const& right) const {
  double sum = 0.0;
  over_waves(whole_.lines().box, averages, tilted_, symbols_, [&](Index m, std::vector<double> const& symbols, double smoothing) {
    for (std::size_t k = 0; k < averages.equation.size(); ++k) {
      double moved = 0.0;  // J D^-1 J^T
      for (std::size_t s = 0; s < averages.data.size(); ++s) moved += noise_in(averages, symbols, smoothing, k, s);
      if (averages.equation[k] > 0.0)
        sum += left[k][static_cast<std::size_t>(m)] * right[k][static_cast<std::size_t>(m)] / (1.0 / averages.equation[k] + moved);
    }
  });
  return sum_over(objective_.problem().grid.comm(), sum);
}

}  // namespace mollis::joint
