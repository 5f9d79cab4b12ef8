"""The report of differences from other public tables (DIFFERENCES.md). Never needed to make the data."""

import collections
import csv
from pathlib import Path

import make_units as m

AS_OF = "2026-04-30"


def read(folder, name):
    with open(Path(folder) / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def spaces(text):
    return " ".join(text.split())


def kind_of(a, b):
    """Why two spellings of one name differ."""
    if a == b:
        return "same"
    if m.clean(b) == a:
        return "tone mark or spaces"
    if m.clean(b).casefold() == a.casefold():
        return "capital letters"
    squeeze = str.maketrans("", "", " '’-–")
    if m.clean(b).casefold().translate(squeeze) == a.casefold().translate(squeeze):
        return "hyphen, apostrophe or word break"
    return "other"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(map(str, r)) + " |" for r in rows]) + "\n"


def names_section(ours, theirs, reasons):
    groups = collections.defaultdict(list)
    for code in sorted(set(ours) & set(theirs)):
        k = kind_of(ours[code], theirs[code])
        if k != "same":
            groups[k].append(code)
    out = [table(["group", "count", "reason and choice"],
                 [(k, len(groups[k]), reasons[k]) for k in reasons if k in groups])]
    for k in sorted(groups):
        if k in ("tone mark or spaces", "capital letters"):
            out.append(f"*{k}*: " + " ".join(groups[k]) + "\n")
        else:
            out.append(f"*{k}* (code: ours / theirs): "
                       + "; ".join(f"{c}: {ours[c]} / {spaces(theirs[c])}" for c in groups[k]) + "\n")
    return out


