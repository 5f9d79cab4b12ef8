"""Debian's Redmine with the cases of our database, asked for the same lists; README.md says what is fair.

  url=$(tools/dev/postgres.sh start --durable)      # and its table `cases` is full
  python3 bench/redmine/rival.py --postgres "$url" --place 131120 --agency 131120 --category road_hole \\
      --handler 0199… --words "đường hỏng" --rare-word "sầu" --out redmine.json

It runs setup.sh (installs, makes Redmine's tables anew in the schema `redmine` of that database), fills them
from `public.cases`, starts Redmine, asks, and drops the schema. Nothing of ours is changed. Whatever is
started is ended, also on Ctrl+C. A wrong answer ends it with a sentence and a status other than 0.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

import client  # noqa: E402
import database  # noqa: E402
import questions  # noqa: E402
import server  # noqa: E402

HERE = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgres", required=True, metavar="URL")
    parser.add_argument("--place", required=True, metavar="UNIT", help="a commune")
    parser.add_argument("--agency", required=True, metavar="UNIT", help="a unit in charge")
    parser.add_argument("--category", required=True, metavar="ID")
    parser.add_argument("--handler", required=True, metavar="UUID")
    parser.add_argument("--words", required=True, help="of the search, with their marks")
    parser.add_argument("--rare-word", required=True, help="of the second search")
    parser.add_argument("--times", type=int, default=20, help="asks of each question (20)")
    parser.add_argument("--opens", type=int, default=50, help="issues that are opened (50)")
    parser.add_argument("--out", required=True, metavar="FILE.json")
    parser.add_argument("--keep", action="store_true", help="leave Redmine's tables in the database")
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


def percentile(values, share):
    """The nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def latencies(milliseconds):
    return {
        "times": len(milliseconds),
        "p50_ms": round(percentile(milliseconds, 0.50), 1),
        "p95_ms": round(percentile(milliseconds, 0.95), 1),
    }


def ask_by_turns(reader, url, asked, times):
    """Every question once per turn, after a turn that does not count. Each answer is checked."""
    taken = {name: [] for name in asked}
    size, given_up = {}, set()
    for turn in range(times + 1):
        for name, question in asked.items():
            if name in given_up:
                continue
            try:
                milliseconds, content = reader.timed(question.path)
            except client.GaveUp:
                given_up.add(name)
                database.cancel(url)
                continue
            client.check(name, question, content)
            size[name] = len(content)
            if turn:
                taken[name].append(milliseconds)
    result = {}
    for name, question in asked.items():
        one = result[name] = {"count": question.count, "page": question.page, "path": question.path}
        if name in given_up:
            one["gave_up_s"] = client.PATIENCE
        else:
            one |= latencies(taken[name]) | {"bytes": size[name]}
    return result


def open_issues(reader, numbers, warm):
    """Each number once; the first ones do not count."""
    taken, size = [], []
    for n, number in enumerate(numbers):
        milliseconds, content = reader.timed(f"/issues/{number}")
        client.check_issue(number, content)
        if n >= warm:
            taken.append(milliseconds)
            size.append(len(content))
    return {**latencies(taken), "bytes": int(percentile(size, 0.5))}


def spread(url, count):
    """Numbers of cases evenly over all of them."""
    return database.ask(
        url,
        f"""select json_agg(seq order by md5(seq::text)) from (
              select seq, row_number() over (order by seq) - 1 as n, count(*) over () as size
              from public.cases) c
            where n % greatest(size / {count}, 1) = 0 and n / greatest(size / {count}, 1) < {count}""",
    )


def version(package):
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True
    ).stdout


def measure(options, place, password, asked):
    warm = 5
    numbers = spread(options.postgres, options.opens + warm)
    with server.Server(place, options.postgres) as running:
        reader = client.Client(running.port)
        reader.sign_in(password)
        row = {"start_s": round(running.start_s, 1)}
        began = time.perf_counter()
        reader.page(asked["work"].path)
        row["first_list_ms"] = round((time.perf_counter() - began) * 1000)
        row["questions"] = ask_by_turns(reader, options.postgres, asked, options.times)
        # Redmine keeps the last list in the session and asks for it again on every issue, to link its
        # neighbours. A reader who came by a link has none: that is the quicker way, and the one that counts.
        other = client.Client(running.port)
        other.sign_in(password)
        row["open"] = open_issues(other, numbers, warm)
        other.page(asked["work"].path)
        row["open_from_list"] = open_issues(other, numbers, warm)
        row["memory"] = running.memory()
    return row


def table(result):
    print(f"{'':22}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>9}{'count':>9}")
    opened = {name: result[name] | {"count": 1} for name in ("open", "open_from_list")}
    for name, one in (result["questions"] | opened).items():
        if "gave_up_s" in one:
            print(f"{name:22}{'given up after ' + str(one['gave_up_s']) + ' s':>27}{one['count']:>9}")
        else:
            print(f"{name:22}{one['p50_ms']:>9}{one['p95_ms']:>9}{one['bytes']:>9}{one['count']:>9}")
    memory, data = result["memory"], result["data"]
    print(f"start {result['start_s']} s, then the first list {result['first_list_ms']} ms")
    print(f"{memory['pss_mb']} MB PSS, {memory['rss_mb']} MB RSS in {memory['processes']} processes")
    print(f"{data['issues']} issues, {round(data['bytes'] / 1e6)} MB, filled in {result['fill_s']} s")


def main():
    options = arguments()
    if options.times < 1 or options.opens < 1:
        raise SystemExit("--times and --opens: at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    url, stages = options.postgres, Stages()
    try:
        setup = subprocess.run(
            ["bash", str(HERE / "setup.sh"), "--postgres", url],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if setup.returncode:
            raise SystemExit("Redmine could not be installed; the reason is above")
        place = Path(setup.stdout.strip())
        password = (place / "password").read_text().strip()
        stages.done("setup")
        data = database.fill(url, password)
        stages.done("fill")
        asked = questions.lists(url, options, database.numbers(url))
        asked["search"] = questions.search(options.words, url)
        asked["search_rare"] = questions.search(options.rare_word, url)
        stages.done("expect")
        row = measure(options, place, password, asked)
        stages.done("ask")
    except client.GaveUp:
        raise SystemExit(f"Redmine did not even open a page within {client.PATIENCE} s") from None
    finally:
        if not options.keep:
            database.drop(url)
    result = {
        "what": "Redmine on PostgreSQL",
        "redmine": version("redmine"),
        "puma": f"{version('puma')}: {server.WORKERS} workers x {server.THREADS} threads",
        "ruby": version("ruby3.1") if Path("/usr/bin/ruby3.1").exists() else version("ruby"),
        "cores": os.cpu_count(),
        "data": data,
        "fill_s": stages.seconds["fill"],
        "setup": json.loads((place / "stages.json").read_text()),
        "stages_s": stages.seconds,
        **row,
    }
    Path(options.out).write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    table(result)


if __name__ == "__main__":
    main()
