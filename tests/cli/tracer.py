"""Stops a program at its calls that change directories (x86-64 Linux), so that it can be killed between any two of them.

A kill leaves what the calls before it did, so that killing at each call in turn covers every moment at which a kill can
come. Where the system forbids tracing, OSError.
"""
import ctypes
import os
import platform
import signal

TRACEME, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
GOOD, EXITKILL = 0x1, 0x100000
# number: (name, which arguments are paths)
CALLS = {76: ("truncate", [0]), 82: ("rename", [0, 1]), 83: ("mkdir", [0]), 84: ("rmdir", [0]), 86: ("link", [0, 1]),
         87: ("unlink", [0]), 88: ("symlink", [0, 1]), 90: ("chmod", [0]), 92: ("chown", [0]), 257: ("create", [1]),
         263: ("unlinkat", [1]), 316: ("exchange", [1, 3])}
CREATING = 0o100  # O_CREAT


def supported():
    return platform.system() == "Linux" and platform.machine() == "x86_64"


class Info(ctypes.Structure):
    _fields_ = [("op", ctypes.c_uint8), ("arch", ctypes.c_uint32), ("instruction", ctypes.c_uint64), ("stack", ctypes.c_uint64),
                ("number", ctypes.c_uint64), ("arguments", ctypes.c_uint64 * 6)]


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, process, address=0, data=0):
    if libc.ptrace(request, process, address, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def text_at(memory, address):
    text = b""
    try:
        while b"\0" not in text:
            text += os.pread(memory, 64, address + len(text))
    except OSError:
        pass
    return text.split(b"\0")[0].decode(errors="replace")


def call_of(process, memory):
    """(name, paths) of the call that the process enters; None where it changes no directory."""
    info = Info()
    ptrace(GET_SYSCALL_INFO, process, ctypes.sizeof(info), ctypes.addressof(info))
    if info.op != 1 or info.number not in CALLS:
        return None
    name, paths = CALLS[info.number]
    if name == "create" and not info.arguments[2] & CREATING:
        return None
    return name, [text_at(memory, info.arguments[i]) for i in paths]


def start(command, environment, output):
    process = os.fork()
    if process == 0:
        try:
            for descriptor in (1, 2):
                os.dup2(output, descriptor)
            ptrace(TRACEME, 0)
            os.execve(command[0], command, environment)
        except OSError:
            os._exit(126)
    _, status = os.waitpid(process, 0)
    if not os.WIFSTOPPED(status):
        raise OSError("tracing is forbidden here")
    ptrace(SETOPTIONS, process, 0, GOOD | EXITKILL)
    return process


def run(command, environment, below, kill_at=None):
    """Runs the command to its end, or kills it when it enters the call `kill_at`, counted from 0 among those with a path
    that begins like one of `below`. Returns these calls, and the exit code, None where it was killed."""
    calls, beginnings = [], tuple(map(str, below))
    with open(os.devnull, "w", encoding="utf-8") as output:
        process = start(command, environment, output.fileno())
    memory = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    try:
        passed = 0
        while True:
            ptrace(SYSCALL, process, 0, passed)
            _, status = os.waitpid(process, 0)
            if not os.WIFSTOPPED(status):
                return calls, os.waitstatus_to_exitcode(status)
            passed = os.WSTOPSIG(status)
            if passed != signal.SIGTRAP | 0x80:
                continue
            passed = 0
            call = call_of(process, memory)
            if not call or not any(path.startswith(beginnings) for path in call[1]):
                continue
            if len(calls) == kill_at:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                return calls, None
            calls.append(call)
    finally:
        os.close(memory)
