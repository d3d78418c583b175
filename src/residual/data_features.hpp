#pragma once
/// What the residuals read of the data: mollified jets of the states (strong form) or mollified derivatives of pointwise
/// terms of the raw data (weak form; unbiased under the noise, see equation/unbiased.hpp), with the way the noise reaches them
/// and the points where they exist.
#include <memory>
#include <vector>

#include "kernels/field.hpp"
#include "mollifier/blended_jets.hpp"
#include "observations/known_fields.hpp"
#include "observations/states.hpp"
#include "residual/feature_bank.hpp"
#include "residual/residual_model.hpp"

namespace mollis::residual {

class DataFeatures {
 public:
  /// Reads no file: states and known fields are given. Collective.
  DataFeatures(grid::Grid grid, equation::System const& system, mollifier::Settings const& mollifier,
               std::vector<observations::State> const& states, std::vector<observations::KnownField> const& fields);

  FeatureBank const& bank() const { return bank_; }
  NoiseModel const& noise() const { return noise_; }
  Field const& mask() const { return mask_; }  ///< 1 where the data give every feature

  /// Local points that gaps in data or known fields cost their residual, and points whose rows were refitted around gaps
  /// (strong form: see mollifier::BlendedJets) so that they keep it.
  struct Gaps {
    Index lost = 0, refitted = 0;
  };
  Gaps const& gaps() const { return gaps_; }
  /// The derivatives of the first state or term, in whose memory others may work; null where there is none. Not collective.
  mollifier::Jets const* first_jets() const { return groups_.empty() ? nullptr : &groups_.front().jets->first_rung(); }

  /// The linear response of the state features (see state_features) to a small change of the data, one field a state.
  /// Collective.
  std::vector<Field> response(std::vector<Field> const& changes) const;
  /// The features that `response` returns, in its order.
  std::vector<int> const& state_features() const { return state_features_; }

 private:
  void strong(std::vector<observations::State> const& states);
  void weak(std::vector<observations::State> const& states, std::vector<observations::KnownField> const& fields);
  void take(int feature, Field const& values);
  void meet_known_gaps();
  void count_gaps(Index inside);

  struct Group {                           ///< features computed by one set of jets
    int index;                             ///< state or term
    std::vector<int> features;
    std::unique_ptr<mollifier::BlendedJets> jets;
    std::vector<Field> slopes;             ///< weak: df~/d(state) over the raw data
    std::vector<int> states;               ///< weak: those states
    bool corrected = true;                 ///< weak: f~ stands for f
  };

  /// The noise's variance at every datum of a state (0 unless `corrected`).
  Placed variance_of(observations::State const& state, bool corrected) const;
  /// The arrays that term tapes read. `corrected`: variances as they are, else 0.
  std::vector<Placed> inputs_of(std::vector<equation::Feature> const& features, std::vector<observations::State> const& states,
                                std::vector<observations::KnownField> const& fields, bool corrected = true) const;
  /// Do the parts of a term's correction shrink at least by half, on average over the data? Collective.
  bool converges(equation::Term const& term, std::vector<kernels::Operand> const& operands) const;
  void pair_noise(equation::TermPair const& pair, std::vector<kernels::Operand> const& operands, Group const& a,
                  Group const& b);

  grid::Grid grid_;
  equation::System const* system_;
  mollifier::Settings mollifier_;
  FeatureBank bank_;
  NoiseModel noise_;
  Field mask_;
  Gaps gaps_;
  std::vector<Group> groups_;
  std::vector<int> state_features_;
};

}  // namespace mollis::residual
