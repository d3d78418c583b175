#include "drivers/standard_output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace mollis::drivers {

void outlive_refusals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

run::Exit printed(run::Exit code) {
  bool const lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  struct stat target {};
  bool const read_by_others = fstat(STDOUT_FILENO, &target) == 0 && (S_ISFIFO(target.st_mode) || S_ISSOCK(target.st_mode));
  if (!lost || read_by_others || code != run::Exit::converged) return code;
  std::fputs("mollis: what was printed could not be written in full: is the disk full?\n", stderr);
  return run::Exit::output_failed;
}

}  // namespace mollis::drivers
