# SPDX-License-Identifier: Apache-2.0
"""Janus from Debian's package with a configuration of its own: HTTP API on a free port, videoroom with string ids, ICE-lite, nothing else."""
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

from servers import free_port

PLUGINS = '/usr/lib/x86_64-linux-gnu/janus'


class Janus:
    """Ended by its own id; its folder goes with it."""

    def __init__(self, prefix=()):
        self.folder = tempfile.TemporaryDirectory(prefix='parlor-bench-janus-')
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        path = pathlib.Path(self.folder.name)
        for kind in ('plugins', 'transports', 'events', 'loggers'):
            (path / kind).mkdir()
        shutil.copy(f'{PLUGINS}/plugins/libjanus_videoroom.so', path / 'plugins')
        shutil.copy(f'{PLUGINS}/transports/libjanus_http.so', path / 'transports')
        (path / 'janus.jcfg').write_text(
            f'general: {{ configs_folder = "{path}" plugins_folder = "{path}/plugins" transports_folder = "{path}/transports" '
            f'events_folder = "{path}/events" loggers_folder = "{path}/loggers" debug_level = 2 session_timeout = 0 }}\n'
            'nat: { ice_lite = true ice_enforce_list = "lo" }\nmedia: { ipv6 = false }\n')
        (path / 'janus.plugin.videoroom.jcfg').write_text('general: { string_ids = true }\n')
        (path / 'janus.transport.http.jcfg').write_text(
            f'general: {{ json = "compact" base_path = "/janus" http = true port = {self.port} ip = "127.0.0.1" https = false }}\n'
            'admin: { admin_http = false }\n')
        self.log = open(path / 'log', 'w')
        self.process = subprocess.Popen([*prefix, 'janus', '-F', str(path)], stdout=self.log, stderr=self.log)
        self.wait_ready()

    def wait_ready(self):
        for _ in range(100):
            try:
                with urllib.request.urlopen(f'{self.url}/janus/info', timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        text = pathlib.Path(self.folder.name, 'log').read_text()[-2000:]
        self.close()
        raise SystemExit(f'janus did not become ready:\n{text}')

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.folder.cleanup()
