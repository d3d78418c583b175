#include "estimators/make/make_estimator.hpp"

#include <map>

#include "estimators/joint/estimator.hpp"
#include "estimators/pointwise/estimator.hpp"

namespace mollis::estimators {
namespace {

template <class Method>
std::unique_ptr<estimate::Estimator> make() {
  return std::make_unique<Method>();
}

}  // namespace

std::unique_ptr<estimate::Estimator> make_estimator(std::string const& method) {
  static std::map<std::string, std::unique_ptr<estimate::Estimator> (*)()> const all{
      {"equation-error", make<equation_error::Estimator>}, {"joint", make<joint::Estimator>}, {"pointwise", make<pointwise::Estimator>}};
  return all.at(method)();
}

}  // namespace mollis::estimators
