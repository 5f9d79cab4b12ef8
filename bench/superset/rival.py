"""Apache Superset on PostgreSQL, asked the three questions of the comparison; README.md says what is fair.

  url=$(tools/dev/postgres.sh start --durable)
  place=$(bench/superset/setup.sh --postgres "$url")
  "$place/venv/bin/python" bench/superset/rival.py --postgres "$url" --facts facts.csv --out superset.json

The file has the columns unit,indicator,period,value: a commune's five digits, an indicator's code, the
first day of a month, a number; one row for each of them. With --generate it is made first: 103 communes, 500
indicators, 120 months. The two databases that are made go at the end, so setup.sh comes before every run.
Whatever is started is ended, also on Ctrl+C.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.dont_write_bytecode = True

import api  # noqa: E402
import facts  # noqa: E402
import server  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgres", required=True, metavar="URL")
    parser.add_argument("--facts", required=True, metavar="FILE.csv")
    parser.add_argument("--generate", action="store_true", help="make the file first")
    parser.add_argument("--out", required=True, metavar="FILE.json")
    parser.add_argument("--times", type=int, default=50, help="asks of each question (50)")
    parser.add_argument("--warm", type=int, default=5, help="asks before that (5)")
    parser.add_argument("--clients", type=int, default=8, help="of the closed loop (8)")
    parser.add_argument("--seconds", type=int, default=20, help="of the closed loop (20)")
    parser.add_argument("--idle", type=int, default=10, help="seconds before the memory is read (10)")
    parser.add_argument("--indicator", help="of the page and the map (the file's first)")
    parser.add_argument("--unit", help="the commune of the page (the file's first)")
    parser.add_argument("--wall", type=lambda text: text.split(","), help="codes of the wall, with commas")
    return parser.parse_args()


class Stages:
    """The seconds that each part took."""

    def __init__(self):
        self.seconds = {}
        self.last = time.monotonic()

    def done(self, name):
        now = time.monotonic()
        self.seconds[name] = round(now - self.last, 1)
        self.last = now
        print(f"[{self.seconds[name]:6.1f}s] {name}", file=sys.stderr, flush=True)


def register(options, place, password):
    """The dataset's number, from a start of its own, so that the measured ones begin with a question."""
    with server.Server(place, options.postgres, False) as running:
        client = api.Client(running.port)
        client.sign_in(password)
        return client.register(facts.database_url(options.postgres, facts.FACTS))


def run_row(options, place, password, cached, asked):
    """One start of Superset, measured."""
    with server.Server(place, options.postgres, cached) as running:
        client = api.Client(running.port)
        token = client.sign_in(password)
        row = {"start_s": round(running.start_s, 1)}
        began = time.perf_counter()
        client.ask(asked["wall"][0])
        # Superset does much of its work on the first request; a user waits for both.
        row["first_wall_ms"] = round((time.perf_counter() - began) * 1000)
        # New connections go to either worker, so that both have very likely answered before memory is read.
        for body, _ in list(asked.values()) * 4:
            other = api.Client(running.port, token)
            other.ask(body)
            other.connection.close()
        time.sleep(options.idle)
        row["memory_idle"] = running.memory()
        for name, (body, wanted) in asked.items():
            figures = api.verify(name, client.ask(body), wanted, cached)
            row[name] = {**api.measure(client, body, options.times, options.warm), "figures_checked": figures}
            api.verify(name, client.ask(body), wanted, cached)
        row["wall_closed_loop"] = api.closed_loop(
            running.port, token, asked["wall"][0], options.clients, options.seconds
        )
        row["memory_after_load"] = running.memory()
        return row


def table(result):
    print(f"{'':22}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>9}{'gzip':>9}")
    for title in ("cache_off", "cache_on"):
        row = result[title]
        for name in ("wall", "page", "map"):
            one = row[name]
            print(
                f"{title + ' ' + name:22}{one['p50_ms']:>9}{one['p95_ms']:>9}"
                f"{one['bytes']:>9}{one['bytes_gzip']:>9}"
            )
        loop, memory = row["wall_closed_loop"], row["memory_idle"]
        print(f"{title} wall, {loop['clients']} clients: {loop['per_second']}/s, p95 {loop['p95_ms']} ms")
        print(
            f"{title} start {row['start_s']} s + first wall {row['first_wall_ms']} ms; "
            f"idle {memory['pss_mb']} MB PSS, {memory['rss_mb']} MB RSS in {memory['processes']} processes"
        )


def main():
    options = arguments()
    place = Path(sys.prefix).parent
    if not (place / "secret").exists():
        raise SystemExit("Run this with the Python that setup.sh made: PLACE/venv/bin/python")
    meta = facts.statement(
        options.postgres, f"select count(*) from pg_database where datname = '{server.META}'"
    )
    if meta != [(1,)]:
        raise SystemExit("Superset's own database is not there: run setup.sh --postgres URL before every run")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    password = (place / "password").read_text().strip()
    stages = Stages()
    if options.generate:
        facts.generate(options.facts)
        stages.done("generate")
    expected = facts.Expected(options.facts, options.indicator, options.unit)
    wall = options.wall or expected.wall()
    stages.done("add up the file")
    try:
        loaded = facts.load(options.postgres, options.facts)
        if loaded["rows"] != expected.count:
            raise SystemExit(f"{loaded['rows']} rows loaded of {expected.count}")
        stages.done("load")
        dataset = register(options, place, password)
        stages.done("register")
        asked = api.questions(dataset, expected, wall)
        off = run_row(options, place, password, False, asked)
        stages.done("cache off")
        on = run_row(options, place, password, True, asked)
        stages.done("cache on")
    finally:
        facts.drop(options.postgres, facts.FACTS)
        facts.drop(options.postgres, server.META)
    result = {
        "what": "Apache Superset on PostgreSQL",
        "superset": version("apache-superset"),
        "gunicorn": f"{server.WORKERS} workers (gthread) x {server.THREADS} threads",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "data": {**loaded, "units": expected.units, "periods": len(expected.periods)},
        "asked": {
            "wall": wall,
            "months": expected.wall_months(),
            "indicator": expected.indicator,
            "unit": expected.unit,
        },
        "setup": json.loads((place / "stages.json").read_text()),
        "stages_s": stages.seconds,
        "cache_off": off,
        "cache_on": on,
    }
    Path(options.out).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    table(result)


if __name__ == "__main__":
    main()
