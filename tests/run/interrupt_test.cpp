// Signals ask a run to stop; one that comes too late for it is not lost on who listened before.
#include "run/interrupt.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace mollis::test {
namespace {

volatile sig_atomic_t heard = 0;
void hear(int) { ++heard; }

/// Listens to SIGINT while it lives, as Python does.
class Listener {
 public:
  Listener() {
    heard = 0;
    struct sigaction action {};
    action.sa_handler = hear;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_);
  }
  ~Listener() { sigaction(SIGINT, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

TEST(Interrupt, AsksOnceCaught) {
  Listener const listener;
  {
    run::Interrupt interrupt(MPI_COMM_WORLD, "", HUGE_VAL);
    EXPECT_EQ(interrupt.ask(0.0, false).by, "");
    raise(SIGUSR1);
    EXPECT_EQ(interrupt.ask(0.0, false).by, "SIGUSR1");
  }
  EXPECT_EQ(heard, 0);
}

TEST(Interrupt, IsAnsweredByOneAlone) {
  Listener const listener;
  {
    run::Interrupt interrupt(MPI_COMM_WORLD, "", HUGE_VAL);
    raise(SIGINT);
    EXPECT_EQ(interrupt.ask(0.0, false).by, "SIGINT");
  }
  EXPECT_EQ(heard, 0);
}

TEST(Interrupt, ThatComesTooLateGoesToWhoListenedBefore) {
  Listener const listener;
  {
    run::Interrupt interrupt(MPI_COMM_WORLD, "", HUGE_VAL);
    interrupt.ask(0.0, false);
    raise(SIGINT);
    EXPECT_EQ(heard, 0);
  }
  EXPECT_EQ(heard, 1);
  run::Interrupt next(MPI_COMM_WORLD, "", HUGE_VAL);
  EXPECT_EQ(next.ask(0.0, false).by, "");
}

}  // namespace
}  // namespace mollis::test
