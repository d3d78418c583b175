"""MPI's library, loaded so that the plugins which it opens find it."""
from __future__ import annotations

import ctypes
import ctypes.util


def load_mpi() -> ctypes.CDLL | None:
    """Makes the symbols of libmpi global. Where there is none under that name the linker's own search has to do."""
    for name in ("libmpi.so.40", ctypes.util.find_library("mpi")):
        try:
            if name:
                return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
    return None


load_mpi()
