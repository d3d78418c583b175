#include "estimators/joint/edge_model.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::joint {
namespace {

std::vector<int> orders_along(std::vector<Term> const& terms, int axis) {
  std::vector<int> orders{0};
  for (auto const& term : terms) orders.push_back(term.order[static_cast<std::size_t>(axis)]);
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  return orders;
}

std::size_t place_of(int order, std::vector<int> const& orders) {
  return static_cast<std::size_t>(std::find(orders.begin(), orders.end(), order) - orders.begin());
}

/// body(point of both axes, its place in the corner) for all points.
template <class Body>
void over_points(EdgeEnd const& a, EdgeEnd const& b, Body const& body) {
  for (Index i = 0; i < a.points(); ++i)
    for (Index j = 0; j < b.points(); ++j) body(i * b.points() + j, static_cast<std::size_t>((i + a.inset()) * b.places() + j + b.inset()));
}

}  // namespace

EdgeModel::EdgeModel(Objective const& objective, std::array<int, 2> axes)
    : lattice_(objective.lattice()), roughness_(objective.roughness()), axes_(axes), states_(objective.problem().states.size()),
      angles_(Symbols::angles_of(lattice_)), symbols_(lattice_, objective.problem().system(), angles_), forms_(objective, angles_) {
  for (int a = 0; a < lattice_.grid().dimension(); ++a)
    if (a != axes[0] && a != axes[1]) others_.push_back(a);
  for (auto const& state : objective.problem().states) {
    walls_.emplace_back();
    for (std::size_t i = 0; i < 2; ++i)
      walls_.back()[i] = state.walls.empty() ? std::array<bool, 2>{false, false} : state.walls[static_cast<std::size_t>(axes[i])];
  }
  auto const terms = terms_of(objective.problem().system());
  std::array<std::vector<int>, 2> orders;
  for (std::size_t i = 0; i < 2; ++i) {
    orders[i] = orders_along(terms, axes[i]);
    for (bool const upper : {false, true}) (i == 0 ? first_ : second_).emplace_back(objective, forms_, axes[i], orders[i], upper);
  }
  for (std::size_t t = 0; t < terms.size(); ++t) {
    std::array<std::size_t, 2> sets{};
    for (std::size_t i = 0; i < 2; ++i) sets[i] = place_of(terms[t].order[static_cast<std::size_t>(axes[i])], orders[i]);
    auto const group = std::find_if(groups_.begin(), groups_.end(), [&](Group const& g) {
      return g.residual == terms[t].residual && g.state == terms[t].state && g.sets == sets;
    });
    if (group == groups_.end())
      groups_.push_back({terms[t].residual, terms[t].state, sets, {static_cast<int>(t)}});
    else
      group->terms.push_back(static_cast<int>(t));
  }
  std::array<Index, 2> const reach{EdgeEnd::reach(lattice_, axes[0]), EdgeEnd::reach(lattice_, axes[1])};
  for (auto const& first : first_)
    for (auto const& second : second_)
      corners_.push_back({first, second, {lattice_, axes, {first.is_upper(), second.is_upper()}, reach}, {}});
}

EdgeModel::Form::Form(EdgeEnd const& first_, EdgeEnd const& second_, std::size_t states_, std::size_t fields) : first(first_), second(second_), starts{0} {
  for (std::size_t v = 0; v < states_ + fields; ++v)
    starts.push_back(starts.back() + (v < states_ ? first.places() * second.places() : first.points() * second.points()));
  entries.assign(static_cast<std::size_t>(starts.back() * starts.back()), 0.0);
}

/// entries += factor a (x) b, rows of one variable and columns of another.
void EdgeModel::Form::add(double factor, Block const& a, Block const& b, std::size_t row, std::size_t column) {
  if (factor == 0.0) return;
  Index const size = starts.back();
  double* const corner = entries.data() + starts[row] * size + starts[column];
  for (Index i = 0; i < a.rows; ++i)
    for (Index k = 0; k < b.rows; ++k) {
      double* const to = corner + (i * b.rows + k) * size;
      for (Index j = 0; j < a.columns; ++j) {
        double const entry = factor * a.at(i, j);
        if (entry == 0.0) continue;
        for (Index l = 0; l < b.columns; ++l) to[j * b.columns + l] += entry * b.at(k, l);
      }
    }
}

/// Observations, known walls among them, and the roughness.
void EdgeModel::add_data(Averages const& averages, Mode const& mode, Form& form) const {
  EdgeEnd const &a = form.first, &b = form.second;
  double smoothing = 1.0;
  for (int const axis : others_) smoothing *= symbols_.at(axis, 0, mode[static_cast<std::size_t>(axis)]);
  for (std::size_t s = 0; s < states_; ++s) {
    double const weight = averages.data[s], seen = weight * smoothing * smoothing;
    auto const& scales = averages.prior[s];
    form.add(seen, a.gram(0, 0), b.gram(0, 0), s, s);
    if (walls_[s][0][a.is_upper()]) form.add((wall_weight - 1.0) * seen, a.outermost(), b.gram(0, 0), s, s);
    if (walls_[s][1][b.is_upper()]) form.add((wall_weight - 1.0) * seen, a.gram(0, 0), b.outermost(), s, s);
    double tangential = 0.0;
    for (int const axis : others_) {
      auto const n = static_cast<std::size_t>(axis);
      tangential += scales[n] * roughness_.symbol(axis, angles_[n][static_cast<std::size_t>(mode[n])]);
    }
    form.add(weight * tangential, a.identity(), b.identity(), s, s);
    form.add(weight * scales[static_cast<std::size_t>(axes_[0])], a.rough(), b.identity(), s, s);
    form.add(weight * scales[static_cast<std::size_t>(axes_[1])], a.identity(), b.rough(), s, s);
  }
}

