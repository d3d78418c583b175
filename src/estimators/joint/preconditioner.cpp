#include "estimators/joint/preconditioner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/product.hpp"
#include "estimators/joint/section_choice.hpp"
#include "petsc/access.hpp"
#include "problem/section.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

/// Of an edge's inverse, beside the mean of the lines, which has part of what is added: with all of it, eigenvalues of up to 2 stand beside
/// those of 1 (heat3d 32^3: 229 iterations with all, 191 with half, 209 with a quarter of it, 378 with none).
constexpr double edge_share = 0.5;

/// Data that no average describes.
bool is_uneven(Objective const& objective) {
  auto const& states = objective.problem().states;
  return objective.is_scarce() || objective.averages_fail() || std::any_of(states.begin(), states.end(), [](auto const& state) { return state.points != nullptr; });
}

/// Parameters over some of the axes.
bool has_profiles(Objective const& objective) {
  auto const& problem = objective.problem();
  auto const& unknowns = problem.space().unknowns();
  return std::any_of(unknowns.begin(), unknowns.end(), [&](auto const& unknown) {
    return !unknown.axes.empty() && static_cast<int>(unknown.axes.size()) < problem.grid.dimension();
  });
}

Index unknowns_of(Objective const& objective) {
  Index unknowns = objective.layout().size;
  MPI_Allreduce(MPI_IN_PLACE, &unknowns, 1, MPI_INT64_T, MPI_SUM, objective.problem().grid.comm());
  return unknowns;
}

}  // namespace

/// Parameters over some of the axes, which no section holds, are best served by the inverse itself as long as it is small.
Preconditioner::Kind Preconditioner::kind_of(Objective const& objective) {
  if (!is_uneven(objective)) return Kind::averages;
  bool const partial = has_profiles(objective);
  bool const small = !objective.averages_fail() && unknowns_of(objective) <= solver::DenseInverse::most;
  auto const section = choose_section(objective, objective.averages_fail());
  if (small && (partial || !section)) return Kind::dense;
  if (!section) return Kind::averages;
  return section->wave >= 0 ? Kind::waves : Kind::exact;
}

std::string Preconditioner::describe(Objective const& objective) {
  auto const size = unknowns_of(objective);
  switch (kind_of(objective)) {
    case Kind::dense: return fmt::format("solved with the inverse of the Hessian, {} unknowns", size);
    case Kind::exact:
    case Kind::waves:
      return fmt::format("solved with the Hessian{} factorised, {} unknowns, factors of about {:.2g} MB",
                         kind_of(objective) == Kind::waves ? " of each wave of time" : "", size,
                         choose_section(objective, objective.averages_fail())->bytes / 1e6);
    default:
      if (!is_uneven(objective)) return "";
      return fmt::format("{} unknowns are {}: data far from even, solves may take long", size,
                         choose_section(objective, true) ? "many; the Hessian is factorised if averages of it do not serve" : "too many to factorise the Hessian");
  }
}

Preconditioner::Preconditioner(Objective& objective)
    : objective_(objective), kind_(kind_of(objective)), waves_(objective), scaling_(objective, waves_), directions_(objective), stiff_(objective) {
  auto const& grid = objective_.problem().grid;
  auto const& unknowns = objective_.problem().space().unknowns();
  bool const odd = std::any_of(grid.axes().begin(), grid.axes().end(), [](auto const& axis) { return axis.reflection == grid::Reflection::odd; });
  std::vector<std::size_t> others;
  for (std::size_t u = 0; u < unknowns.size(); ++u) {
    bool const whole = static_cast<int>(unknowns[u].axes.size()) == grid.dimension();
    if (kind_ == Kind::exact ? !unknowns[u].axes.empty() : whole && !odd)
      fields_.push_back(static_cast<int>(u));
    else
      others.push_back(u);
  }
  reduced_ = std::make_unique<ReducedParameters>(objective_, waves_, others);
  if (kind_ == Kind::exact || kind_ == Kind::waves)
    section_ = std::make_unique<SectionModel>(objective_, kind_ == Kind::exact ? -1 : 0, kind_ == Kind::exact ? fields_ : std::vector<int>(),
                                              kind_ == Kind::waves && fills_domain(objective_) ? SectionModel::Waves::slow : SectionModel::Waves::all);
  if (kind_ == Kind::averages || kind_ == Kind::waves) make_models();
}

