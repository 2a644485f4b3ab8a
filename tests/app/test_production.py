#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The set-up of docs/operate.md, brought up from tools/deploy/ as it stands and tried from outside: nginx with TLS in front of a parlord
without --demo, `parlorctl setup`, signing in through it, keys of other brands, keys that are revoked. Only folders are other ones than there;
names and ports are the real ones, in a network namespace of the test's own: test_production.py PARLORD PARLORCTL DEPLOY WEB [SECONDS].
A meeting of so many seconds (4) is recorded, played through nginx by the session, and verified offline."""
import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from recorder_socket import RecorderSocket

HOST = "meet.example"


def own_network():
    """Runs this file again where it is root of a network namespace with nothing but loopback."""
    if os.environ.get("PARLOR_OWN_NETWORK"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    flags = ["--net"] if os.geteuid() == 0 else ["--net", "--map-root-user"]
    environment = dict(os.environ, PARLOR_OWN_NETWORK="1")
    os.execvpe("unshare", ["unshare", *flags, sys.executable, *sys.argv], environment)


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def check(self, name, good, more=""):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            print("# " + str(more).replace("\n", "\n# "), flush=True)


class Setup:
    """Folders, the files of tools/deploy/ with those folders in them, and the processes."""

    def __init__(self, parlord, parlorctl, deploy, web):
        self.top = tempfile.mkdtemp(prefix="parlor-production-")
        self.parlord, self.parlorctl, self.deploy, self.web = map(os.path.abspath, (parlord, parlorctl, deploy, web))
        self.state, self.etc = self.top + "/state", self.top + "/etc"
        self.processes, self.recorder = [], None
        for folder in (self.state, self.etc + "/tls", self.top + "/log", self.top + "/pages", self.top + "/run"):
            os.makedirs(folder, 0o700)

    def take(self, name, out):
        text = open(f"{self.deploy}/{name}").read()
        for there, here in (("/etc/parlor", self.etc), ("/var/lib/parlor", self.state), ("/var/log/nginx", self.top + "/log"), ("/run/parlor", self.top + "/run")):
            text = text.replace(there, here)
        with open(f"{self.top}/{out}", "w") as file:
            file.write(text)
        os.chmod(f"{self.top}/{out}", 0o640)
        return text

    def certificate(self):
        """A CA of the test's own, and by it the server's certificate."""
        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, cwd=self.etc + "/tls", capture_output=True)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA", "-days", "2")
        openssl("req", *curve, "-keyout", "key.pem", "-out", "csr.pem", "-subj", f"/CN={HOST}")
        with open(self.etc + "/tls/ext", "w") as file:
            file.write(f"subjectAltName=DNS:{HOST}\n")
        openssl("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext", "-out", "cert.pem", "-days", "2")

    def start_parlord(self):
        self.take("parlor.conf", "etc/parlor.conf")
        unit = self.take("parlord.service", "parlord.service")
        command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M).group(1))
        assert command[0] == "/usr/bin/parlord", command
        if not os.path.isdir(self.web):
            # Without the built pages one that stands for them is served: what is tried here is the server.
            with open(self.top + "/pages/index.html", "w") as file:
                file.write("<!doctype html><title>page</title>")
        environment = dict(os.environ, PARLOR_WEB_DIR=self.web if os.path.isdir(self.web) else self.top + "/pages")
        self.log = open(self.top + "/log/parlord.log", "w")
        self.processes.append(subprocess.Popen([self.parlord, *command[1:]], env=environment, stdout=self.log, stderr=self.log))

    def start_recorder(self):
        """In systemd's place. That they are two users is tried by test_record_user.py."""
        path = re.search(r"^ListenSequentialPacket=(.*)$", self.take("parlor-recorder.socket", "recorder.socket"), re.M).group(1)
        command = shlex.split(re.search(r"^ExecStart=(.*)$", self.take("parlor-recorder@.service", "recorder.service"), re.M).group(1))
        assert command == ["/usr/bin/parlor-recorder", "--for", "parlor"], command
        self.recorder = RecorderSocket(path, [os.path.dirname(self.parlord) + "/parlor-recorder", "--for", str(os.geteuid())])

    def start_nginx(self):
        self.take("nginx.conf", "site.conf")
        # Bodies lie in memory: nginx's workers are nobody's, to whom this folder is shut.
        with open(self.top + "/nginx.conf", "w") as file:
            file.write(f"pid {self.top}/nginx.pid;\ndaemon off;\nerror_log {self.top}/log/error.log;\nevents {{}}\nhttp {{\n"
                       + "".join(f"{kind}_temp_path {self.top}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                       + f"client_body_buffer_size 16m;\ninclude {self.top}/site.conf;\n}}\n")
        self.processes.append(subprocess.Popen(["nginx", "-c", self.top + "/nginx.conf"], stderr=subprocess.DEVNULL))

    def ctl(self, *words):
        done = subprocess.run([self.parlorctl, "--data-dir", self.state, "--json", *words], capture_output=True, text=True, timeout=10)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def end(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(15)
        if self.recorder is not None:
            self.recorder.end()
        shutil.rmtree(self.top)


class Client:
    """A browser's part: TLS by the test's CA, HTTP over one connection a request, cookies."""

    def __init__(self, setup):
        self.tls = ssl.create_default_context(cafile=setup.etc + "/tls/ca.pem")
        self.lines = []

    def connect(self):
        return self.tls.wrap_socket(socket.create_connection(("127.0.0.1", 443), 10), server_hostname=HOST)

    def ask(self, method, path, body=None, lines=(), host=HOST):
        status, headers, rest = self.fetch(method, path, body, lines, host)
        return status, headers, rest.decode(errors="replace")

    def fetch(self, method, path, body=None, lines=(), host=HOST):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(data)}", *self.lines, *lines]
        if body is not None:
            head.append("Content-Type: application/json")
        with self.connect() as connection:
            connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + data)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        top, _, rest = answer.partition(b"\r\n\r\n")
        status, *headers = top.decode().split("\r\n")
        return int(status.split()[1]), "\n".join(headers), rest

    def sign_in(self, **by):
        status, headers, body = self.ask("POST", "/v1/signin", by)
        cookie = re.search(r"^set-cookie: ([^;]+)", headers, re.M | re.I)
        if status == 200:
            self.lines = [f"Cookie: {cookie.group(1)}", f"X-Parlor-CSRF: {json.loads(re.search(r'{.*}', body, re.S).group())['csrf']}"]
        return status, headers


