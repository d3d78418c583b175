#include "observations/known_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "equation/system.hpp"
#include "io/read.hpp"
#include "kernels/tape.hpp"
#include "observations/known_axes.hpp"
#include "run/error.hpp"

namespace mollis::observations {
namespace {

using run::Error;
using run::Exit;

std::vector<std::string> names_of(grid::Grid const& grid) {
  std::vector<std::string> names;
  for (auto const& axis : grid.axes()) names.push_back(axis.name);
  return names;
}

kernels::Tape compile(Values const& values, std::vector<std::string> const& axes) {
  try {
    return equation::compile_pointwise(values.expression, axes);
  } catch (equation::SyntaxError const& error) {
    throw run::deck_error(run::within(values.place, values.expression, error.column), error.what());
  }
}

/// Axes that a tape of coordinates reads.
std::vector<int> axes_read(kernels::Tape const& tape) {
  std::vector<int> axes;
  for (auto const& instruction : tape.code)
    if (instruction.op == kernels::Op::input) axes.push_back(instruction.a);
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

Field coordinates(grid::Grid const& grid, int axis) {
  auto const range = grid.owned()[axis];
  Field field = make_field("coordinates", range.size());
  auto const host = Kokkos::create_mirror_view(field);
  for (Index i = 0; i < range.size(); ++i) host(static_cast<std::size_t>(i)) = grid.axis(axis).at(range.lower + i);
  Kokkos::deep_copy(field, host);
  return field;
}

}  // namespace

std::vector<int> axes_of(grid::Grid const& whole, Values const& values) {
  return values.expression.empty() ? io::axes_of(whole, values.source()) : axes_read(compile(values, names_of(whole)));
}

KnownField::KnownField(grid::Grid const& whole, Values const& values)
    : whole_(whole), place_(values.place), expression_(values.expression), axes_(axes_of(whole, values)), grid_(whole.restricted_to(axes_)) {
  if (expression_.empty()) data_ = io::read_dataset(*grid_, values.source());
}

Field KnownField::derivative(mollifier::MultiIndex const& order) const {
  if (!expression_.empty()) {
    auto const tape = equation::compile_pointwise(expression_, names_of(whole_), {}, order);
    Field out = make_field("known field", grid_->local_size());
    std::vector<Field> held{Field("axis that the expression does not read", 1)};
    std::vector<kernels::Operand> operands(static_cast<std::size_t>(whole_.dimension()), kernels::Operand{held.front().data(), {}});
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      held.push_back(coordinates(whole_, axes_[a]));
      Extents stride{};
      stride[max_axes - axes_.size() + a] = 1;
      operands[static_cast<std::size_t>(axes_[a])] = {held.back().data(), stride};
    }
    if (grid_->local_size() > 0) kernels::evaluate(tape, operands, {out.data()}, grid_->owned().extents());
    Kokkos::fence();
    return out;
  }
  mollifier::MultiIndex own{};
  std::vector<mollifier::LineFilter> filters;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    own[a] = order[static_cast<std::size_t>(axes_[a])];
    try {
      filters.push_back(mollifier::difference_filter(grid_->axis(static_cast<int>(a)), {own[a]}));
    } catch (mollifier::Unfit const& reason) {
      throw run::deck_error(place_, fmt::format("its derivative of order {}: {}", own[a], reason.what()));
    }
  }
  if (own == mollifier::MultiIndex{}) return data_;
  return mollifier::Jets(*grid_, std::move(filters), {own}).apply(data_).front();
}

bool KnownField::has_gaps() const {
  auto const values = on_host(derivative({}));
  auto const refuse = [&](std::string const& what) {
    bool const expression = !expression_.empty();
    if (expression) throw run::deck_error(place_, fmt::format("its value is {}; write one that is finite on the grid", what));
    throw Error(Exit::bad_data, run::line(place_, fmt::format("its value is {}; write numbers, or NaN for gaps", what)));
  };
  int found[2] = {0, 0};  // a gap, a value
  run::collectively(whole_.comm(), [&] {
    for (Index n = 0; n < grid_->local_size(); ++n) {
      double const value = values(static_cast<std::size_t>(n));
      if (std::isinf(value)) refuse(fmt::format("{} {}", value, axes_.empty() ? "everywhere" : "at " + point_text(*grid_, n)));
      found[std::isnan(value) ? 0 : 1] = 1;
    }
  });
  MPI_Allreduce(MPI_IN_PLACE, found, 2, MPI_INT, MPI_MAX, whole_.comm());
  if (found[1] == 0) refuse("not a number anywhere");
  return found[0] != 0;
}

std::string point_text(grid::Grid const& grid, Index n) {
  std::string text;
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    auto const& range = grid.owned()[a];
    auto const& axis = grid.axis(a);
    double const here = axis.at(range.lower + n % range.size());
    text = fmt::format("{} = {:.6g}{}{}", axis.name, here, text.empty() ? "" : ", ", text);
    n /= range.size();
  }
  return text;
}

}  // namespace mollis::observations
