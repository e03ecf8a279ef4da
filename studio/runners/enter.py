"""First process of every container: relays host sockets to loopback, starts the command, reaps, reports.

Reads /opt/atelier/start/start.json: command, environment, relays ([port, socket path] pairs), listens.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys

START = "/opt/atelier/start/start.json"
OOM_COUNTERS = ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events")
# Studio looks for this line when a container ended while nobody watched its cgroup.
OOM_LINE = "atelier: the memory limit was reached and the kernel ended a process"
LISTENER = 3


def oom_kills():
    for path in OOM_COUNTERS:
        try:
            with open(path, encoding="ascii") as counters:
                for line in counters:
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        except OSError:
            continue
    return 0


class Pipe(asyncio.Protocol):
    """One direction's reader; what it reads goes to `peer`, whose slowness pauses it."""

    def __init__(self):
        self.transport = None
        self.peer = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.peer.transport.write(data)

    def eof_received(self):
        if self.peer.transport.can_write_eof():
            self.peer.transport.write_eof()
        return True

    def pause_writing(self):
        self.peer.transport.pause_reading()

    def resume_writing(self):
        self.peer.transport.resume_reading()

    def connection_lost(self, _error):
        if self.peer and self.peer.transport:
            self.peer.transport.close()


class Inbound(Pipe):
    """A connection from inside; what arrives before the host socket answers is kept."""

    def __init__(self, socket_path):
        super().__init__()
        self.socket_path = socket_path
        self.early = []
        self.ended_early = False

    def connection_made(self, transport):
        self.transport = transport
        self.dialling = asyncio.ensure_future(self.dial())

    def data_received(self, data):
        if self.peer is None:
            self.early.append(data)
            self.transport.pause_reading()
        else:
            self.peer.transport.write(data)

    def eof_received(self):
        if self.peer is None:
            self.ended_early = True
            return True
        return super().eof_received()

    async def dial(self):
        outbound = Pipe()
        outbound.peer = self
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: outbound, self.socket_path)
        except OSError:
            self.transport.abort()
            return
        if self.transport.is_closing():
            outbound.transport.close()
            return
        self.peer = outbound
        outbound.transport.writelines(self.early)
        self.early.clear()
        if self.ended_early:
            super().eof_received()
        elif not self.transport.is_reading():
            self.transport.resume_reading()


async def main():
    with open(START, encoding="utf-8") as file:
        start = json.load(file)
    loop = asyncio.get_running_loop()
    for port, path in start["relays"]:
        await loop.create_server(lambda path=path: Inbound(path), "127.0.0.1", port, backlog=256)

    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGCHLD, ended.set)
    child = subprocess.Popen(
        start["command"],
        env={**os.environ, **start["environment"]},
        pass_fds=(LISTENER,) if start["listens"] else (),
        stdin=subprocess.DEVNULL,
    )
    if start["listens"]:
        os.close(LISTENER)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, lambda name=name: os.kill(child.pid, name))

    while True:
        await ended.wait()
        ended.clear()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return 0
            if pid == 0:
                break
            if pid == child.pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                return child.returncode


code = asyncio.run(main())
if code != 0 and oom_kills() > 0:
    print(OOM_LINE, file=sys.stderr, flush=True)
# The interpreter's own shutdown would only delay the container's end.
os._exit(128 - code if code < 0 else code)