void Preconditioner::make_models() {
  auto const& grid = objective_.problem().grid;
  auto const& system = objective_.problem().system();
  std::vector<std::vector<int>> parameters;
  for (auto const& unknown : objective_.problem().space().unknowns()) parameters.push_back(unknown.axes);
  auto lines = problem::model_lines(grid, system, parameters);
  if (kind_ == Kind::waves)   // space is exact there
    lines.erase(std::remove_if(lines.begin(), lines.end(), [](int line) { return line != 0; }), lines.end());
  if (problem::wants_second_level(grid, system) && reduced_->can_own()) coarse_ = CoarseModel::all(objective_);
  if (has_levels()) reduced_->own();
  for (std::size_t b = 0; b < lines.size(); ++b) {
    models_.push_back(std::make_unique<LineModel>(objective_, lines[b]));
    for (std::size_t a = 0; a < b && !section_; ++a) edges_.push_back(std::make_unique<EdgeModel>(objective_, std::array<int, 2>{lines[a], lines[b]}));
  }
  if (models_.empty()) models_.push_back(std::make_unique<LineModel>(objective_, -1));
  if (is_one_model()) models_.front()->set_rows_apart();
}

bool Preconditioner::can_leave_averages() const {
  if (kind_ != Kind::averages || objective_.averages_fail()) return false;
  auto const section = choose_section(objective_, true);
  return section && section->wave < 0;
}

void Preconditioner::update(Vec moves, bool many) {
  if (kind_ == Kind::dense) {
    Product product(objective_);
    dense_ = std::make_unique<solver::DenseInverse>(product, objective_.make_vector(), moves);
    return;
  }
  auto averages = averages_of(objective_);
  if (objective_.is_stiff()) averages = of_means(std::move(averages));
  if (section_) section_->update(moves, many);
  has_edges_ = !edges_.empty() && !leaves_edges_;
  stiff_.clear();
  bool const free = many && kind_ == Kind::averages && !has_levels() && !objective_.is_stiff() && !objective_.holds_parameters() && !fields_.empty();
  if (free) {   // of the states alone, first
    objective_.hold_parameters(true);
    update_models(averages);
    objective_.hold_parameters(false);
    stiff_.update(fields_, *this);
  }
  update_models(averages);
  for (auto const& coarse : coarse_) coarse->update();
  if (!objective_.holds_parameters()) reduced_->update(averages);
  struct Rest final : solver::Preconditioner {
    explicit Rest(joint::Preconditioner& of_) : of(of_) {}
    void apply(Vec r, Vec z) override { of.apply_to_rest(r, z); }
    joint::Preconditioner& of;
  } rest(*this);
  if (has_directions()) directions_.update(moves, rest);
  else directions_.clear();
}

void Preconditioner::update_models(Averages const& averages) {
  auto const unknowns = objective_.holds_parameters() ? std::vector<int>() : fields_;
  if (kind_ == Kind::exact) return scaling_.set_unknowns(unknowns);
  scaling_.update(averages, unknowns, has_edges_);
  if (objective_.is_stiff()) scaling_.forget_variance();
  for (auto& model : models_) model->update(averages, scaling_.coupling());
  if (has_edges_)
    for (auto& edge : edges_) edge->update(averages, scaling_.coupling());
  scaling_.forget_places();
}

/// What the line models know of r, on the extended lattice.
std::vector<HostField> Preconditioner::states_and_fields(Vec r) const {
  auto const& layout = objective_.layout();
  petsc::Reading const from(r);
  std::vector<HostField> fields;
  for (Index const offset : layout.state) fields.push_back(on_host(from.piece(offset, layout.state_size)));
  auto const& in_models = scaling_.coupling().unknowns;
  for (std::size_t i = 0; i < in_models.size(); ++i) {
    auto const& unknown = objective_.problem().space().unknowns()[static_cast<std::size_t>(in_models[i])];
    fields.push_back(scaling_.embedded(from.piece(layout.parameters + unknown.offset, unknown.grid.local_size()), i));
  }
  return fields;
}

