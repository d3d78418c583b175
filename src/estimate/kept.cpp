#include "estimate/kept.hpp"

#include <sstream>

#include "estimate/parameters.hpp"

namespace mollis::estimate {

void put_lines(std::string const& name, std::vector<std::string> const& lines, Quantities& quantities) {
  std::string text;
  for (auto const& line : lines) text += line + "\n";
  quantities.put_text(name, text);
}

std::vector<std::string> take_lines(std::string const& name, Quantities const& quantities) {
  std::vector<std::string> lines;
  std::istringstream text(quantities.text(name));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

void put_tables(std::string const& name, run::Named<run::Table> const& tables, Quantities& quantities) {
  std::vector<std::string> names;
  for (auto const& [table, columns] : tables)
    for (auto const& [column, values] : columns) {
      names.push_back(table + "\t" + column);
      quantities.put(name + "/" + std::to_string(names.size()), values);
    }
  put_lines(name, names, quantities);
}

run::Named<run::Table> take_tables(std::string const& name, Quantities const& quantities) {
  run::Named<run::Table> tables;
  std::size_t number = 0;
  for (auto const& line : take_lines(name, quantities)) {
    auto const tab = line.find('\t');
    auto const table = line.substr(0, tab);
    if (tables.empty() || tables.back().first != table) tables.emplace_back(table, run::Table());
    tables.back().second.emplace_back(line.substr(tab + 1), quantities.numbers(name + "/" + std::to_string(++number)));
  }
  return tables;
}

Quantities kept(problem::Problem const& problem, Choices const& choices) {
  Quantities out;
  out.put("open", {choices.mollifier.automatic ? 1.0 : 0.0});
  put_radii(problem.grid, choices.mollifier, out);
  out.put("smoothness", choices.smoothness);
  put_vector(problem.space(), "start", choices.start, out);
  put_lines("ends", choices.ends, out);
  put_tables("trials", choices.trials, out);
  return out;
}

Choices choices_of(problem::Problem const& problem, Quantities const& quantities) {
  Choices out;
  out.mollifier = problem.settings.mollifier;
  if (quantities.numbers("open").front() == 0.0) out.mollifier = radii_of(problem.grid, out.mollifier, quantities);
  out.smoothness = quantities.numbers("smoothness");
  out.start = take_vector(problem.space(), "start", quantities);
  out.ends = take_lines("ends", quantities);
  out.trials = take_tables("trials", quantities);
  return out;
}

}  // namespace mollis::estimate
