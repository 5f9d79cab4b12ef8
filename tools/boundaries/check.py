#!/usr/bin/env python3
"""Check the shipped boundaries; with --true FILE also measure them against true shapes.

python check.py [--data crates/units/data] [--true communes.geojson[.gz]] [--units versions.csv]

FILE is a FeatureCollection with a property `code`; it is only measured against.
Exit code 0 when every assertion holds.
"""
import argparse
import collections
import csv
import gzip
import json
import os

import numpy as np
import shapely
from shapely.geometry import box, shape

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.path.dirname(os.path.dirname(HERE)), "crates", "units", "data")

SPECIAL = {  # code: (province, (west, south, east, north))
    "06994": ("22", (107.0, 20.6, 107.9, 21.4)),       # Vân Đồn
    "07192": ("22", (107.5, 20.8, 108.2, 21.4)),       # Cô Tô
    "11914": ("31", (106.7, 20.5, 107.3, 21.0)),       # Cát Hải
    "11948": ("31", (107.6, 20.0, 107.8, 20.2)),       # Bạch Long Vĩ
    "19742": ("44", (107.3, 17.1, 107.4, 17.2)),       # Cồn Cỏ
    "20333": ("48", (111.1, 15.6, 112.8, 17.2)),       # Hoàng Sa
    "21548": ("51", (109.0, 15.3, 109.2, 15.5)),       # Lý Sơn
    "22736": ("56", (109.4, 7.1, 117.9, 11.6)),        # Trường Sa
    "23272": ("68", (108.8, 10.4, 109.1, 10.7)),       # Phú Quý
    "26732": ("79", (106.4, 8.5, 106.8, 8.9)),         # Côn Đảo
    "31078": ("91", (103.8, 9.8, 104.2, 10.5)),        # Phú Quốc
    "31105": ("91", (103.4, 9.2, 103.6, 9.4)),         # Thổ Châu
    "31108": ("91", (104.2, 9.5, 105.0, 10.1)),        # Kiên Hải
}
COUNTS = {  # communes of each province
    "01": 126, "04": 56, "08": 124, "11": 45, "12": 38, "14": 75, "15": 99, "19": 92, "20": 65,
    "22": 54, "24": 99, "25": 148, "31": 114, "33": 104, "37": 129, "38": 166, "40": 130, "42": 69,
    "44": 78, "46": 40, "48": 94, "51": 96, "52": 135, "56": 65, "66": 102, "68": 124, "75": 95,
    "79": 168, "80": 96, "82": 102, "86": 124, "91": 102, "92": 103, "96": 64,
}
MAINLAND = (102.0, 8.3, 109.7, 23.5)


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as f:
        return json.loads(f.read())["features"]


def within(bounds, limits):
    return bounds[0] >= limits[0] and bounds[1] >= limits[1] and bounds[2] <= limits[2] and bounds[3] <= limits[3]


def four_digits(v):
    return all(four_digits(x) for x in v) if isinstance(v, list) else round(v, 4) == v


def check_communes(path, units):
    assert os.path.getsize(path) < 1_500_000, "too large"
    with open(path, "rb") as f:
        assert f.read(8)[4:8] == b"\0\0\0\0", "gz has a time"
    fs = read(path)
    codes = [f["properties"]["code"] for f in fs]
    assert len(codes) == 3321 and len(set(codes)) == 3321, "each of the 3,321 once"
    assert collections.Counter(f["properties"]["province"] for f in fs) == COUNTS, "communes of provinces"
    if units:
        with open(units, encoding="utf-8", newline="") as f:
            rows = [r for r in csv.DictReader(f) if not r["valid_to"]]
        prov = {r["unit"]: r["code"] for r in rows if r["level"] == "province"}
        want = {r["code"]: prov[r["parent"]] for r in rows if r["level"] == "commune"}
        assert want == {f["properties"]["code"]: f["properties"]["province"] for f in fs}, "codes of the units' table"
        print("codes and provinces agree with", units)
    geo = {}
    for f in fs:
        c = f["properties"]["code"]
        assert set(f["properties"]) == {"code", "province", "approx"} and f["properties"]["approx"] is True, c
        assert four_digits(f["geometry"]["coordinates"]), c
        g = geo[c] = shape(f["geometry"])
        assert g.is_valid and not g.is_empty and g.area > 0, f"{c} not valid"
        limits = SPECIAL[c][1] if c in SPECIAL else MAINLAND
        assert within(g.bounds, limits), f"{c} outside {limits}: {g.bounds}"
        if c in SPECIAL:
            assert f["properties"]["province"] == SPECIAL[c][0], c
    order = [geo[c] for c in codes]
    assert shapely.coverage_is_valid(order), "shared borders are not shared"
    # nothing but the special zones lies in their waters
    for c in ("20333", "22736", "11948", "19742", "26732", "31105"):
        sea = box(*SPECIAL[c][1])
        hit = [d for d in codes if d != c and geo[d].intersects(sea)]
        assert not hit, f"{hit} in the waters of {c}"
    tree = shapely.STRtree(order)
    for c in SPECIAL:
        for i in tree.query(geo[c], predicate="intersects"):
            assert codes[i] == c, f"{codes[i]} touches {c}"
    # provinces dissolve cleanly: nothing lost, no slivers
    by = collections.defaultdict(list)
    for f in fs:
        by[f["properties"]["province"]].append(geo[f["properties"]["code"]])
    for p in sorted(by):
        u = shapely.union_all(by[p])
        assert u.is_valid and abs(u.area - sum(g.area for g in by[p])) < 1e-9, p
        holes = [shapely.Polygon(r) for q in shapely.get_parts(u) for r in q.interiors]
        assert all(h.area > 2e-6 for h in holes), f"sliver in province {p}"
        assert shapely.get_num_coordinates(u) < shapely.get_num_coordinates(np.array(by[p])).sum()
    provinces = [shapely.union_all(by[p]) for p in sorted(by)]
    assert len(provinces) == 34 and shapely.coverage_is_valid(provinces), "provinces"
    n = sum(int(shapely.get_num_coordinates(g)) for g in order)
    print(f"communes: 3321 valid, {n} points, {os.path.getsize(path)} bytes; 34 provinces dissolve cleanly")
    return fs, geo


