"""Tries what a hostile program would try and prints, as JSON, what each attempt gave: "done" or the error.

Run on the host it shows that every target lives; inside a container every attempt must fail. On the host it runs in
mount and IPC namespaces of its own (`runOutside` in sandbox.service.test.ts), refuses to run otherwise, and undoes what
succeeds: these attempts really work there. Arguments: JSON with the addresses of targets that exist on the host, and the
host's own mount namespace.
"""

import ctypes
import json
import os
import socket
import sys

targets = json.loads(sys.argv[1])
if os.readlink("/proc/self/ns/mnt") == sys.argv[2]:
    sys.exit("refusing to attack in the host's own mount namespace")
libc = ctypes.CDLL(None, use_errno=True)


def syscall(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def in_child(call):
    """Some attempts change the process for good."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            call()
            answer = b"done"
        except OSError as error:
            answer = str(error.strerror or error).encode()
        os.write(writer, answer)
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 4096).decode()
    os.close(reader)
    os.waitpid(child, 0)
    if answer != "done":
        raise OSError(0, answer or "killed")


def connect(family, address):
    with socket.socket(family) as connection:
        connection.settimeout(2)
        connection.connect(address)


def clone_into_new_user_namespace():
    child = syscall(56, 0x10000000 | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def clone3_into_new_user_namespace():
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    child = syscall(435, ctypes.byref(arguments), 88)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def trace_another():
    child = os.fork()
    if child == 0:
        signal_wait = libc.pause
        signal_wait()
    try:
        syscall(101, 16, child, 0, 0)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def perf():
    attributes = (ctypes.c_uint32 * 28)(1, 112)
    os.close(syscall(298, ctypes.byref(attributes), 0, -1, -1, 0))


def write(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("")


def list_other_processes():
    if not [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) == targets["hostPid"]]:
        raise OSError(0, "no such process")
    os.kill(targets["hostPid"], 0)


attacks = {
    "user namespace": lambda: in_child(lambda: syscall(272, 0x10000000)),
    "user namespace by clone": clone_into_new_user_namespace,
    "user namespace by clone3": clone3_into_new_user_namespace,
    "mount namespace": lambda: in_child(lambda: syscall(272, 0x00020000)),
    "mount": lambda: in_child(lambda: syscall(165, b"none", b"/mnt", b"tmpfs", 0, 0)),
    "chroot": lambda: in_child(lambda: os.chroot("/tmp")),
    "become root": lambda: in_child(lambda: os.setuid(0)),
    "io_uring": lambda: os.close(syscall(425, 4, (ctypes.c_uint8 * 120)())),
    "keyctl": lambda: syscall(250, 0, -3, 1),
    "ptrace": trace_another,
    "bpf": lambda: os.close(syscall(321, 0, (ctypes.c_uint32 * 12)(2, 4, 4, 1), 48)),
    "perf": perf,
    "userfaultfd": lambda: os.close(syscall(323, 1)),
    "open by handle": lambda: syscall(303, -100, b"/", (ctypes.c_uint32 * 34)(128), ctypes.byref(ctypes.c_int()), 0),
    "packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "vsock": lambda: socket.socket(socket.AF_VSOCK).close(),
    "host's loopback": lambda: connect(socket.AF_INET, ("127.0.0.1", targets["tcpPort"])),
    "host's abstract socket": lambda: connect(socket.AF_UNIX, "\0" + targets["abstractSocket"]),
    "another account's socket": lambda: connect(socket.AF_UNIX, targets["otherSocket"]),
    "another account's volume": lambda: os.listdir(targets["otherVolume"]),
    "a file of the host": lambda: open(targets["hostFile"], encoding="ascii").close(),
    "a process of the host": list_other_processes,
    "write to the root": lambda: write("/usr/atelier-attack"),
    "kernel settings": lambda: write("/proc/sys/kernel/domainname"),
    "kernel log": lambda: open("/dev/kmsg", encoding="ascii").close(),
    "cgroup": lambda: os.rmdir(os.mkdir("/sys/fs/cgroup/memory/atelier-attack") or "/sys/fs/cgroup/memory/atelier-attack"),
    "block device": lambda: (os.mknod("/tmp/atelier-device", 0o60600, os.makedev(7, 0)), os.unlink("/tmp/atelier-device")),
}

outcomes = {}
for name, attack in attacks.items():
    try:
        attack()
        outcomes[name] = "done"
    except OSError as error:
        outcomes[name] = error.strerror or str(error) or type(error).__name__
if os.path.exists("/usr/atelier-attack"):
    os.unlink("/usr/atelier-attack")
print("OUTCOMES " + json.dumps(outcomes))
