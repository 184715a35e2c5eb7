"""Shutting the process that tries a foreign model in: what it can't do any more, whatever the model makes it do.

Landlock (Linux 5.13) takes the files away, a seccomp filter the network, other programs and other processes, resource
limits the rest. All three come with the kernel and need no privileges; nothing of another library is loaded before.
docs/researchers/models.md says what is left.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 4_000_000_000
CPU_SECONDS = 240
LARGEST_FILE_BYTES = 1_200_000_000
OPEN_FILES = 256

_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system", "/proc/self")
_SYSTEM_FILES = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/null", "/dev/zero", "/dev/urandom")
"""What the interpreter and the ML runtimes read. No other process is visible: /proc/self is one's own."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Landlock's system calls, numbered alike on every processor."""
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_HANDLED_BY_VERSION = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
"""(Landlock's version, the accesses to files that it learned to refuse)"""
_TCP, _SCOPES = 0b11, 0b11
"""Binding and connecting; abstract sockets and signals to processes outside."""
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def seal(work: Path, code: tuple[Path, ...], memory: int = MEMORY_BYTES) -> dict[str, bool]:
    """Leave this process `work` to write in, and `code`, the interpreter and the system's libraries to read.

    Before any thread is started, since threads that run already stay as they were. `memory` is in bytes. Returns which
    of "files" and "network" are really shut; where the system can't, the limits hold all the same.
    """
    _limit(memory)
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform != "linux" or libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return {"files": False, "network": False}
    return {"files": _shut_files(libc, work, code), "network": _shut_calls(libc)}


def _limit(memory: int) -> None:
    # RLIMIT_DATA and not RLIMIT_AS: ML runtimes map far more addresses than they use memory.
    limits = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: LARGEST_FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def _shut_files(libc: ctypes.CDLL, work: Path, code: tuple[Path, ...]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = sum(accesses for since, accesses in _HANDLED_BY_VERSION if version >= since)
    attributes = struct.pack("=QQQ", handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE_RULESET, attributes, size, 0)
    if ruleset < 0:
        return False
    try:
        readable = _EXECUTE | _READ_FILE | _READ_DIR
        folders = [*map(Path, _SYSTEM), Path(sys.prefix), Path(sys.base_prefix), *_libraries(code), *code]
        rules = [(folder, readable) for folder in folders] + [(Path(file), _READ_FILE) for file in _SYSTEM_FILES]
        rules += [(Path(os.devnull), _WRITE_FILE | _READ_FILE), (work, handled & ~_EXECUTE)]
        return all(_allow(libc, ruleset, *rule) for rule in rules) and not libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _libraries(code: tuple[Path, ...]) -> list[Path]:
    """Folders that modules are imported from, but for those around the code, which hold other things too."""
    entries = [Path(entry).resolve() for entry in sys.path if entry]
    return [entry for entry in entries if not any(folder.is_relative_to(entry) for folder in code)]


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, accesses: int) -> bool:
    """False when the kernel does not take the rule; what is not there needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        if not path.is_dir():
            accesses &= _EXECUTE | _WRITE_FILE | _READ_FILE
        return not libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", accesses, place), 0)
    finally:
        os.close(place)


# System calls by processor. What is listed is refused: the network, other programs, other processes and their limits,
# and changing files in the ways that Landlock knows nothing of.
_CALLS = {
    "x86_64": {
        "audit": 0xC000003E,
        "refused": (
            41, 53, 42, 49, 50, 43, 288,  # socket, socketpair, connect, bind, listen, accept, accept4
            425, 426, 427,  # io_uring
            57, 58, 59, 322,  # fork, vfork, execve, execveat
            62, 200, 129, 297, 424, 434, 438,  # kill, tkill, rt_sigqueueinfo, …, pidfd_…
            101, 310, 311, 312,  # ptrace, process_vm_readv and _writev, kcmp
            160, 141, 203, 142, 144, 314,  # setrlimit, setpriority, sched_set…
            165, 166, 155, 161, 272, 308, 428, 429, 430, 432, 442,  # mounts and namespaces
            303, 304, 321, 298, 323, 248, 249, 250, 29, 30, 64, 68, 240,  # handles, bpf, perf, userfaultfd, keys, SysV
            90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199, 463, 466,  # chmod, chown, xattr
            132, 235, 261, 280,  # utime
        ),
        "clone": 56, "clone3": 435, "tgkill": 234, "prlimit64": 302,
    },
    "aarch64": {
        "audit": 0xC00000B7,
        "refused": (
            198, 199, 203, 200, 201, 202, 242,
            425, 426, 427,
            221, 281,
            129, 130, 138, 240, 424, 434, 438,
            117, 270, 271, 272,
            164, 140, 122, 118, 119, 274,
            40, 39, 41, 51, 97, 268, 428, 429, 430, 432, 442,
            264, 265, 280, 241, 282, 217, 218, 219, 194, 196, 190, 186, 180,
            52, 53, 452, 54, 55, 5, 6, 7, 14, 15, 16, 463, 466,
            88,
        ),
        "clone": 220, "clone3": 435, "tgkill": 131, "prlimit64": 261,
    },
}  # fmt: skip
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
"""Of the kernel's packet filter language: load a word, jump when equal, jump when a bit is set, return."""
_ALLOW, _EPERM, _ENOSYS, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _AUDIT, _FIRST, _THIRD_LOW, _THIRD_HIGH = 0, 4, 16, 32, 36
"""Where a call's number, processor and arguments are."""
_CLONE_THREAD = 0x10000


def _shut_calls(libc: ctypes.CDLL) -> bool:
    calls = _CALLS.get(platform.machine())
    if calls is None:
        return False
    program = _program(calls)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    return not libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0)


def _program(calls: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """A packet filter: (operation, instructions to skip when true, when false, operand) each."""
    returns = {verdict: (_RETURN, 0, 0, verdict) for verdict in (_ALLOW, _EPERM, _ENOSYS, _KILL)}
    number = (_LOAD, 0, 0, _NUMBER)
    program = [(_LOAD, 0, 0, _AUDIT), (_EQUAL, 1, 0, calls["audit"]), returns[_KILL], number]
    # The same calls by the numbers of the 32-bit interface, which start from 2^30.
    program += [(_ANY_BIT, 0, 1, 0x40000000), returns[_KILL]]
    for refused in calls["refused"]:
        program += [(_EQUAL, 0, 1, refused), returns[_EPERM]]
    # Threads yes, processes no. What clone3 is asked for can't be seen, so libraries are told to use clone.
    program += [(_EQUAL, 0, 1, calls["clone3"]), returns[_ENOSYS]]
    program += [(_EQUAL, 0, 4, calls["clone"]), (_LOAD, 0, 0, _FIRST)]
    program += [(_ANY_BIT, 1, 0, _CLONE_THREAD), returns[_EPERM], returns[_ALLOW]]
    # Signals to oneself, as for abort.
    program += [(_EQUAL, 0, 4, calls["tgkill"]), (_LOAD, 0, 0, _FIRST)]
    program += [(_EQUAL, 1, 0, os.getpid()), returns[_EPERM], returns[_ALLOW]]
    # Limits may be read.
    program += [(_EQUAL, 0, 5, calls["prlimit64"]), (_LOAD, 0, 0, _THIRD_LOW), (_EQUAL, 0, 2, 0)]
    program += [(_LOAD, 0, 0, _THIRD_HIGH), (_EQUAL, 1, 0, 0), returns[_EPERM]]
    return [*program, returns[_ALLOW]]
