# SPDX-License-Identifier: Apache-2.0
"""What systemd does with tools/deploy/parlor-recorder.socket: for each connection a process, whose descriptor 3 it is."""
import os
import socket
import subprocess
import threading


class RecorderSocket:
    def __init__(self, path, command, environment=None, owner=None):
        """`command`: all of it, with what makes it another user's. `owner`: (uid, gid) of the socket."""
        self.command, self.environment, self.processes = command, environment, []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        os.chmod(path, 0o660)
        if owner is not None:
            os.chown(path, *owner)
        self.listener.listen(8)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            # As standard input it gets there; the shell puts it where it belongs.
            self.processes.append(subprocess.Popen(['sh', '-c', 'exec "$@" 3<&0 0</dev/null', 'sh', *self.command], stdin=connection, env=self.environment))
            connection.close()

    def end(self):
        """Processes end by themselves when parlord has gone."""
        self.listener.shutdown(socket.SHUT_RDWR)  # accept () returns
        self.thread.join(10)
        self.listener.close()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
