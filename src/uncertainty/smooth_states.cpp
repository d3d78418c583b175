#include "uncertainty/smooth_states.hpp"

#include <fmt/format.h>

#include <cmath>

#include "spectral/eigen.hpp"

namespace mollis::uncertainty {
namespace {

constexpr int most_functions = 64;
constexpr double stands_out = 4.0;     ///< standard deviations of noise
constexpr double not_told = 1e-8;      ///< eigenvalues of the normal equations over their largest

/// T_0 ... T_n of every coordinate of this rank along an axis, and their first and second derivatives by the coordinate.
struct AlongAxis {
  std::vector<std::vector<double>> of_order[3];   ///< [derivative][point][degree]

  AlongAxis(grid::Axis const& axis, grid::Range range, int count) {
    double const half = 0.5 * (axis.back() - axis.front()), middle = 0.5 * (axis.back() + axis.front());
    for (Index i = range.lower; i < range.upper; ++i) {
      double const x = half > 0.0 ? (axis.coordinate(i) - middle) / half : 0.0;
      std::vector<double> t{1.0, x}, first{0.0, 1.0}, second{0.0, 0.0};
      for (std::size_t n = 2; n < static_cast<std::size_t>(count); ++n) {
        t.push_back(2.0 * x * t[n - 1] - t[n - 2]);
        first.push_back(2.0 * t[n - 1] + 2.0 * x * first[n - 1] - first[n - 2]);
        second.push_back(4.0 * first[n - 1] + 2.0 * x * second[n - 1] - second[n - 2]);
      }
      for (double& d : first) d /= half > 0.0 ? half : 1.0;
      for (double& d : second) d /= half > 0.0 ? half * half : 1.0;
      of_order[0].push_back(t);
      of_order[1].push_back(first);
      of_order[2].push_back(second);
    }
  }
};

class Polynomials {
 public:
  explicit Polynomials(grid::Grid const& grid) : grid_(grid) {
    int const d = grid.dimension();
    count_ = std::max(2, static_cast<int>(std::floor(std::pow(static_cast<double>(most_functions), 1.0 / std::max(d, 1)) + 1e-9)));
    for (int a = 0; a < d; ++a) {
      counts_.push_back(static_cast<int>(std::min<Index>(d == 1 ? 12 : count_, std::max<Index>(grid.axis(a).size() / 2, 1))));
      along_.emplace_back(grid.axis(a), grid.owned()[a], std::max(counts_.back(), 2));
      size_ *= static_cast<std::size_t>(counts_.back());
    }
  }
  std::size_t size() const { return size_; }

  /// The functions at a local point, differentiated `order` times along `axis`.
  void at(std::size_t point, int axis, int order, std::vector<double>& out) const {
    out.assign(1, 1.0);
    std::vector<std::size_t> index(along_.size());
    for (std::size_t a = along_.size(); a-- > 0;) {
      auto const n = static_cast<std::size_t>(grid_.owned()[static_cast<int>(a)].size());
      index[a] = point % n;
      point /= n;
    }
    for (std::size_t a = 0; a < along_.size(); ++a) {
      auto const& values = along_[a].of_order[static_cast<int>(a) == axis ? order : 0][index[a]];
      std::vector<double> next;
      next.reserve(out.size() * static_cast<std::size_t>(counts_[a]));
      for (double const left : out)
        for (int n = 0; n < counts_[a]; ++n) next.push_back(left * values[static_cast<std::size_t>(n)]);
      out.swap(next);
    }
  }

 private:
  grid::Grid const& grid_;
  int count_ = 2;
  std::vector<int> counts_;
  std::vector<AlongAxis> along_;
  std::size_t size_ = 1;
};

/// A^+ b of a symmetric A, b of noise of deviation sigma: without the directions in which that could be noise.
std::vector<double> solved(spectral::Eigen const& eigen, std::vector<double> const& b, double sigma) {
  std::size_t const n = b.size();
  std::vector<double> out(n, 0.0);
  double const least = not_told * std::max(*std::max_element(eigen.values.begin(), eigen.values.end()), 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    if (!(eigen.values[k] > least)) continue;
    double along = 0.0;
    for (std::size_t i = 0; i < n; ++i) along += eigen.vectors[k * n + i] * b[i];
    if (along * along < stands_out * stands_out * sigma * sigma * eigen.values[k]) continue;
    for (std::size_t i = 0; i < n; ++i) out[i] += along / eigen.values[k] * eigen.vectors[k * n + i];
  }
  return out;
}

}  // namespace

std::vector<SmoothState> smooth_states(problem::Problem const& problem, estimate::Estimate const& estimate) {
  auto const& grid = problem.grid;
  Polynomials const polynomials(grid);
  std::size_t const n = polynomials.size(), states = estimate.states.size();
  auto const mask = on_host(estimate.mask);
  std::vector<HostField> u;
  for (auto const& state : estimate.states) u.push_back(on_host(state));
  std::vector<double> sums(n * n + states * n, 0.0), row;
  for (std::size_t i = 0; i < mask.extent(0); ++i) {
    if (!(mask(i) > 0.0)) continue;
    polynomials.at(i, 0, 0, row);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) sums[a * n + b] += row[a] * row[b];
    for (std::size_t s = 0; s < states; ++s)
      for (std::size_t a = 0; a < n && std::isfinite(u[s](i)); ++a) sums[n * n + s * n + a] += row[a] * u[s](i);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, grid.comm());
  auto const eigen = spectral::symmetric_eigen({sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(n * n)}, n);
  std::vector<SmoothState> out;
  for (std::size_t s = 0; s < states; ++s) {
    auto const begin = sums.begin() + static_cast<std::ptrdiff_t>(n * n + s * n);
    auto const coefficients = solved(eigen, {begin, begin + static_cast<std::ptrdiff_t>(n)}, estimate.noise[s]);
    auto const evaluate = [&](int axis, int order) {
      auto const values = make_host_field("smooth", grid.local_size());
      for (std::size_t i = 0; i < values.extent(0); ++i) {
        polynomials.at(i, axis, order, row);
        values(i) = 0.0;
        for (std::size_t a = 0; a < n; ++a) values(i) += coefficients[a] * row[a];
      }
      return values;
    };
    auto const& name = problem.states[s].name;
    SmoothState state{name, evaluate(0, 0), {}};
    for (int a = 0; a < grid.dimension(); ++a) {
      auto const& axis = grid.axis(a).name;
      state.derivatives.emplace_back(fmt::format("d{}({})", axis, name), evaluate(a, 1));
      state.derivatives.emplace_back(fmt::format("d({}, \"{}{}\")", name, axis, axis), evaluate(a, 2));
    }
    out.push_back(std::move(state));
  }
  return out;
}

}  // namespace mollis::uncertainty