class WebSocket:
    """Enough of RFC 6455 to join and to be closed."""

    def __init__(self, client, lines=()):
        self.socket = client.connect()
        head = [f"GET /v1/rt HTTP/1.1", f"Host: {HOST}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + base64.b64encode(b"0123456789abcdef").decode(), *lines]
        self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.data += self.socket.recv(1)
        self.status = int(self.data.split()[1])
        self.data = b""

    def send(self, text):
        data = text.encode()
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + len(data).to_bytes(2, "big")
        self.socket.sendall(b"\x81" + size + b"\0\0\0\0" + data)

    def need(self, n):
        while len(self.data) < n:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EOFError
            self.data += chunk
        out, self.data = self.data[:n], self.data[n:]
        return out

    def frame(self):
        kind, size = self.need(2)
        if size == 126:
            size = int.from_bytes(self.need(2), "big")
        elif size == 127:
            size = int.from_bytes(self.need(8), "big")
        return kind & 15, self.need(size)

    def expect(self, kind):
        while True:
            opcode, data = self.frame()
            if opcode == 1 and json.loads(data).get("t") == kind:
                return json.loads(data)
            if opcode == 9:
                self.socket.sendall(bytes([0x8A, 0x80 | len(data)]) + b"\0\0\0\0" + data)
            if opcode == 8:
                raise EOFError(int.from_bytes(data[:2], "big"))

    def closed(self):
        while True:
            opcode, data = self.frame()
            if opcode == 8:
                return int.from_bytes(data[:2], "big")


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if what():
                return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def basic(key):
    return "Authorization: Basic " + base64.b64encode(f"{key['id']}:{key['secret']}".encode()).decode()


def before_setup(tap, client):
    status, headers, body = client.ask("GET", "/")
    tap.check("a fresh server says how to begin", status == 200 and "parlorctl setup" in body, body)
    tap.check("so does its sign-in page", "parlorctl setup" in client.ask("GET", "/signin")[2])
    tap.check("TLS tells browsers to stay", "max-age=31536000" in headers, headers)
    shut = [client.ask(*one)[0] for one in (("GET", "/v1/rooms"), ("POST", "/v1/rooms", {}), ("GET", "/v1/keys"), ("GET", "/v1/session"))]
    tap.check("nothing is open, though nginx comes from loopback", shut == [401] * 4, shut)
    tap.check("the demo's key is nobody's", client.ask("GET", "/v1/rooms", lines=[basic({"id": "demo", "secret": "parlor-demo-secret-do-not-use-in-production"})])[0] == 401)
    tap.check("no default password", client.ask("POST", "/v1/signin", {"login": "admin", "password": "admin"})[0] == 401)
    tap.check("numbers are not served here", client.ask("GET", "/metrics")[0] == 404)


def sign_in(tap, setup, client, made):
    link = made["link"].split("#link=")
    tap.check("the link is of the public address", link[0] == f"https://{HOST}/signin", made["link"])
    status, headers = client.sign_in(link=link[1])
    tap.check("it signs in through nginx", status == 200 and "Secure" in headers and "HttpOnly" in headers, headers)
    tap.check("once", Client(setup).sign_in(link=link[1])[0] == 401)
    status, _, body = client.ask("GET", "/v1/session")
    tap.check("the owner is signed in", status == 200 and '"owner"' in body, body)
    bare = client.lines[:1]
    client.lines, full = bare, client.lines
    tap.check("the cookie alone changes nothing", client.ask("POST", "/v1/rooms", {})[0] == 401)
    client.lines = full
    tap.check("nor for a foreign page", client.ask("GET", "/v1/keys", lines=["Origin: https://evil.example"])[0] == 403)
    status, _, body = client.ask("POST", "/v1/session/password", {"new": "a long enough one"})
    tap.check("the owner sets a password", status == 200, body)
    again = Client(setup)
    tap.check("and comes back by it", again.sign_in(login="you@shop.example", password="a long enough one")[0] == 200)
    client.lines = again.lines
    secret = made["key"]["secret"]
    logged = "".join(open(f"{setup.top}/log/{name}").read() for name in os.listdir(setup.top + "/log"))
    tap.check("no log has a secret", all(word not in logged for word in (secret, link[1], "a long enough one", client.lines[0].split("=")[1])), logged)


def brands_apart(tap, setup, client, made):
    key = made["key"]
    other = setup.ctl("brand", "add", "--brand", "other", "--name", "Other") and setup.ctl("key", "add", "--brand", "other")["key"]
    status, _, body = client.ask("POST", "/v1/rooms", {}, [])
    room = json.loads(re.search(r"{.*}", body, re.S).group())
    tap.check("a signed-in person makes a room", status == 201, body)
    path = "/v1/rooms/" + room["id"]
    stranger = Client(setup)
    tap.check("a key of the brand finds it", stranger.ask("GET", path, lines=[basic(key)])[0] == 200)
    tap.check("a key of another does not", stranger.ask("GET", path, lines=[basic(other)])[0] == 404)
    tap.check("nor by its code", stranger.ask("GET", "/v1/rooms/" + room["code"], lines=[basic(other)])[0] == 404)
    tap.check("nor closes it", stranger.ask("DELETE", path, lines=[basic(other)])[0] == 404)
    tap.check("guessed ids are unknown ones", stranger.ask("DELETE", "/v1/keys/" + key["id"], lines=[basic(other)])[0] == 404)
    tricks = ("/v1/rooms/..%2f..%2fkeys", "/v1//rooms", "/v1/rooms/%00", "/v1/rooms/../../metrics", "/../etc/passwd")
    answers = [stranger.ask("GET", one, lines=[basic(other)])[0] for one in tricks]
    tap.check("paths play no tricks", all(one in (400, 404) for one in answers), answers)
    return room, other


class Bars:
    """A picture that somebody sends, by `parlorctl inject`."""

    def __init__(self, setup, room):
        self.source = subprocess.Popen(
            ["gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=10/1", "!", "vp8enc", "deadline=1",
             "keyframe-max-dist=10", "!", "rtpvp8pay", "pt=96", "!", "rtpstreampay", "!", "fdsink"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.inject = subprocess.Popen(
            [setup.parlorctl, "--data-dir", setup.state, "inject", f"{room}/bars/camera", "--caps",
             "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96"], stdin=self.source.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        for process in (self.source, self.inject):
            process.kill()
            process.wait()


def json_of(answer):
    return json.loads(re.search(r"{.*}", answer[2], re.S).group())


def record_some(setup, client, seconds):
    """A recording that is ready: its id."""
    room = json_of(client.ask("POST", "/v1/rooms", {"policy": {"record": "by_host", "consent": "notice"}}))["id"]
    bars = Bars(setup, room)
    try:
        recording = json_of(client.ask("POST", f"/v1/rooms/{room}/recording", {"action": "start"}))["recording"]
        folder = f"{setup.state}/recordings/{recording}"
        until(lambda: any(name.endswith(".webm") and os.stat(f"{folder}/{name}").st_size > 20000 for name in os.listdir(folder)), 60)
        time.sleep(seconds)
        client.ask("POST", f"/v1/rooms/{room}/markers", {"kind": "conclusion", "text": "0.35"})
        client.ask("POST", f"/v1/rooms/{room}/recording", {"action": "stop"})
    finally:
        bars.end()
    until(lambda: json_of(client.ask("GET", f"/v1/recordings/{recording}"))["state"] == "ready", 60)
    return recording


def pictures_of(path):
    done = subprocess.run(["gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "matroskademux", "!", "vp8dec", "!", "videoscale", "!",
                           "video/x-raw,width=16,height=16,format=I420", "!", "fdsink", "fd=1"], capture_output=True, timeout=60, check=False)
    return len(done.stdout) // 384 if done.returncode == 0 else 0


def recorded(tap, setup, client, other, seconds):
    """A meeting is recorded, played by who is signed in, and verified where no server is."""
    recording = record_some(setup, client, seconds)
    row = json_of(client.ask("GET", f"/v1/recordings/{recording}"))
    tap.check("a meeting is recorded", row["state"] == "ready" and row["manifest"]["files"], row)
    if not row["manifest"]["files"]:
        return
    file = row["manifest"]["files"][0]
    path = f"/v1/recordings/{recording}/files/{file['n']}"
    status, headers, whole = client.fetch("GET", path)
    tap.check("its file comes through nginx as it was sealed", status == 200 and hashlib.sha256(whole).hexdigest() == file["sha256"], (status, headers, len(whole)))
    status, headers, part = client.fetch("GET", path, lines=["Range: bytes=1000-1999"])
    tap.check("a part of it is that part", status == 206 and part == whole[1000:2000] and "bytes 1000-1999/" in headers, (status, headers, len(part)))
    with open(setup.top + "/played.webm", "wb") as out:
        out.write(whole)
    played = pictures_of(setup.top + "/played.webm")
    tap.check("it plays", played >= 10, f"{played} pictures of {file['duration_ms']} ms")
    stranger = Client(setup)
    shut = stranger.ask("GET", path)[0], stranger.ask("GET", path, lines=[basic(other)])[0], stranger.ask("GET", f"/v1/recordings/{recording}/files/..%2fjournal", lines=client.lines)[0]
    tap.check("it is nobody else's", shut[:2] == (401, 404) and shut[2] in (400, 404), shut)
    rows = json_of(client.ask("GET", f"/v1/audit?limit=200&object={recording}"))["rows"]
    tap.check("who looked at it stands in the audit log", any(one["action"] == "recording.viewed" for one in rows), rows)
    verify(tap, setup, recording)


def verify(tap, setup, recording):
    """Somewhere else, with the files alone."""
    away = setup.top + "/evidence"
    shutil.copytree(f"{setup.state}/recordings/{recording}", away)
    def check():
        return subprocess.run([setup.parlorctl, "verify", away], capture_output=True, text=True, check=False)
    done = check()
    tap.check("it verifies offline", done.returncode == 0, done.stdout + done.stderr)
    name = next(name for name in os.listdir(away) if name.endswith(".webm"))
    with open(f"{away}/{name}", "r+b") as file:
        file.seek(3000)
        byte = file.read(1)
        file.seek(3000)
        file.write(bytes([byte[0] ^ 1]))
    tap.check("and does not with a bit changed", check().returncode != 0)


def revoked(tap, setup, room, made):
    key = made["key"]
    token = subprocess.run([setup.parlorctl, "--data-dir", setup.state, "token", "--room", room["id"], "--identity", "lin"], capture_output=True, text=True).stdout.strip()
    client = Client(setup)
    by_server = WebSocket(client)
    by_server.send(json.dumps({"t": "join", "token": token}))
    tap.check("a token joins over the WebSocket behind nginx", by_server.status == 101 and by_server.expect("welcome"))
    tap.check("a WebSocket of a foreign page is refused", WebSocket(client, ["Origin: https://evil.example"]).status == 403)
    claims = {"iss": key["id"], "sub": "wu", "room": room["id"], "exp": int(time.time()) + 600}
    mine = WebSocket(client)
    mine.send(json.dumps({"t": "join", "token": jwt(claims, key["secret"])}))
    mine.expect("welcome")
    expired = WebSocket(client)
    expired.send(json.dumps({"t": "join", "token": jwt(dict(claims, exp=int(time.time()) - 60), key["secret"])}))
    tap.check("an expired token does not", expired.closed() == 4401)
    tap.check("the key works", client.ask("GET", "/v1/rooms", lines=[basic(key)])[0] == 200)
    began = time.monotonic()
    setup.ctl("key", "revoke", "--brand", "shop", "--id", key["id"])
    code = mine.closed()
    tap.check("revoked, its open WebSocket ends within a second", code == 4401 and time.monotonic() - began < 1, (code, time.monotonic() - began))
    tap.check("and it opens nothing any more", client.ask("GET", "/v1/rooms", lines=[basic(key)])[0] == 401)
    again = WebSocket(client)
    again.send(json.dumps({"t": "join", "token": jwt(claims, key["secret"])}))
    tap.check("nor do the tokens that it signed", again.closed() == 4401)
    by_server.send(json.dumps({"t": "hand", "raised": True}))
    tap.check("who rests on something else stays", by_server.expect("hands") is not None)


def jwt(claims, secret):
    import hmac
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(secret.encode(), text, hashlib.sha256).digest())).decode()


def locked_out(tap, setup, client):
    setup.ctl("user", "add", "--brand", "shop", "--login", "two", "--role", "owner")
    began = time.monotonic()
    setup.ctl("user", "disable", "--brand", "shop", "--login", "you@shop.example")
    tap.check("who is locked out is out", client.ask("GET", "/v1/session")[0] == 401 and time.monotonic() - began < 1)


def limits(tap, setup, client):
    # By its letter: what a slow reader leaves to nginx goes past the kernel's buffers only with a recording of many minutes.
    with open(setup.top + "/site.conf") as file:
        tap.check("nginx puts nothing that is read on a disk of its own", re.search(r"^ *proxy_max_temp_file_size 0;$", file.read(), re.M))
    tap.check("HTTP/2", subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_version}", "--http2", "--cacert", setup.etc + "/tls/ca.pem", "--resolve",
                                        f"{HOST}:443:127.0.0.1", f"https://{HOST}/v1/config"], capture_output=True, text=True).stdout == "2")
    with socket.create_connection(("127.0.0.1", 80), 5) as plain:
        plain.sendall(f"GET /m HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        tap.check("plain HTTP leads to TLS", f"Location: https://{HOST}/m".encode() in plain.recv(65536))
    tap.check("a large body is refused", client.ask("POST", "/v1/rooms", b"x" * (1 << 20) + b"x")[0] == 413)
    status, _, body = client.ask("POST", "/v1/uploads?conversation=cnv_none", b"x" * (9 << 20))
    tap.check("a picture's size gets through to parlord, which does not know its conversation", status == 404 and "conversation" in body, body)
    stranger = Client(setup)
    codes = [stranger.ask("POST", "/v1/signin", {"brand": "shop", "login": f"x{i}", "password": "wrong"})[0] for i in range(30)]
    tap.check("guessing is slowed down", codes[0] == 401 and codes[-1] == 429, codes)


def audited(tap, setup):
    """What was done stands in the brand's chain, and the chain is whole."""
    key = setup.ctl("key", "add", "--brand", "shop")["key"]
    client = Client(setup)
    rows = json.loads(re.search(r"{.*}", client.ask("GET", "/v1/audit?limit=200", lines=[basic(key)])[2], re.S).group())
    actions = json.dumps(rows)
    wanted = ("operator.setup", "signin.succeeded", "signin.failed", "operator.key_revoke", "operator.user_disable", "POST /v1/session/password")
    tap.check("the audit log tells it", all(one in actions for one in wanted), [one for one in wanted if one not in actions] + [actions])
    tap.check("and names nobody", "you@shop.example" not in actions and key["secret"] not in actions, actions)
    status, _, body = client.ask("GET", "/v1/audit/check", lines=[basic(key)])
    tap.check("its chain is whole", status == 200 and '"whole":true' in body.replace(" ", ""), body)


UNITS = ("parlord.service", "parlor-recorder.socket", "parlor-recorder@.service")


def unit(tap, deploy):
    """The units are ones that systemd understands."""
    with tempfile.TemporaryDirectory() as folder:
        for name in UNITS:
            with open(f"{deploy}/{name}") as file, open(f"{folder}/{name}", "w") as out:
                out.write(re.sub("/usr/bin/parlor[a-z-]+", "/bin/true", file.read()))
        if not shutil.which("systemd-analyze"):
            tap.check("the units are well-formed # SKIP systemd-analyze is not here", True)
            return
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"{folder}/{name}" for name in UNITS)], capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if "parlor" in line]
        tap.check("the units are well-formed", not complaints, "\n".join(complaints))
        # Not in @system-service; without the number, a call that is not let through ends the process.
        with open(deploy + "/parlord.service") as file:
            text = file.read()
        calls = " ".join(re.findall(r"^SystemCallFilter=(.*)$", text, re.M)).split()
        tap.check("parlor-stage may give up its files under it", {"landlock_create_ruleset", "landlock_restrict_self"} <= set(calls)
                  and "SystemCallErrorNumber=EPERM" in text, calls)


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    own_network()
    tap = Tap()
    setup = Setup(*sys.argv[1:5])
    client = Client
    try:
        setup.certificate()
        setup.start_recorder()
        setup.start_parlord()
        setup.start_nginx()
        client = Client(setup)
        tap.check("it comes up", until(lambda: client.ask("GET", "/")[0] == 200), open(setup.top + "/log/parlord.log").read())
        before_setup(tap, client)
        made = setup.ctl("setup", "--brand", "shop", "--name", "The shop", "--login", "you@shop.example")
        tap.check("parlorctl sets it up", made is not None)
        tap.check("once", setup.ctl("setup", "--brand", "shop", "--login", "me") is None)
        sign_in(tap, setup, client, made)
        room, other = brands_apart(tap, setup, client, made)
        recorded(tap, setup, client, other, int(sys.argv[5]) if len(sys.argv) > 5 else 4)
        revoked(tap, setup, room, made)
        locked_out(tap, setup, client)
        limits(tap, setup, client)
        unit(tap, setup.deploy)
        audited(tap, setup)
        modes = [oct(os.stat(f"{setup.state}/{name}").st_mode & 0o777) for name in ("parlor.db", "control.sock")]
        tap.check("database and control socket are the daemon's alone", modes == ["0o600", "0o600"], modes)
    finally:
        setup.end()
    print(f"1..{tap.count}")
    sys.exit(bool(tap.bad))


main()
