"""The questions, each in three tongues: Redmine's address, the condition on our cases, and the order."""

import datetime
import urllib.parse

from database import ask, quote

ZONE = datetime.timezone(datetime.timedelta(hours=7))
PAGE = 50
SEARCH_PAGE = 10  # Redmine's default
DEEP = 100
OPEN, CLOSED = (0, 1, 2), (4, 5, 6, 7)


class Question:
    """What is asked, and what must come."""

    def __init__(self, path, condition, order="seq desc", page=1, size=PAGE):
        self.path = path
        self.condition = condition
        self.order = order
        self.page, self.size = page, size
        self.count = self.first = None

    def expect(self, url):
        """How many cases there are and which stand on the page, from the cases themselves."""
        found = ask(
            url,
            f"""select json_build_object(
                  'count', (select count(*) from public.cases where {self.condition}),
                  'first', (select json_agg(seq) from (
                     select seq from public.cases where {self.condition}
                     order by {self.order} limit {self.size} offset {(self.page - 1) * self.size}) page))""",
        )
        self.count, self.first = found["count"], found["first"] or []


def issues(filters, project=None, sort=None, page=1):
    """The address that Redmine's own filter form sends: (field, operator, values)."""
    pairs = [("utf8", "✓"), ("set_filter", "1")]
    if sort:
        pairs.append(("sort", sort))
    for field, operator, values in filters:
        pairs += [("f[]", field), (f"op[{field}]", operator)]
        pairs += [(f"v[{field}][]", str(value)) for value in values]
    pairs.append(("per_page", str(PAGE)))
    if page > 1:
        pairs.append(("page", str(page)))
    folder = f"/projects/{project}" if project else ""
    return f"{folder}/issues?{urllib.parse.urlencode(pairs)}"


def day_begins(day):
    """Its first microsecond, as our times are written."""
    moment = datetime.datetime.combine(day, datetime.time(), ZONE)
    return int(moment.timestamp()) * 1_000_000


def needed(known, kind, name):
    if name not in known[kind]:
        raise SystemExit(f"No case has the {kind} {name}: the question about it would find nothing")
    return known[kind][name]


def lists(url, asked, known):
    """The twelve lists and the deep page."""
    today = datetime.datetime.now(ZONE).date()
    yesterday = today - datetime.timedelta(days=1)
    place = f"place-{asked.place}"
    here = needed(known, "place", place)
    agency = needed(known, "user", f"agency-{asked.agency}")
    handler = needed(known, "user", f"officer-{asked.handler}")
    categories = {project: number for name, project, number in known["category"] if name == asked.category}
    if here not in categories:
        raise SystemExit(f"No case of {asked.place} has the category {asked.category}")

    def stages(*numbers):
        return ("status_id", "=", [n + 1 for n in numbers]), f"stage in ({','.join(map(str, numbers))})"

    def one(field, kind, name, column):
        return (field, "=", [needed(known, kind, name)]), f"{column} = {quote(name)}"

    def kind(name):
        return one("tracker_id", "tracker", name, "kind")

    def severity(name):
        return one("priority_id", "priority", name, "severity")

    def due(day):
        return ("due_date", "<=", [day]), f"due_at < {day_begins(day + datetime.timedelta(days=1))}"

    opened, closed = stages(*OPEN), stages(*CLOSED)
    at_place = f"place = {int(asked.place)}"
    its_agency = (("assigned_to_id", "=", [agency]), f"agency = {int(asked.agency)}")
    # A category belongs to one project: over all of them, every one of that name is asked for.
    of_category = f"category = {quote(asked.category)}"
    everywhere = (("category_id", "=", list(categories.values())), of_category)
    only_here = (("category_id", "=", [categories[here]]), of_category)
    its_handler = (("author_id", "=", [handler]), f"handler = {quote(asked.handler)}")
    channel = ((f"cf_{known['field']['channel']}", "=", ["open311"]), "channel = 'open311'")
    report = kind("petitions.report")

    def question(*parts, project=None, **more):
        where = [part[1] for part in parts] + ([at_place] if project == place else [])
        sort = "due_date" if "order" in more else None
        path = issues([part[0] for part in parts], project, sort, more.get("page", 1))
        return Question(path, " and ".join(where), **more)

    due_day = "(to_timestamp(due_at / 1e6) at time zone 'Asia/Ho_Chi_Minh')::date, seq desc"
    found = {
        "work": question(stages(1, 2)),
        "new_calls": question(kind("petitions.call"), stages(0)),
        "late": question(opened, due(yesterday), order=due_day),
        "today_of_commune": question(opened, due(today), project=place),
        "commune_closed": question(closed, project=place),
        "category_closed": question(everywhere, closed, project="whole"),
        "agency_work": question(its_agency, stages(1, 2)),
        "urgent_closed": question(severity("urgent"), closed),
        "category_of_commune": question(only_here, closed, project=place),
        "rare": question(report, channel, severity("complex"), closed),
        "mine": question(its_handler),
        "answered": question(
            report, everywhere, its_agency, severity("normal"), stages(3), project="whole"
        ),
    }
    for one_question in found.values():
        one_question.expect(url)
    pages = max(1, -(-found["commune_closed"].count // PAGE))
    found["deep"] = question(closed, project=place, page=min(DEEP, pages))
    found["deep"].expect(url)
    return found


def search(words, url):
    """Redmine's search as the box above its issues sends it: every word, in titles, texts and notes."""
    tokens = words.split()
    if not 1 <= len(tokens) <= 5 or any(len(token) < 2 for token in tokens):
        raise SystemExit(f"Redmine searches one to five words of two letters or more, not «{words}»")
    if set(words) & set("\\%_"):
        raise SystemExit("Words without \\, % and _, please: they mean something in a pattern")
    like = [quote(f"%{token}%") for token in tokens]
    texts = " and ".join(f"(left(title, 255) ilike {one} or content ilike {one})" for one in like)
    notes = " and ".join(f"answer ilike {one}" for one in like)
    path = "/search?" + urllib.parse.urlencode({"utf8": "✓", "issues": "1", "q": words})
    question = Question(
        path, f"({texts} or {notes})", order="received_at / 1000000 desc, seq desc", size=SEARCH_PAGE
    )
    question.expect(url)
    return question
