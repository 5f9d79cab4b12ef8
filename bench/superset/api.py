"""Superset's REST API, as one signed-in user, and the three questions in its words."""

import datetime
import gzip
import http.client
import json
import math
import threading
import time


class Client:
    """One connection that is kept open."""

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def send(self, method, path, body=None, extra=None):
        """The bytes of a good answer. gunicorn may have closed an idle connection: hence a second try."""
        headers = {**self.headers, **(extra or {})}
        for again in (True, False):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if not again:
                    raise
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500].decode(errors='replace')}")
        if cookie := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = cookie.split(";")[0]
        return content

    def call(self, method, path, value=None, extra=None):
        body = None if value is None else json.dumps(value)
        return json.loads(self.send(method, path, body, extra))

    def sign_in(self, password):
        token = self.call(
            "POST",
            "/api/v1/security/login",
            {"username": "bench", "password": password, "provider": "db", "refresh": False},
        )["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        return token

    def register(self, database_url):
        """Make database and dataset known to Superset; answers the dataset's number."""
        guard = {"X-CSRFToken": self.call("GET", "/api/v1/security/csrf_token/")["result"]}
        database = self.call(
            "POST",
            "/api/v1/database/",
            {"database_name": "province", "sqlalchemy_uri": database_url},
            guard,
        )["id"]
        dataset = self.call(
            "POST",
            "/api/v1/dataset/",
            {"database": database, "schema": "public", "table_name": "facts"},
            guard,
        )
        return dataset["id"]

    def ask(self, body):
        return self.send("POST", "/api/v1/chart/data", body)

    def gzip_bytes(self, body):
        """How long the answer is when the browser takes gzip; the length of what it holds beside it."""
        content = self.send("POST", "/api/v1/chart/data", body, {"Accept-Encoding": "gzip"})
        return len(content), len(gzip.decompress(content))


def query(columns, filters):
    value = {
        "expressionType": "SIMPLE",
        "column": {"column_name": "value"},
        "aggregate": "SUM",
        "label": "value",
    }
    return {
        "columns": columns,
        "metrics": [value],
        "filters": [{"col": column, "op": op, "val": val} for column, op, val in filters],
        "orderby": [],
        "row_limit": 50000,
    }


def questions(dataset, expected, wall):
    """Name → (body, the rows that each of its queries must answer)."""
    months, newest = expected.wall_months(), expected.periods[-1]
    shown = expected.indicator
    one = ("indicator", "==", shown)
    asked = {
        "wall": [
            (
                # One query for the three months: Superset's own time comparison asks the database thrice.
                query(["indicator", "period"], [("indicator", "IN", wall), ("period", "IN", months)]),
                {(i, m): expected.totals[i, m] for i in wall for m in months if (i, m) in expected.totals},
            )
        ],
        "page": [
            (
                query(["period"], [one]),
                {(m,): expected.totals[shown, m] for m in expected.periods if (shown, m) in expected.totals},
            ),
            (
                query(["period"], [one, ("unit", "==", expected.unit)]),
                {(m,): value for m, value in expected.of_unit.items()},
            ),
        ],
        "map": [
            (
                query(["unit"], [one, ("period", "IN", [newest])]),
                {(u,): value for u, value in expected.of_month[newest].items()},
            )
        ],
    }
    bodies = {}
    for name, pairs in asked.items():
        body = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [one_query for one_query, _ in pairs],
            "result_format": "json",
            "result_type": "full",
        }
        bodies[name] = (json.dumps(body), [(q["columns"], rows) for q, rows in pairs])
    return bodies


def day(value):
    """Superset writes a date as milliseconds since 1970."""
    moment = datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d")


def verify(name, content, wanted, cached):
    """Every figure of the answer against the file's; answers how many there were."""
    results = json.loads(content)["result"]
    if len(results) != len(wanted):
        raise SystemExit(f"{name}: {len(results)} results, expected {len(wanted)}")
    figures = 0
    for result, (columns, rows) in zip(results, wanted, strict=True):
        found = {
            tuple(day(row[c]) if c == "period" else row[c] for c in columns): row["value"]
            for row in result["data"]
        }
        if len(found) != len(result["data"]) or found.keys() != rows.keys() or not rows:
            raise SystemExit(f"{name}: {len(result['data'])} rows, expected other {len(rows)}")
        for key, value in rows.items():
            if not math.isclose(found[key], value, rel_tol=1e-9, abs_tol=1e-6):
                raise SystemExit(f"{name}: {key} is {found[key]}, the file adds up to {value}")
        if bool(result["is_cached"]) != cached:
            raise SystemExit(f"{name}: is_cached is {result['is_cached']}, expected {cached}")
        figures += len(rows)
    return figures


def percentile(values, share):
    """The nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def latencies(milliseconds):
    return {
        "times": len(milliseconds),
        "p50_ms": round(percentile(milliseconds, 0.50), 1),
        "p95_ms": round(percentile(milliseconds, 0.95), 1),
    }


def measure(client, body, times, warm):
    """One after another."""
    taken = []
    for turn in range(warm + times):
        began = time.perf_counter()
        content = client.ask(body)
        if turn >= warm:
            taken.append((time.perf_counter() - began) * 1000)
    return {**latencies(taken), "bytes": len(content), "bytes_gzip": client.gzip_bytes(body)[0]}


def closed_loop(port, token, body, clients, seconds):
    """Each client asks again as soon as it has its answer. Only what ended within the time counts."""
    taken, failures = [], []
    barrier = threading.Barrier(clients + 1)
    end = math.inf

    def run():
        client = Client(port, token)
        try:
            client.ask(body)
            barrier.wait(60)
            barrier.wait(60)
            while (began := time.perf_counter()) < end:
                client.ask(body)
                if (now := time.perf_counter()) <= end:
                    taken.append((now - began) * 1000)
        except Exception as error:
            failures.append(repr(error))
            barrier.abort()
        finally:
            client.connection.close()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        barrier.wait(60)
        end = time.perf_counter() + seconds
        barrier.wait(60)
    except threading.BrokenBarrierError:
        pass
    for thread in threads:
        thread.join(seconds + 150)
    if failures or not taken:
        raise RuntimeError(f"the closed loop failed: {failures}")
    result = {"clients": clients, "seconds": seconds, "per_second": round(len(taken) / seconds, 2)}
    return {**result, **latencies(taken)}
