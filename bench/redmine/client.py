"""Redmine's pages as a browser with one cookie reads them."""

import html
import http.client
import re
import time
import urllib.parse

PATIENCE = 60  # seconds until a question is given up

LISTED = re.compile(rb'<tr id="issue-(\d+)"')
FOUND = re.compile(rb'<dt class="issue[^"]*">.*?/issues/(\d+)', re.DOTALL)
OF_LIST = re.compile(rb'<span class="items">\(\d+-\d+/(\d+)\)</span>')
OF_SEARCH = re.compile(rb"<h3>[^<]*\((\d+)\)</h3>")


class GaveUp(Exception):
    """No answer within our patience."""


class Client:
    """One connection that is kept open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies = {}

    def send(self, method, path, form=None):
        """Status, headers and bytes. puma closes a connection after some answers: hence a second try."""
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for again in (True, False):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except TimeoutError as error:
                self.connection.close()
                raise GaveUp from error
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if not again:
                    raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer, content

    def page(self, path):
        """The bytes of a page that a signed-in reader sees."""
        answer, content = self.send("GET", path)
        if answer.status != 200:
            where = answer.getheader("Location") or html.unescape(content[:300].decode(errors="replace"))
            raise SystemExit(f"Redmine answered {answer.status} to {path}: {where}")
        if b'id="login-form"' in content or b'class="logout"' not in content:
            raise SystemExit(f"Redmine no longer knows who is signed in at {path}")
        return content

    def sign_in(self, password):
        _, content = self.send("GET", "/login")
        token = re.search(rb'name="authenticity_token" value="([^"]+)"', content)
        if not token:
            raise SystemExit("Redmine's sign-in page has no form")
        form = {
            "authenticity_token": html.unescape(token.group(1).decode()),
            "username": "admin",
            "password": password,
        }
        answer, _ = self.send("POST", "/login", form)
        if answer.status != 302 or "/my/page" not in (answer.getheader("Location") or ""):
            raise SystemExit(f"Redmine let nobody in: {answer.status} {answer.getheader('Location')}")

    def timed(self, path):
        """Milliseconds and bytes."""
        began = time.perf_counter()
        content = self.page(path)
        return (time.perf_counter() - began) * 1000, content


def check(name, question, content):
    """The page must list what the cases say, in their order, and count the same."""
    searched = question.path.startswith("/search")
    seen = [int(n) for n in (FOUND if searched else LISTED).findall(content)]
    count = (OF_SEARCH if searched else OF_LIST).search(content)
    told = int(count.group(1)) if count else 0
    if told != question.count:
        raise SystemExit(f"{name}: Redmine tells of {told}, there are {question.count} ({question.path})")
    if seen != question.first:
        wanted = question.first
        raise SystemExit(f"{name}: Redmine lists {seen[:5]}…, expected {wanted[:5]}… ({question.path})")


def check_issue(number, content):
    if not re.search(rb"<h2[^>]*>[^<]*#%d</h2>" % number, content):
        raise SystemExit(f"/issues/{number} does not show the issue {number}")