void EdgeModel::add_equation(Averages const& averages, FieldCoupling const& coupling, Mode const& mode, Form& form) const {
  struct Part {
    std::size_t variable;
    double factor;
    std::array<std::size_t, 2> sets;
  };
  std::vector<double> symbols;
  put_symbols(averages, symbols_, mode, others_, symbols);
  std::array<std::size_t, 2> const picks{form.first.picks(), form.second.picks()};
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    std::vector<Part> parts;
    for (auto const& group : groups_)
      if (group.residual == static_cast<int>(k)) parts.push_back({static_cast<std::size_t>(group.state), amplitude(averages, group.terms, symbols), group.sets});
    for (std::size_t i = 0; i < fields_; ++i) parts.push_back({states_ + i, coupling.alpha[k][i], picks});
    for (auto const& x : parts)
      for (auto const& y : parts)
        form.add(averages.equation[k] * x.factor * y.factor, form.first.gram(x.sets[0], y.sets[0]), form.second.gram(x.sets[1], y.sets[1]), x.variable,
                 y.variable);
  }
}

void EdgeModel::add_varying(Means const& varying, Form& form) const {
  for (std::size_t i = 0; i < fields_; ++i)
    over_points(form.first, form.second, [&](Index point, std::size_t place) {
      Index const entry = form.starts[states_ + i] + point;
      form.entries[static_cast<std::size_t>(entry * form.starts.back() + entry)] += varying[i][place];
    });
}

/// The form of p = q / T, with T of each place.
void EdgeModel::add_smoothness(FieldCoupling const& coupling, Means const& roughened, Mode const& mode, Form& form) const {
  for (std::size_t i = 0; i < fields_; ++i) {
    auto const u = static_cast<std::size_t>(coupling.unknowns[i]);
    Form smooth(form.first, form.second, 0, 1);
    for (auto const& term : forms_.terms(u)) {
      double factor = term.factor;
      for (int const axis : others_) {
        auto const n = static_cast<std::size_t>(axis);
        factor *= forms_.symbol(u, axis, term.orders[n], mode[n]);
      }
      smooth.add(factor, form.first.smooth(u, term.orders[static_cast<std::size_t>(axes_[0])]),
                 form.second.smooth(u, term.orders[static_cast<std::size_t>(axes_[1])]), 0, 0);
    }
    std::vector<double> scale;
    over_points(form.first, form.second, [&](Index, std::size_t place) { scale.push_back(std::sqrt(roughened[i][place])); });
    auto const first = static_cast<std::size_t>(form.starts[states_ + i]), size = static_cast<std::size_t>(form.starts.back());
    for (std::size_t p = 0; p < scale.size(); ++p)
      for (std::size_t q = 0; q < scale.size(); ++q) form.entries[(first + p) * size + first + q] += scale[p] * scale[q] * smooth.entries[p * scale.size() + q];
  }
}

void EdgeModel::update(Averages const& averages, FieldCoupling const& coupling) {
  fields_ = coupling.unknowns.size();
  for (auto& corner : corners_) {
    corner.inverses.clear();
    Means varying, roughened;
    for (auto const& field : coupling.varying) varying.push_back(corner.patch.means_of(field));
    for (auto const& field : coupling.roughened) roughened.push_back(corner.patch.means_of(field));
    auto const& waves = corner.patch.waves();
    for (Index wave = waves.lower; wave < waves.upper; ++wave) {
      Mode const mode = corner.patch.mode(wave);
      Form form(corner.first, corner.second, states_, fields_);
      add_data(averages, mode, form);
      add_equation(averages, coupling, mode, form);
      add_varying(varying, form);
      add_smoothness(coupling, roughened, mode, form);
      corner.inverses.emplace_back(std::move(form.entries), static_cast<int>(form.starts.back()));
    }
  }
}

/// values[variable][place][wave] := factor * model^-1 values for this rank's waves, 0 for others.
void EdgeModel::solve(double factor, Corner const& corner, std::vector<double>& values) const {
  EdgeEnd const &a = corner.first, &b = corner.second;
  Index const places = a.places() * b.places(), waves = static_cast<Index>(values.size()) / (places * static_cast<Index>(states_ + fields_));
  std::vector<std::size_t> at;   // of each entry of a wave's system among values
  for (std::size_t v = 0; v < states_ + fields_; ++v) {
    bool const state = v < states_;
    Index const skip_a = state ? 0 : a.inset(), skip_b = state ? 0 : b.inset();
    for (Index i = 0; i < (state ? a.places() : a.points()); ++i)
      for (Index j = 0; j < (state ? b.places() : b.points()); ++j)
        at.push_back(static_cast<std::size_t>((static_cast<Index>(v) * places + (i + skip_a) * b.places() + j + skip_b) * waves));
  }
  std::vector<double> out(values.size(), 0.0), x(at.size());
  auto const& mine = corner.patch.waves();
  for (Index wave = mine.lower; wave < mine.upper; ++wave) {
    auto const w = static_cast<std::size_t>(wave);
    for (std::size_t i = 0; i < at.size(); ++i) x[i] = values[at[i] + w];
    corner.inverses[static_cast<std::size_t>(wave - mine.lower)].apply(x.data());
    for (std::size_t i = 0; i < at.size(); ++i) out[at[i] + w] = factor * x[i];
  }
  values = std::move(out);
}

void EdgeModel::apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z) const {
  for (auto const& corner : corners_) {
    auto values = corner.patch.waves_of(r);
    if (values.empty()) continue;
    solve(factor, corner, values);
    corner.patch.add(std::move(values), z);
  }
}

}  // namespace mollis::joint
