"""The figures of a province: made, loaded into PostgreSQL, and added up without any database.

As a program: facts.py generate FILE.csv | facts.py recreate POSTGRES-URL DATABASE
"""

import csv
import random
import sys
import time
import urllib.parse
from collections import defaultdict

import psycopg2

FACTS = "toancanh_rival"
COLUMNS = ["unit", "indicator", "period", "value"]


def generate(path, units=103, indicators=500, months=120):
    """Write the file: deterministic, indicator by indicator, a trend with seasons and noise."""
    rng = random.Random(20261125)
    periods = [f"{2016 + m // 12}-{m % 12 + 1:02}-01" for m in range(months)]
    with open(path, "w", encoding="ascii") as out:
        out.write(",".join(COLUMNS) + "\n")
        for i in range(indicators):
            level = 10 ** rng.uniform(1, 5)
            sizes = [level * rng.uniform(0.3, 2) for _ in range(units)]
            for m, period in enumerate(periods):
                season = (1 + 0.004 * m) * (1 + 0.1 * ((m * 7 + i) % 12 - 6) / 6)
                for u, size in enumerate(sizes):
                    value = size * season * (0.95 + 0.1 * rng.random())
                    out.write(f"{20002 + 7 * u:05},ind.{i + 1:04},{period},{value:.2f}\n")


def rows(path):
    """Every row of the file, its value as a number."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        if (header := next(reader)) != COLUMNS:
            raise SystemExit(f"{path}: the first line is {header}, expected {COLUMNS}")
        for unit, indicator, period, value in reader:
            yield unit, indicator, period, float(value)


class Expected:
    """What the three questions must answer, added up from the file alone."""

    def __init__(self, path, indicator=None, unit=None):
        self.count = 0
        self.totals = defaultdict(float)
        self.of_unit = {}
        self.of_month = defaultdict(dict)
        indicators, periods, units = set(), set(), set()
        for row_unit, row_indicator, period, value in rows(path):
            # Unless told, the first row says which indicator and which commune are looked at.
            indicator, unit = indicator or row_indicator, unit or row_unit
            self.count += 1
            self.totals[row_indicator, period] += value
            indicators.add(row_indicator)
            periods.add(period)
            units.add(row_unit)
            if row_indicator == indicator:
                self.of_month[period][row_unit] = value
                if row_unit == unit:
                    self.of_unit[period] = value
        if not self.of_unit:
            raise SystemExit(f"{path}: nothing of commune {unit}, indicator {indicator}")
        self.indicator, self.unit = indicator, unit
        self.indicators, self.periods = sorted(indicators), sorted(periods)
        self.units = len(units)

    def wall(self, size=48):
        """Indicators evenly over the list, not neighbours on the disk."""
        every = self.indicators
        size = min(size, len(every))
        return [every[i * len(every) // size] for i in range(size)]

    def wall_months(self):
        """The newest month, the one before, the same of last year."""
        newest = self.periods[-1]
        year, month = int(newest[:4]), int(newest[5:7])
        before = (year, month - 1) if month > 1 else (year - 1, 12)
        return [newest, "{}-{:02}-01".format(*before), f"{year - 1}-{month:02}-01"]


def database_url(server, name):
    """The URL of another database of the same server, in the spelling that SQLAlchemy takes."""
    parts = urllib.parse.urlsplit(server)
    return urllib.parse.urlunsplit(parts._replace(scheme="postgresql", path=f"/{name}"))


def statement(url, *texts):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(text)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def recreate(server, name):
    statement(server, f"drop database if exists {name} with (force)", f"create database {name}")


def drop(server, name):
    statement(server, f"drop database if exists {name} with (force)")


def load(server, path):
    """Load the file; says the seconds of each stage and the size on disk."""
    recreate(server, FACTS)
    url = database_url(server, FACTS)
    began = time.monotonic()
    statement(
        url,
        """create table facts (
             unit text not null,
             indicator text not null,
             period date not null,
             value double precision not null)""",
    )
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor, open(path, encoding="utf-8") as file:
        cursor.copy_expert(f"copy facts ({', '.join(COLUMNS)}) from stdin (format csv, header)", file)
    connection.close()
    copied = time.monotonic()
    # The key answers the wall, the map and the page's totals, the second index one commune's series; both
    # hold the value, so that the table itself is not touched.
    statement(
        url,
        "set maintenance_work_mem = '256MB'",
        "alter table facts add primary key (indicator, period, unit) include (value)",
        "create index facts_series on facts (indicator, unit, period) include (value)",
    )
    statement(url, "vacuum (analyze) facts")
    indexed = time.monotonic()
    [(count, size)] = statement(url, "select count(*), pg_total_relation_size('facts') from facts")
    return {
        "rows": count,
        "copy_s": round(copied - began, 1),
        "index_s": round(indexed - copied, 1),
        "disk_mb": round(size / 2**20, 1),
    }


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "generate":
        generate(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] == "recreate":
        recreate(sys.argv[2], sys.argv[3])
    else:
        raise SystemExit(__doc__)
