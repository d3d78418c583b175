"""What ranks of an mpi4py communicator do together; without one there is one rank."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def is_first(comm: Any) -> bool:
    return comm is None or comm.Get_rank() == 0


def told(comm: Any, value: T) -> T:
    """Rank 0's value. Collective."""
    return value if comm is None else comm.bcast(value)


def agreed(comm: Any, work: Callable[[], T]) -> T:
    """work() of this rank; an exception of any is raised on all, the lowest rank's. Collective."""
    if comm is None:
        return work()
    value: T | None = None
    mine: Exception | None = None
    try:
        value = work()
    except Exception as error:   # whatever it is, the others must not wait for this rank
        mine = error
    for problem in comm.allgather(mine):
        if problem is not None:
            raise problem
    return value   # type: ignore[return-value]
