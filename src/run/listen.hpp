#pragma once
/// The time before there is an Interrupt: MPI, PETSc and the deck take seconds to start on many ranks, and a signal that comes then must
/// not end the run.

namespace mollis::run {

/// From now on SIGUSR1, SIGTERM and SIGINT are noted for the next Interrupt. May be called again, after libraries have set handlers of
/// their own. Not collective.
void listen();

/// Nobody will ask: the signals that listen() has taken end the process again, at once where one has come since. Not collective.
void stop_listening();

}  // namespace mollis::run
