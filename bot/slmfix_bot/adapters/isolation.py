"""Gives up what a process that reads untrusted text does not need: memory, network, privileges.

`python -I -S isolation.py SPEC COMMAND...` applies SPEC (JSON, `Isolation`) to itself and then becomes COMMAND. It is a
program of its own, on the standard library only, because code between fork and exec is unsafe in a parent with
threads, and onnxruntime has threads. Everything is best effort except the limits;
`isolation.py probe` says whether the network can be left here.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from dataclasses import asdict, dataclass, field

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_NO_NEW_PRIVS = 38
NOBODY = 65534
CANNOT_EXECUTE = 126
PROBE = "probe"


@dataclass(frozen=True)
class Limits:
    """Resource limits of one process; None leaves a limit as it is. Sizes in bytes, CPU time in seconds."""

    address_space: int | None = 1536 << 20
    cpu_seconds: int | None = None
    file_size: int | None = 64 << 20
    open_files: int | None = 256


@dataclass(frozen=True)
class Isolation:
    """What to give up. `drop_privileges` becomes nobody, and only does something for root."""

    limits: Limits = field(default_factory=Limits)
    no_network: bool = True
    drop_privileges: bool = False

    def command(self) -> list[str]:
        """The argument vector to put before the real one."""
        return [sys.executable, "-I", "-S", __file__, json.dumps(asdict(self))]


def set_limits(limits: Limits) -> None:
    """Lowers soft and hard limits of this process; a limit that is already lower stays."""
    wanted = {
        resource.RLIMIT_AS: limits.address_space,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        if value is None:
            continue
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def keep_memory(size: int) -> None:
    """Lowers the soft limit of this process's address space to `size` bytes; a child may be given more again."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or size < hard:
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def leave_network(flags: int = CLONE_NEWNET) -> bool:
    """Moves this process into an empty network namespace; False where the kernel does not allow it."""
    return bool(ctypes.CDLL(None).unshare(flags) == 0)


def become_nobody() -> bool:
    """Gives up root for good; False when this process is not root."""
    if os.geteuid() != 0:
        return False
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    return True


def give_up(*, network: bool, privileges: bool) -> bool:
    """Whether the network is gone afterwards. Root leaves it as root, others inside a user namespace of their own."""
    offline = network and leave_network()
    if privileges:
        become_nobody()
    return offline or (network and leave_network(CLONE_NEWUSER | CLONE_NEWNET))


def enter(spec: str) -> None:
    """Applies a specification to this process, for good."""
    fields = json.loads(spec)
    give_up(network=fields["no_network"], privileges=fields["drop_privileges"])
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    set_limits(Limits(**fields["limits"]))


def main(arguments: list[str]) -> int:
    """Entry of the launcher; returns only if the command cannot be executed."""
    spec, *command = arguments
    if spec == PROBE:
        return 0 if give_up(network=True, privileges=False) else 1
    enter(spec)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot execute {command[0]}: {error.strerror}\n")
    return CANNOT_EXECUTE


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
