#pragma once
/// An approximate inverse of H = J^T W J - N + sum_p beta_p L_p: the data's part averaged over the points, so that modes of the
/// smoothness decouple (a block of the unknowns of a group each), but for the smoothest of them, which LowModes solves as they are.
/// H differs from its average where the data matter more than the smoothness: there are few such modes, and that is how many
/// iterations this saves.
#include "estimators/equation_error/low_modes.hpp"

namespace mollis::equation_error {

class SpectralPreconditioner final : public solver::Preconditioner {
 public:
  explicit SpectralPreconditioner(parameters::ParameterSpace const& space);  ///< Collective.

  /// Takes H as it is now. Collective.
  void update(NormalOperator const& normal);
  void apply(Vec r, Vec z) override;
  /// The trace of the averaged H^-1 over all modes of each parameter. Collective.
  std::vector<double> traces() const;

 private:
  /// Mean over the points of a product of two partials of one residual, both of unknowns of one group.
  struct Mean {
    std::size_t p, q;             ///< positions in the group
    mollifier::MultiIndex a, b;   ///< orders along the group's axes
    double value;
  };
  std::vector<std::vector<Mean>> means(NormalOperator const& normal) const;
  void put_block(std::size_t group, std::vector<Mean> const& means, std::vector<double> const& beta, Extents const& mode,
                 std::vector<double>& data, std::vector<double>& smooth) const;
  LowModes::Counts counts(std::vector<std::vector<Mean>> const& means, std::vector<double> const& beta) const;
  void invert(std::size_t group, std::vector<Mean> const& means, std::vector<double> const& beta);

  parameters::ParameterSpace const* space_;
  LowModes::Groups groups_;
  LowModes low_;
  std::vector<HostField> inverses_;   ///< one a group: [mode on this rank][row][column]
};

}  // namespace mollis::equation_error
