#pragma once
/// Pointwise maths of the equation-error fit over a local box: masks, variances, weights, products, sums over axes.
#include <vector>

#include "kernels/field.hpp"

namespace mollis::kernels {

constexpr int max_jets = 32;  ///< derivatives of one state that a residual may read

/// field := mask != 0 ? field : 0  (removes NaN where masked).
void apply_mask(Field const& mask, Field const& field);

/// mask := 0 where value is not finite.
void clear_where_not_finite(Field const& value, Field const& mask);

/// Inner products of filter rows along each axis: tables[a][(i_a * slots[a] + s) * slots[a] + t] = <row_s, row_t> at
/// local row i_a of (padded) axis a; axes without filter have slots 1 and a table of ones. `pointwise` (or -1) names an
/// axis whose rows differ from line to line: its table is indexed by the local point in place of i_a.
/// Where the width of the filters varies, a row at a point is a blend of those of two neighbouring rungs, l = floor(level) and l + 1:
///   row = (1 - w) row^l + w row^(l + 1),   w = level - l,
/// tensor products each; a table then holds the slots of all rungs, `rung` of them each (0: alike on all rungs), pointwise those of l
/// and l + 1 alone.
/// Points whose rows are no products (jets inside a mask, near its edge) have the covariances of all pairs of jets instead.
struct GramTables {
  using Places = Kokkos::View<Index*, Execution::memory_space>;
  Field tables[max_axes];
  int slots[max_axes] = {1, 1, 1, 1};
  int pointwise = -1;
  Field level;                        ///< of each local point; empty where there is one rung
  int rung[max_axes] = {0, 0, 0, 0};
  Places place;                       ///< of each local point in `covariances`, -1 where the tables hold; empty: they hold everywhere
  Field covariances;                  ///< [place][jet][jet]
  int jets = 0;
  int jet[max_jets][max_axes] = {};   ///< the filter slots of each jet
};

/// The jets of one state that a residual reads: partial derivatives p_a (local box each) and the filter slot along each
/// padded axis.
struct VarianceTerms {
  std::vector<Field> partials;
  std::vector<std::array<int, max_axes>> slots;
};

/// variance += sigma^2 sum_ab p_a p_b prod_axes <row_a, row_b>: the noise variance of a residual, exactly.
void add_variance(VarianceTerms const& terms, GramTables const& gram, double sigma, Extents const& extents,
                  Field const& variance);

/// out += sigma^2 sum_ab l_a r_b prod_axes <row_a, row_b>: the noise covariance of two linear combinations of the jets of
/// one state, exactly. Left and right may read different jets.
void add_covariance(VarianceTerms const& left, VarianceTerms const& right, GramTables const& gram, double sigma,
                    Extents const& extents, Field const& out);

/// weight := mask ? 1 / max(variance, floor) : 0.
void weight_from_variance(Field const& variance, Field const& mask, double floor, Field const& weight);

/// field := max(field, factor * bound).
void keep_above(double factor, Field const& bound, Field const& field);

/// field := factor * field.
void scale(double factor, Field const& field);

/// out += factor * a.
void add_scaled(double factor, Field const& a, Field const& out);

/// field := by * field.
void multiply(Field const& by, Field const& field);

/// out += a * b.
void add_product(Field const& a, Field const& b, Field const& out);

/// out += a * b * c.
void add_product(Field const& a, Field const& b, Field const& c, Field const& out);

/// out += a * piece, the piece read through its strides over the box.
void add_broadcast_product(Field const& a, Field const& piece, Extents const& stride, Extents const& extents, Field const& out);

/// sum_i a_i b_i over the local box.
double dot(Field const& a, Field const& b);

/// sum_i a_i b_i c_i over the local box.
double triple_product(Field const& a, Field const& b, Field const& c);

/// Largest value over the local box (0 for an empty one or if all are below 0).
double largest(Field const& field);

/// piece[sum_a i_a stride[a]] += sum over the points of the box that map there; strides 0 along summed axes, row-major
/// over the others (grid axes in order).
void sum_over_axes(Field const& full, Extents const& extents, Extents const& stride, Field const& piece);

}  // namespace mollis::kernels