def report(folder, versions, successions, facts, old, new):
    now = {v["code"]: v for v in m.at(versions, AS_OF) if v["level"] == "commune"}
    provinces = {v["code"]: v for v in m.at(versions, AS_OF) if v["level"] == "province"}
    was = {v["code"]: v for v in m.at(versions, "2025-06-30") if v["level"] == "commune"}
    full = lambda v: f"{v['type']} {v['name']}"

    their_now = read(folder, "vn-units-2026.csv")
    their_old = read(folder, "vn-units-2024.csv")
    their_suc = read(folder, "vn-successions-2025.csv")
    tn = {r["code"]: r for r in their_now if r["level"] == "commune"}
    tp = {r["code"]: r for r in their_now if r["level"] == "province"}
    to = {r["code"]: r for r in their_old if r["level"] == "commune"}

    out = ["# Differences from other public tables\n",
           "Written by `tools/units/make_units.py --compare DIR`; not needed by the product. «Ours» are the tables in this "
           "folder, «theirs» three public tables under the MIT licence: the units of 2026 (vietnamese-provinces-database), the "
           "units of 2024 and the successions of 2025 (dvhcvn/20250701). Of theirs only the differing values are quoted.\n",
           "## Counts\n"]

    def line(day):
        c = collections.Counter(v["type"] for v in m.at(versions, day) if v["level"] == "commune")
        p = collections.Counter(v["type"] for v in m.at(versions, day) if v["level"] == "province")
        return (day, p["Tỉnh"] + p["Thành phố"], p["Thành phố"], sum(c.values()), c["Xã"], c["Phường"], c["Thị trấn"], c["Đặc khu"])
    out.append(table(["day", "provinces", "of which cities", "communes", "xã", "phường", "thị trấn", "đặc khu"],
                     [line(d) for d in ("2025-06-30", "2025-07-01", "2026-04-30", "2026-09-01", "2026-09-20")]))
    out.append(f"Theirs, units of 2026: {len(tp)} and {len(tn)}; units of 2024: 63 and {len(to)}. Ours before the reform: 10,035 "
               "communes, the official number.\n\n"
               "**After 2026-04-30 the country went on changing.** On 2026-09-01 Quảng Ninh became a centrally-run city "
               "(36/2026/QH16); on 2026-09-20 Bắc Ninh did (39/2026/QH16), with 12 of its communes made wards "
               "(388/NQ-UBTVQH16). Ours hold both; theirs stop at 2026-04-30. So the 2,611 / 697 / 13 of 2026-04-30 are "
               "2,599 / 709 / 13 since 2026-09-20. Two public counts of 2,610 and 2,598 xã miss one commune whose type is "
               "written in small letters (06325 «xã Bắc Sơn»). *Not taken*: a note in a public repository that 16 communes of "
               "Vĩnh Long became wards on 2026-06-09; no resolution number was found, and neither of two catalogues kept up "
               "to 2026-09 has it.\n")

    out.append("## Units of 2026\n")
    a, b = sorted(set(now) - set(tn)), sorted(set(tn) - set(now))
    out.append(f"Codes only in ours: {', '.join(a) or 'none'}; only in theirs: {', '.join(b) or 'none'}. Ba Chẽ (Quảng Ninh) has "
               "06970, the code of the old township with the seat; the table of successions says 06970 too, and the other "
               "project announced «Ba Chẽ ward code correction» in its release 5.0.0. We keep 06970.\n")
    bad = [c for c in now if c in tn and str(now[c]["parent"]) != str(int(tn[c]["province_code"]))]
    out.append(f"Communes in another province: {len(bad)}.\n")
    out += names_section({c: full(v) for c, v in now.items()}, {c: spaces(r["name"]) for c, r in tn.items()}, {
        "tone mark or spaces": "theirs write hoà, thuỷ; ours follow the official table: hòa, thủy",
        "capital letters": "a slip of theirs",
        "hyphen, apostrophe or word break": "kept as in the package", "other": "kept as in the package"})
    out += names_section({c: full(v) for c, v in provinces.items()}, {c: spaces(r["name"]) for c, r in tp.items()}, {
        "tone mark or spaces": "the same for provinces", "capital letters": "", "hyphen, apostrophe or word break": "", "other": ""})
    rows = [(c, full(now[c]), now[c]["area_km2"], tn[c]["area_km2"]) for c in sorted(now)
            if c in tn and now[c]["area_km2"] and tn[c]["area_km2"]
            and abs(float(now[c]["area_km2"]) / float(tn[c]["area_km2"]) - 1) > 0.02]
    held = [c for c in now if not now[c]["area_km2"]]
    out.append(f"Area: {len(held)} communes have none in ours ({sum(1 for _ in open(m.HERE / 'withheld.csv', encoding='utf-8')) - 1} "
               "withheld because the package's number differs by more than 15 % from the area measured on a public boundary "
               "set: mostly the area of a single old part, or of a namesake; three more are absent in the package). Of those we give, "
               f"{len(rows)} differ by more than 2 %: "
               + "; ".join(f"{c} {n}: {x} / {y}" for c, n, x, y in rows) + ". An area is for orientation only; the official one is "
               "that of the boundary file.\n")

    out.append("## Units before 2025-07-01\n")
    a, b = sorted(set(was) - set(to)), sorted(set(to) - set(was))
    out.append(f"Only in ours: {len(a)}. Only in theirs: {len(b)}: "
               + "; ".join(f"{c} {spaces(to[c]['name'])}" for c in b)
               + ". These are communes that had ended before the reform (their own data are dated 2025-03-01 but keep them); "
               "without them theirs count 10,035 as well. We leave them out.\n")
    out += names_section({c: full(v) for c, v in was.items()}, {c: spaces(r["name"]) for c, r in to.items()}, {
        "tone mark or spaces": "as above", "capital letters": "a slip of either; ours follow one rule",
        "hyphen, apostrophe or word break": "kept as in the package",
        "other": "spellings of minority names and a few misprints; kept as in the package, not verified"})
    wrong = sorted((r["wardCode"], r["ward"], r["wardType"]) for r in old + new
                   if r["ward"] and not m.clean(r["ward"]).casefold().startswith(r["wardType"].casefold() + " "))
    out.append(f"The package's own type column contradicts its full name in {len(wrong)} rows ("
               + "; ".join(f"{c} {w}: «{t}»" for c, w, t in wrong) + "); the full name is right and is what we read.\n")

    out.append("## Successions of 2025\n")
    ours, theirs = collections.defaultdict(set), collections.defaultdict(dict)
    for s in successions:
        if s["old"] >= m.OLD_COMMUNE_BASE:
            ours[f"{s['old'] - m.OLD_COMMUNE_BASE:05d}"].add(f"{s['new'] - m.COMMUNE_BASE:05d}")
    for c in facts["lasting"]:
        ours[c].add(c)
    for r in their_suc:
        if r["level"] == "commune":
            theirs[r["old_code"]][r["new_code"]] = r["extent"]
    groups = collections.defaultdict(list)
    for o in sorted(set(ours) | set(theirs)):
        x, y = ours.get(o), theirs.get(o)
        if not x:
            g = "only theirs"
        elif not y:
            g = "only ours"
        elif x == set(y):
            g = "same, whole" if len(x) == 1 else "same, divided"
        elif x < set(y):
            g = "theirs name more targets"
        elif x > set(y):
            g = "ours name more targets"
        else:
            g = "other target"
        groups[g].append(o)
    text = {
        "same, whole": "agree", "same, divided": "agree; the shares are our estimate",
        "only theirs": "the communes that had ended before (above), and five island districts without communes, which ours "
                       "hold as districts (318, 471, 498, 536, 755), each wholly succeeded by its special zone",
        "only ours": "", "theirs name more targets": "theirs were read from the resolutions by a language model and add "
                     "targets where names are alike (Việt Hùng / Việt Hưng, Chiềng Hắc / Chiềng Hặc); where the clause was "
                     "read it agrees with ours",
        "ours name more targets": "", "other target": "where the clause was read it agrees with ours; one of theirs names a code "
                     "that no unit has (23737)"}
    out.append(table(["group", "old communes", "reason and choice"],
                     [(g, len(groups[g]), text[g]) for g in text if groups[g]]))
    def show(codes):
        return ", ".join(sorted(codes))
    for g in ("theirs name more targets", "ours name more targets", "other target"):
        if groups[g]:
            out.append(f"*{g}* (old: ours / theirs): " + "; ".join(
                f"{o} {full(was[o])}: {show(ours[o])} / {show(theirs[o])}"
                + (" — clause read" if o in facts["checked"] else "") for o in groups[g]) + "\n")
    out.append(f"The package divides 28 old communes that no resolution divides, because it joins by name inside the new province "
               "and mixes up namesakes (Phường 4 of Mỹ Tho and of Cao Lãnh; xã Phú Hữu of two districts), and gives one a target "
               f"too many. Each was read in its clause and is set in `tools/units/corrections.csv` ({len(facts['checked'])} old "
               "communes, the confirmations included; `basis` = `resolution`). Where the readings differ and no clause was read, the "
               "package stands and the row is not `verified` (`tools/units/disputed.csv`).\n")
    out.append("A third reading of the same resolutions, announced in a public repository, counts 459 divided communes, 127 left "
               f"alone and 5 created without a predecessor; ours: {sum(len(v) > 1 for v in ours.values())} divided, "
               f"{len(facts['lasting'])} continuing (the 127, and five that only changed name or type), 5 from island districts. "
               "About 16 small divisions may therefore be missing here: a commune marked `whole` may have lost a sliver.\n")

    out.append("## Representative points\n")
    out.append(f"Of the package's points for old communes {len(facts['coarse'])} are only their district's or shared, and "
               f"{len(facts['moved_old'])} lie far from every commune that took them over while nearer to another: all were replaced "
               f"by the point of the main successor. {len(facts['moved_new'])} points of today's communes belong to a namesake and were "
               "replaced by the middle of their old parts: " + " ".join(facts["moved_new"]) + ". The special zones, Tiên Hải and the "
               "old units of both archipelagos are set by hand (`tools/units/special_zones.csv`). Measured on a public "
               "boundary set, 92 points of old communes (33 by more than 1 km, the worst 7.7 km) and 17 of today's (12 by more "
               "than 1 km, the worst 30811 Sơn Hải, 7 km) still lie outside the commune. Of the special zones 12 lie inside; the "
               "point of Hoàng Sa is Hoàng Sa island, 4.6 km from the nearest island that the set draws.\n")
    return "\n".join(out)
