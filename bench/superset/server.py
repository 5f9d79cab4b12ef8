"""Superset as a process of ours: its environment, its start, its memory, its end.

As a program it runs Superset's command line: server.py PLACE POSTGRES-URL WORD…
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from facts import database_url

HERE = Path(__file__).resolve().parent
META = "toancanh_rival_meta"
WORKERS = 2
THREADS = 20  # of Superset's own run-server.sh, with its worker class


def environment(place, postgres, cache_folder=None):
    home = place / "home"
    env = {key: os.environ[key] for key in ("LANG", "TZ") if key in os.environ}
    env |= {
        "PATH": f"{place}/venv/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",  # nothing is written beside this file
        "FLASK_APP": "superset.app:create_app()",
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "RIVAL_PLACE": str(place),
        "RIVAL_META": database_url(postgres, META),
    }
    if cache_folder:
        env["RIVAL_CACHE"] = str(cache_folder)
    return env


class Server:
    """Superset under gunicorn on a free port of the loopback; a context, so that it always ends."""

    def __init__(self, place, postgres, cached):
        self.cache_folder = place / "home" / "data-cache" if cached else None
        self.env = environment(place, postgres, self.cache_folder)
        self.place = place
        self.process = None
        self.start_s = None

    def __enter__(self):
        if self.cache_folder:
            shutil.rmtree(self.cache_folder, ignore_errors=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        began = time.monotonic()
        command = [
            str(self.place / "venv/bin/gunicorn"),
            *("--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS)),
            *("--worker-class", "gthread", "--threads", str(THREADS), "--timeout", "120"),
            *("--log-level", "warning", "--limit-request-line", "0", "--limit-request-field_size", "0"),
            "superset.app:create_app()",
        ]
        with open(self.place / "server.log", "wb") as log:
            # Its own session, so that a Ctrl+C comes to us alone and we end it in order.
            self.process = subprocess.Popen(
                command,
                env=self.env,
                cwd=self.place / "home",
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
        limit = time.monotonic() + 300
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise RuntimeError(f"Superset ended while starting; see {self.place}/server.log")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=60):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"Superset did not answer within 300 s; see {self.place}/server.log")

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
        """The sum over gunicorn's master and workers, in MB. PSS counts a shared page once."""
        pss = rss = count = 0
        for pid in session(self.process.pid):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            except OSError:
                continue
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
            pss, rss, count = pss + sizes["Pss"], rss + sizes["Rss"], count + 1
        return {"processes": count, "pss_mb": round(pss / 1024, 1), "rss_mb": round(rss / 1024, 1)}


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
    program = str(its_place / "venv/bin/superset")
    os.execve(program, [program, *sys.argv[3:]], environment(its_place, sys.argv[2]))
