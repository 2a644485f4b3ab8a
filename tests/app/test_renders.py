#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders over REST, on a server without a browser: asked for, made, downloaded with sha256 and Range, cancelled, made again after the server
or the composer was killed in the middle, refused to strangers: test_renders.py PARLORD MAKE_REELS."""
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE_S = 120
SECONDS = 20
LONG_S = 1800
RESUMED_S = 300


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def check(self, name, good, more=""):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            print(f"# {more}", flush=True)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, parlord, folder):
        self.parlord, self.folder, self.process = parlord, folder, None

    def start(self):
        self.port, self.admin = free_port(), free_port()
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(
            [self.parlord, "--demo", "--http-port", str(self.port), "--admin-port", str(self.admin), "--udp-port", str(free_port(socket.SOCK_DGRAM)),
             "--data-dir", self.folder], stdout=self.log, stderr=self.log)
        until(lambda: self.fetch("/readyz", port=self.admin)[0] == 200, "the server to be ready")

    def fetch(self, path, method="GET", body=None, headers=None, port=None):
        data = None if body is None else json.dumps(body).encode()
        head = {"Content-Type": "application/json", **(headers or {})} if data is not None else (headers or {})
        request = urllib.request.Request(f"http://127.0.0.1:{port or self.port}{path}", data=data, method=method, headers=head)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()
        except OSError:
            return 0, {}, b""

    def json(self, *args, **more):
        status, _, body = self.fetch(*args, **more)
        return status, (json.loads(body) if body else None)

    def metric(self, name):
        for line in self.fetch("/metrics", port=self.admin)[2].decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def end(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(60)
            self.log.close()
        self.process = None


def until(good, what):
    end = time.monotonic() + PATIENCE_S
    while not good():
        if time.monotonic() > end:
            raise AssertionError(f"{PATIENCE_S} s were not enough for {what}")
        time.sleep(0.1)


def add_recording(folder, make_reels, name, seconds, people):
    """As a sealed recording lies there: its folder and its row."""
    where = os.path.join(folder, "recordings", name)
    os.makedirs(where)
    subprocess.run([make_reels, where, str(seconds), str(people)], check=True)
    row = {"id": name, "brand": "br_demo", "room": "rm_1", "title": "Counters", "state": "ready", "mode": "ask", "started_by": "", "started_ms": 1,
           "stopped_ms": 2, "from_ms": 1000, "to_ms": 1000 + seconds * 1000, "files": 2 * people, "bytes": 1, "purge_ms": 0}
    with sqlite3.connect(os.path.join(folder, "parlor.db")) as base:
        base.execute(f"INSERT INTO recordings ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    base.close()


def stretch(folder, name, seconds):
    """The same files as if they had lasted longer: a render that does not end while it is looked at."""
    path = os.path.join(folder, "recordings", name, "manifest.json")
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    manifest["to_ms"] = 1000 + seconds * 1000
    with open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file)


def state_of(server, where):
    status, row = server.json(where)
    return row["state"] if status == 200 else status


def ask(server, recording, **wish):
    status, row = server.json(f"/v1/recordings/{recording}/renders", method="POST", body=wish)
    assert status == 202, (status, row)
    return f"/v1/recordings/{recording}/renders/{row['id']}", row


def try_one(tap, server, make_reels, folder):
    where, row = ask(server, "rec_a", layout="speaker", height=360)
    tap.check("a render that was asked for waits or runs", row["state"] in ("queued", "running"), row)
    until(lambda: state_of(server, where) in ("ready", "failed"), "the render")
    _, row = server.json(where)
    tap.check("it is ready and says what it is", row["state"] == "ready" and row["progress"] == 1 and row["duration_ms"] == SECONDS * 1000, row)
    status, headers, body = server.fetch(where + "/file")
    tap.check("its file is what the sha256 says", status == 200 and hashlib.sha256(body).hexdigest() == row["sha256"] == headers["Parlor-Sha256"]
              and len(body) == row["bytes"], (status, len(body), row))
    status, headers, part = server.fetch(where + "/file", headers={"Range": "bytes=4-13"})
    tap.check("a part of it can be had", status == 206 and part == body[4:14], status)
    local = os.path.join(folder, "copy.webm")
    with open(local, "wb") as file:
        file.write(body)
    seen = json.loads(subprocess.run([make_reels, "--check", local, str(SECONDS)], check=True, capture_output=True).stdout)
    tap.check("counters and tones stand within 40 ms of where they were recorded", seen["frames"] == SECONDS * 30
              and seen["counted"] >= SECONDS * 30 - 2 and seen["tones"] == SECONDS and max(seen["worst_ms"], seen["worst_tone_ms"]) <= 40, seen)
    print(f"# {seen}", flush=True)
    again, _ = ask(server, "rec_a", layout="grid", height=360, exclude=["pt_1"], from_ms=3000, to_ms=5000)
    until(lambda: state_of(server, again) in ("ready", "failed"), "the clip")
    _, row = server.json(again)
    tap.check("another layout of a part stands beside it", row["state"] == "ready" and row["duration_ms"] == 2000, row)
    tap.check("both are listed", len(server.json("/v1/recordings/rec_a/renders")[1]["renders"]) == 2)
    tap.check("a render is removed", server.fetch(again, method="DELETE")[0] == 204 and server.fetch(again)[0] == 404
              and server.fetch(again + "/file")[0] == 404)
    name = row["id"]
    tap.check("and its file with it", not any(name in one for one in os.listdir(os.path.join(folder, "recordings", "rec_a"))))
    return where


def try_refusals(tap, server):
    post = "/v1/recordings/rec_a/renders"
    bad = [{}, {"layout": "mosaic"}, {"layout": "grid", "height": 7}, {"layout": "grid", "exclude": "pt_1"}, {"layout": "grid", "from_ms": -4},
           {"layout": "grid", "from_ms": 5000, "to_ms": 4000}, {"layout": "grid", "from_ms": 9000000}, {"layout": "grid", "names": 1},
           {"layout": "grid", "exclude": ["a\nb"]}, {"layout": ["grid"]}]
    answers = [server.fetch(post, method="POST", body=one)[0] for one in bad]
    tap.check("what makes no sense is refused", answers == [400] * len(bad), answers)
    tap.check("an unknown recording has no renders", server.fetch("/v1/recordings/rec_none/renders")[0] == 404
              and server.fetch("/v1/recordings/rec_none/renders", method="POST", body={"layout": "grid"})[0] == 404)
    tap.check("a render of another recording is not found", server.fetch("/v1/recordings/rec_b/renders/" + "rnd_none")[0] == 404)
    stranger = {"Authorization": "Bearer not-a-token"}
    tap.check("a stranger is refused", server.fetch(post, headers=stranger)[0] in (401, 403)
              and server.fetch(post, method="POST", body={"layout": "grid"}, headers=stranger)[0] in (401, 403))


def try_cancel(tap, server, folder):
    where, _ = ask(server, "rec_b", layout="grid")
    second, _ = ask(server, "rec_b", layout="audio_only")
    busy_composer(server, where)
    _, waiting = server.json(second)
    tap.check("one at a time: the second waits for its turn", waiting["state"] == "queued" and waiting["before"] == 1, waiting)
    tap.check("it is cancelled", server.fetch(where, method="DELETE")[0] == 204 and server.fetch(where)[0] == 404)
    until(lambda: state_of(server, second) in ("running", "ready"), "the next one's turn")
    part = where.split("/")[-1]
    until(lambda: not any(part in one for one in os.listdir(os.path.join(folder, "recordings", "rec_b"))), "its file to go")
    tap.check("nothing of it stays", True)
    server.fetch(second, method="DELETE")


def busy_composer(server, where):
    """The process that makes this render, once it has come some way."""
    found = []

    def look():
        pid, (_, row) = server.metric("parlor_composer_pid"), server.json(where)
        found[:] = [int(pid)] if pid and row and row.get("progress", 0) > 0 else []
        return found

    until(look, "progress")
    return found[0]


def try_killed(tap, server, folder):
    where, _ = ask(server, "rec_b", layout="grid")
    composer = busy_composer(server, where)
    server.end(signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{composer}"), "the composer to end with its server")
    tap.check("a composer ends when its server is killed", True)
    stretch(folder, "rec_b", SECONDS)
    server.start()
    until(lambda: state_of(server, where) in ("ready", "failed"), "the render after the restart")
    _, row = server.json(where)
    tap.check("the render is made after the server was killed in the middle of it", row["state"] == "ready" and row["duration_ms"] == SECONDS * 1000, row)
    files = os.listdir(os.path.join(folder, "recordings", "rec_b"))
    tap.check("no half of a file is left", not any(one.endswith(".part") for one in files), files)


def try_resumed(tap, server, folder):
    stretch(folder, "rec_b", RESUMED_S)
    where, row = ask(server, "rec_b", layout="grid", height=180)
    composer = busy_composer(server, where)
    until(lambda: (server.json(where)[1] or {}).get("progress", 0) >= 0.1, "a tenth of it")
    server.end(signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{composer}"), "the composer to end with its server")
    server.start()
    until(lambda: state_of(server, where) in ("ready", "failed"), "the rest of the render")
    _, row = server.json(where)
    tap.check("a render goes on after the restart", row["state"] == "ready" and row["duration_ms"] == RESUMED_S * 1000, row)
    with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
        said = [line for line in log if "goes on at" in line]
    tap.check("where it was, and not from its beginning", len(said) == 1 and row["id"] in said[0], said)
    status, _, body = server.fetch(where + "/file")
    tap.check("and is what its sha256 says", status == 200 and hashlib.sha256(body).hexdigest() == row["sha256"], status)
    files = os.listdir(os.path.join(folder, "recordings", "rec_b"))
    tap.check("nothing of the first half is left", not any(one.endswith(".part") for one in files), files)


def try_composer_killed(tap, server, folder):
    stretch(folder, "rec_b", LONG_S)
    where, _ = ask(server, "rec_b", layout="grid")
    for _ in range(2):
        pid = busy_composer(server, where)
        os.kill(pid, signal.SIGKILL)
        until(lambda: server.metric("parlor_composer_pid") not in (pid, None), "its end to be noticed")
    until(lambda: state_of(server, where) == "failed", "the verdict")
    _, row = server.json(where)
    tap.check("a composer that dies twice has failed, and says so", row["reason"] == "composer", row)
    files = os.listdir(os.path.join(folder, "recordings", "rec_b"))
    tap.check("and leaves nothing", not any(row["id"] in one for one in files), files)
    tap.check("the server goes on", server.fetch("/v1/recordings/rec_a")[0] == 200)


def main():
    parlord, make_reels = sys.argv[1:3]
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="parlor-renders-") as folder:
        server = Server(parlord, folder)
        try:
            server.start()
            server.end()  # the database stands
            add_recording(folder, make_reels, "rec_a", SECONDS, 2)
            add_recording(folder, make_reels, "rec_b", SECONDS, 4)
            stretch(folder, "rec_b", LONG_S)
            server.start()
            where = try_one(tap, server, make_reels, folder)
            try_refusals(tap, server)
            try_cancel(tap, server, folder)
            try_killed(tap, server, folder)
            try_resumed(tap, server, folder)
            tap.check("what was made before is still there", server.fetch(where + "/file")[0] == 200)
            try_composer_killed(tap, server, folder)
            server.fetch("/v1/recordings/rec_a?forever=true", method="DELETE")
            until(lambda: not os.path.exists(os.path.join(folder, "recordings", "rec_a")), "the recording to go")
            tap.check("a deleted recording takes its renders with it", server.fetch(where)[0] == 404)
        except AssertionError as error:
            tap.check("nothing takes for ever", False, error)
            with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
                print("".join("# " + line for line in log.readlines()[-20:]), flush=True)
        finally:
            server.end(signal.SIGKILL)
    print(f"1..{tap.count}", flush=True)
    return 1 if tap.bad else 0


if __name__ == "__main__":
    sys.exit(main())
