"""PostgreSQL by its own command line: what is asked of the cases, and what Redmine calls them."""

import hashlib
import json
import secrets
import subprocess
from pathlib import Path

import server

HERE = Path(__file__).resolve().parent


def psql(url, *words):
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *words, url],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"PostgreSQL: {done.stderr.strip()}")
    return done.stdout


def ask(url, text):
    """The one JSON value that this text selects."""
    return json.loads(psql(url, "-c", text))


def quote(text):
    return "'" + str(text).replace("'", "''") + "'"


def fill(url, password):
    """Makes the issues out of the cases; the administrator gets this password."""
    salt = secrets.token_hex(16)
    sha = lambda text: hashlib.sha1(text.encode()).hexdigest()  # noqa: E731 — as Redmine keeps passwords
    psql(url, "-v", f"salt={salt}", "-v", f"hash={sha(salt + sha(password))}", "-f", str(HERE / "fill.sql"))
    # Autovacuum would come to it by itself while the answers are timed.
    psql(url, "-c", "vacuum redmine.issues, redmine.journals, redmine.custom_values")
    made = ask(
        url,
        """select json_build_object('cases', (select count(*) from public.cases),
             'issues', (select count(*) from redmine.issues),
             'notes', (select count(*) from redmine.journals),
             'projects', (select count(*) from redmine.projects),
             'users', (select count(*) from redmine.users where type = 'User'),
             'bytes', (select sum(pg_total_relation_size(c.oid)) from pg_class c
                       where c.relnamespace = 'redmine'::regnamespace and c.relkind = 'r'))""",
    )
    if made["cases"] != made["issues"] or not made["cases"]:
        raise SystemExit(f"{made['issues']} issues were made of {made['cases']} cases")
    return made


def numbers(url):
    """What Redmine calls things: its numbers of trackers, priorities, projects and so on."""
    return ask(
        url,
        """select json_build_object(
             'tracker', (select json_object_agg(name, id) from redmine.trackers),
             'priority', (select json_object_agg(name, id) from redmine.enumerations
                          where type = 'IssuePriority'),
             'user', (select json_object_agg(login, id) from redmine.users where type = 'User'),
             'field', (select json_object_agg(name, id) from redmine.custom_fields),
             'place', (select json_object_agg(identifier, id) from redmine.projects),
             'category', (select json_agg(json_build_array(name, project_id, id))
                          from redmine.issue_categories))""",
    )


def cancel(url):
    """Ends what Redmine's connections are asking, so that one given-up question does not slow the next."""
    psql(
        url,
        "-c",
        "select pg_cancel_backend(pid) from pg_stat_activity where state = 'active'"
        f" and application_name = {quote(server.NAME)} and datname = current_database()",
    )


def drop(url):
    psql(url, "-c", "set client_min_messages = warning", "-c", "drop schema if exists redmine cascade")