def check_neighbours(path):
    assert os.path.getsize(path) < 120_000
    fs = read(path)
    kinds = collections.Counter(f["properties"]["kind"] for f in fs)
    assert set(kinds) == {"land", "label"}, kinds
    assert all(set(f["properties"]) == {"kind", "name_vi", "name_en"} for f in fs)
    text = json.dumps(fs, ensure_ascii=False).lower()
    for bad in ("paracel", "spratly", "nansha", "xisha", "south china sea", "dash", "sansha", "kalayaan"):
        assert bad not in text, bad
    waters = [box(*SPECIAL[c][1]) for c in ("20333",)] + [box(109.4, 7.5, 116.5, 11.6)]
    for f in fs:
        g = shape(f["geometry"])
        assert g.is_valid and within(g.bounds, (100.9, 5.9, 119.1, 24.1)), f["properties"]
        if f["properties"]["kind"] == "land":
            assert not any(g.intersects(w) for w in waters), f"{f['properties']} in the archipelagos"
    labels = {(f["properties"]["name_vi"], f["properties"]["name_en"]) for f in fs if f["properties"]["kind"] == "label"}
    assert labels == {("Biển Đông", "East Sea"), ("Vịnh Bắc Bộ", "Gulf of Tonkin"),
                      ("Vịnh Thái Lan", "Gulf of Thailand"), ("Quần đảo Hoàng Sa", "Hoang Sa Archipelago"),
                      ("Quần đảo Trường Sa", "Truong Sa Archipelago")}
    print(f"neighbours: {dict(kinds)}, {os.path.getsize(path)} bytes")


def measure(fs, geo, path):
    true = {f["properties"]["code"]: shape(f["geometry"]).buffer(0) for f in read(path)}
    print("only there:", sorted(set(true) - set(geo)), "only here:", sorted(set(geo) - set(true)))
    iou, by = {}, collections.defaultdict(list)
    for f in fs:
        c = f["properties"]["code"]
        if c in true:
            both = geo[c].intersection(true[c]).area
            iou[c] = both / (geo[c].area + true[c].area - both)
            if c not in SPECIAL:
                by[f["properties"]["province"]].append(iou[c])
    for p in sorted(by):
        v = np.array(by[p])
        print(f"province {p}: mean IoU {v.mean():.3f}, median {np.median(v):.3f}, below 0.3: {(v < 0.3).sum()} of {len(v)}")
    v = np.array([x for c, x in iou.items() if c not in SPECIAL])
    print(f"country, without the special zones: mean IoU {v.mean():.4f}, median {np.median(v):.4f}, "
          f"5 % below {np.percentile(v, 5):.3f}, below 0.3: {(v < 0.3).sum()} of {len(v)}")
    a = np.array(list(iou.values()))
    print(f"country, all: mean IoU {a.mean():.4f} of {len(a)}")
    print("special zones:", {c: round(iou[c], 2) for c in SPECIAL if c in iou})
    print("worst:", {c: round(iou[c], 2) for c in sorted((c for c in iou if c not in SPECIAL), key=iou.get)[:25]})


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=DATA)
    ap.add_argument("--true")
    ap.add_argument("--units")
    a = ap.parse_args()
    fs, geo = check_communes(os.path.join(a.data, "boundaries-approx.geojson.gz"), a.units)
    check_neighbours(os.path.join(a.data, "neighbours.geojson.gz"))
    if a.true:
        measure(fs, geo, a.true)
    print("all checks pass")


if __name__ == "__main__":
    main()
