#include "io/provenance.hpp"

namespace mollis::io {

Attributes attributes_of(Provenance const& provenance) {
  Provenance const& p = provenance;
  Attributes all{{"program", p.program},
                 {"version", p.version},
                 {"revision", p.revision},
                 {"build", p.build},
                 {"libraries", p.libraries},
                 {"hosts", p.hosts},
                 {"ranks", p.ranks},
                 {"job", p.job},
                 {"started", p.started},
                 {"finished", p.finished},
                 {"command_line", p.command_line},
                 {"deck", p.deck},
                 {"effective_deck", p.effective_deck},
                 {"inputs", p.inputs}};
  Attributes filled;
  for (auto& entry : all) {
    if (!std::get<std::string>(entry.second).empty()) filled.push_back(std::move(entry));
  }
  return filled;
}

}  // namespace mollis::io
