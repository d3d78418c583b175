#pragma once
/// Student's t: what a deviation from few draws has to be multiplied by.
namespace mollis::uncertainty {

/// Factor on the root mean square of n draws (of known mean 0; not whole where it is one of several degrees of freedom) so that z = 1.96 of the product cover 95 %: t_n(0.975) / 1.96, by the
/// Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5; to 1e-3 for n >= 5); likewise for other quantiles z of a normal variable.
double widening(double n, double z = 1.959963984540054);

}  // namespace mollis::uncertainty
