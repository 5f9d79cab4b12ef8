"""Redmine as a process of ours: its environment, its start, its memory, its end.

As a program it runs a command in its folder: server.py PLACE POSTGRES-URL WORD…
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

WORKERS = 2  # as many as there are cores: README.md
THREADS = 5  # puma's default for this Ruby, and the size of Rails' pool
NAME = "redmine-rival"  # as PostgreSQL sees its connections


def environment(place, postgres):
    env = {key: os.environ[key] for key in ("LANG",) if key in os.environ}
    tree = place / "redmine"
    return env | {
        "PATH": "/usr/bin:/bin",
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "home"),
        "LC_ALL": "C.UTF-8",
        "TZ": "Asia/Ho_Chi_Minh",  # dates fall where the cases do
        "RAILS_ENV": "production",
        "RACK_ENV": "production",
        "REDMINE_INSTANCE": "bench",
        "REDMINE_LANG": "vi",
        "BUNDLE_GEMFILE": str(tree / "Gemfile"),
        "BUNDLE_USER_HOME": str(place / "home"),
        "BUNDLE_SILENCE_ROOT_WARNING": "1",
        "SCHEMA": "/dev/null",  # migrations write no copy of the schema
        "RUBYOPT": "-W0",
        "PGAPPNAME": NAME,
        "RIVAL_DATABASE": postgres.replace("postgres://", "postgresql://", 1),
    }


class Server:
    """Redmine under puma on a free port of the loopback; a context, so that it always ends."""

    def __init__(self, place, postgres):
        self.place = place
        self.env = environment(place, postgres)
        self.process = None
        self.start_s = None

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        began = time.monotonic()
        command = [
            *("/usr/bin/setpriv", "--pdeathsig", "TERM"),  # it ends even where we are killed
            *("/usr/bin/puma", "--environment", "production", "--config", "-", "--preload"),
            *("--bind", f"tcp://127.0.0.1:{self.port}"),
            *("--workers", str(WORKERS), "--threads", f"{THREADS}:{THREADS}"),
        ]
        with open(self.place / "server.log", "wb") as log:
            # Its own session, so that a Ctrl+C comes to us alone and we end it in order.
            self.process = subprocess.Popen(
                command,
                env=self.env,
                cwd=self.place / "redmine",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_for_an_answer()
        except BaseException:
            self.__exit__()
            raise
        self.start_s = time.monotonic() - began
        return self

    def _wait_for_an_answer(self):
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise SystemExit(f"Redmine ended while starting; see {self.place}/server.log")
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", "/login")
                if connection.getresponse().status == 200:
                    return
                raise SystemExit(f"Redmine does not show its sign-in page; see {log_of(self.place)}")
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise SystemExit(f"Redmine did not answer within 120 s; see {self.place}/server.log")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # the session we made: whoever is left of it
        except ProcessLookupError:
            pass
        self.process.wait()

    def memory(self):
        """The sum over puma's master and workers, in MB. PSS counts a shared page once."""
        pss = rss = count = 0
        for pid in session(self.process.pid):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            except OSError:
                continue
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
            pss, rss, count = pss + sizes["Pss"], rss + sizes["Rss"], count + 1
        return {"processes": count, "pss_mb": round(pss / 1024, 1), "rss_mb": round(rss / 1024, 1)}


def log_of(place):
    return place / "redmine/instances/bench/log/production.log"


def session(leader):
    """The pids of the session that this one leads."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[3]) == leader:
            yield int(folder.name)


if __name__ == "__main__":
    its_place = Path(sys.argv[1])
    os.chdir(its_place / "redmine")
    os.execve("/usr/bin/env", ["env", *sys.argv[3:]], environment(its_place, sys.argv[2]))