/// And back; nothing elsewhere.
void Preconditioner::put_states_and_fields(std::vector<HostField> const& values, petsc::Writing& to) const {
  auto const& layout = objective_.layout();
  for (std::size_t s = 0; s < layout.state.size(); ++s) Kokkos::deep_copy(to.piece(layout.state[s], layout.state_size), values[s]);
  auto const& in_models = scaling_.coupling().unknowns;
  for (std::size_t i = 0; i < in_models.size(); ++i) {
    auto const& unknown = objective_.problem().space().unknowns()[static_cast<std::size_t>(in_models[i])];
    scaling_.take_out(values[layout.state.size() + i], i, to.piece(layout.parameters + unknown.offset, unknown.grid.local_size()));
  }
}

/// z := the Hessian's inverse on states and the parameters that are fields, 0 elsewhere.
void Preconditioner::apply_section(Vec r, Vec z) {
  auto const& layout = objective_.layout();
  auto const& unknowns = objective_.problem().space().unknowns();
  std::vector<std::pair<Index, Index>> pieces;
  for (Index const offset : layout.state) pieces.emplace_back(offset, layout.state_size);
  for (int const u : fields_)
    if (auto const& unknown = unknowns[static_cast<std::size_t>(u)]; unknown.owner)
      pieces.emplace_back(layout.parameters + unknown.offset, unknown.grid.local_size());
  std::vector<HostField> from, to;
  {
    petsc::Reading const entries(r);
    for (auto const& [offset, size] : pieces) {
      from.push_back(values_of(entries.piece(offset, size)));
      to.emplace_back("sum", static_cast<std::size_t>(size));
    }
  }
  section_->apply_add(1.0, from, to);
  check(VecSet(z, 0.0));
  petsc::Writing entries(z);
  for (std::size_t i = 0; i < pieces.size(); ++i) Kokkos::deep_copy(entries.piece(pieces[i].first, pieces[i].second), to[i]);
}

void Preconditioner::apply_fields(Vec r, Vec z) {
  if (kind_ == Kind::exact) return apply_section(r, z);
  auto const fields = states_and_fields(r);
  check(VecSet(z, 0.0));
  petsc::Writing to(z);
  std::vector<HostField> sums;
  for (Index const offset : objective_.layout().state) sums.push_back(on_host(to.piece(offset, objective_.layout().state_size)));   // in place
  while (sums.size() < fields.size()) sums.emplace_back("sum", static_cast<std::size_t>(objective_.layout().state_size));
  bool const both = section_ && section_->is_ready();
  double const share = 1.0 / static_cast<double>(models_.size() + (both ? 1 : 0));
  for (auto const& model : models_) model->apply_add(share, fields, sums);
  if (has_edges_)
    for (auto const& edge : edges_) edge->apply_add(edge_share, fields, sums);
  if (section_ && !both) section_->count();
  if (both) section_->apply_add(share, fields, sums);
  put_states_and_fields(sums, to);
}

void Preconditioner::apply(Vec r, Vec z) {
  if (dense_) return dense_->apply(r, z);
  apply_to_rest(r, z);
  if (has_directions()) directions_.add(r, z);
  stiff_.add(r, z);
}

/// Beside the models: parameters that are no part of them by themselves, their couplings in what is smooth.
void Preconditioner::apply_levels(Vec r, Vec z) {
  if (!objective_.holds_parameters()) {
    auto const own = petsc::like(r);
    reduced_->apply(r, own, false);
    check(VecAXPY(z, 1.0, own));
  }
  for (auto const& coarse : coarse_) coarse->add(r, z);
}

/// All but the constants that have directions.
void Preconditioner::apply_to_rest(Vec r, Vec z) {
  apply_fields(r, z);
  if (has_levels()) return apply_levels(r, z);
  bool const served = has_directions() ? reduced_->are_constants() : reduced_->empty();
  if (served || objective_.holds_parameters()) return;
  auto const coupled = petsc::like(r), rest = petsc::like(r), correction = petsc::like(r);
  objective_.couple_to_parameters(z, coupled);
  check(VecWAXPY(rest, -1.0, coupled, r));   // the reduced entries of r - C z
  reduced_->apply(rest, correction, serves_constants());
  objective_.couple_to_states(correction, coupled);
  apply_fields(coupled, rest);               // P C^T correction
  check(VecAXPY(z, -1.0, rest));
  check(VecAXPY(z, 1.0, correction));
}

}  // namespace mollis::joint
