"""Seeds for the fuzz targets: small inputs of every kind, made here; no file of anybody else's.

    python3 tools/dev/fuzz_seeds.py FOLDER
"""

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

TABLE = "STT;Xã;Hồ sơ tiếp nhận;Mức độ hài lòng (%)\n1;Trần Đề;1.234;98,5\n2;Ninh Kiều;7;0,9\nTổng;;1.241;\n"
ROWS = "unit,indicator,period,value\n31675,admin.received,2026-10,12\n31135,admin.satisfied,10/2026,98.5\n"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

NOTICES = """
{"endpoint":"https://push.example/a","keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}
AY8AAAAAcACAAAAAAAAAAQECAwQFBgcI
Phản ánh {code} đã được trả lời. Xem: {link}
{{code}} {} {A} { code } {code
"""

AGENCIES = """ma;ten;ten_ngan;cap;truc_thuoc;dia_ban;tu_ngay;den_ngay
92-syt;Sở Y tế;SYT;so;;92;01/07/2025;
92-syt-nv;Phòng Nghiệp vụ y;P. NVY;phong;92-syt;92;01/07/2025;31/12/2026
"""


def zipped(entries, stored_first=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for at, (name, text) in enumerate(entries):
            kind = zipfile.ZIP_STORED if stored_first and at == 0 else zipfile.ZIP_DEFLATED
            book.writestr(name, text, kind)
    return out.getvalue()


def relations(*all_):
    inner = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, kind, to in all_)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def xlsx(cells, properties=""):
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return zipped([
        ("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">'
         f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}"/></Types>'),
        ("_rels/.rels", relations((1, "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr{properties}/><sheets>'
         '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", relations(
            (1, "worksheet", "worksheets/sheet1.xml"), (2, "sharedStrings", "sharedStrings.xml"),
            (3, "styles", "styles.xml"))),
        ("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><cellXfs><xf numFmtId="0"/>'
         '<xf numFmtId="14"/><xf numFmtId="10"/></cellXfs></styleSheet>'),
        ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>Xã</t></si><si><t>Trần Đề</t></si></sst>'),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>'
         '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'),
    ])


def ods():
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}">'
        '<office:body><office:spreadsheet><table:table table:name="S"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>Xã</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.985" '
        'table:number-columns-repeated="2"/></table:table-row></table:table></office:spreadsheet>'
        '</office:body></office:document-content>')
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped([("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)], True)


def number(n):
    out = bytearray()
    while True:
        out.append(n & 0x7F | (0x80 if n > 0x7F else 0))
        n >>= 7
        if not n:
            return bytes(out)


def zigzag(n):
    return number(n * 2 if n >= 0 else -n * 2 - 1)


def shape(decimals, polygons):
    out = bytearray([1, decimals]) + number(len(polygons))
    x = y = 0
    for rings in polygons:
        out += number(len(rings))
        for ring in rings:
            out += number(len(ring))
            for to_x, to_y in ring:
                out += zigzag(to_x - x) + zigzag(to_y - y)
                x, y = to_x, to_y
    return bytes(out)


def geojson(kind, coordinates):
    return ('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"31135",'
            f'"name":"Ninh Kiều"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}]}}')


RING = "[[105.7,10.0],[105.8,10.0],[105.8,10.1],[105.7,10.1],[105.7,10.0]]"
HOLE = "[[105.72,10.02],[105.72,10.03],[105.73,10.03],[105.72,10.02]]"

DEFINITION = """- id: on_time_rate
  name: {vi: Tỷ lệ đúng hạn, en: On time}
  unit: "%"
  decimals: 1
  calendar: month
  reported_by: computed
  over_places: {ratio: {of: admin.on_time, to: admin.done, times: 100}}
  target: {value: 95, verified: false}
- {id: done, name: Hồ sơ, unit: hồ sơ, calendar: month, reported_by: commune, over_places: sum, range: {min: 0}}
"""

DELIVERY = """{"source":{"code":"s","name":"S","owner":"O"},"mode":"good_rows","observations":[
{"indicator":"admin.received","unit":31675,"period":"2026-10","value":98.25},
{"indicator":"admin.dengue","unit":"31135","period":"2026-W40","value":"3","dims":{"sex":"nu"},"estimated":true},
{"indicator":"admin.satisfied","unit":"31135","period":2026,"value":null}]}"""

TARGETS = """indicator,unit,period,value,note
admin.satisfied,31675,2026,95.5,"Quyết định 7"
admin.received,1135,3/2026,-,
admin.received,92,2026-04,"9,500",
admin.dengue,92,2026,,
"""

MAPPING = ('{"sheet":"so-lieu","header":0,"levels":1,"first":1,"columns":[{"is":"unit"},{"is":"value",'
           '"indicator":"admin.received","period":"2026-10"},{"is":"dim","id":"sex"}],"period":"10/2026",'
           '"style":"vi"}')

PERIODS = ("2026-11|tháng 11/2026|T11-2026|Quý IV năm 2026|2026-Q4|tuần 40/2026|2026-W40|6 tháng đầu năm 2026|"
           "2026|năm học 2025-2026|22/11/2026|2026-11-22|ngày 5 tháng 12 năm 2026|kỳ báo cáo tháng 11/2026")
EXPRESSIONS = ("value >= 90|admin.done / admin.received * 100|done > 0 ? received / done : 0|"
               "has(health.beds) && !(value < 1)|round(min(value, 3.5), 2)|abs(-value) % 7 == 1 || false")
NUMBERS = "1.234,56|1,234.56|-12|98,5 %|−0,5|1 234|1e3|12.345|0,985|(15)|≈ 7|1.2.3|٣|12 tỷ|½"
DATES = "22/11/2026|2026-11-22|22-11-26|ngày 22 tháng 11 năm 2026|07:30|7h30|07:30-11:30, 13:30-17:00|29/2/2024"
PLACES = "xã Trần Đề|P. Ninh Kiều, TP. Cần Thơ|tt.  Mỹ Xuyên - Sóc Trăng|ĐẶC KHU Côn Đảo|Tran De|phường 1"
DOOR = "127.0.0.1, 10.0.0.1|::1|10.0.0.0/8|vi-VN,en;q=0.8|admin, health|*|tc=abc; other=1|fe80::1/64"

DOUBLES = [0.0, 1.0, 60.0, 45_000.0, 46_348.5, -1.0, 1e300, float("nan"), float("inf"), 2_958_465.0]


# Our own drawings, 16 × 8, of kinds that Python cannot write: progressive JPEG, lossy WebP with transparency.
PROGRESSIVE = (
    "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a"
    "3d3042605565645f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffdb0043011c1e"
    "1e2823284e2b2b4ea46e5d6ea4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4"
    "a4a4a4a4a4a4a4a4a4a4a4a4a4a4ffc20011080008001003012200021101031101ffc400160001010100000000000000"
    "000000000000000104ffc4001501010100000000000000000000000000000002ffda000c03010002100310000001b9c5"
    "7fffc4001510010100000000000000000000000000000012ffda0008010100010502b5bfffc400171100030100000000"
    "00000000000000000000010203ffda0008010301013f01d651ffc4001611010101000000000000000000000000000100"
    "02ffda0008010201013f01325fffc4001510010100000000000000000000000000000031ffda0008010100063f0288ff"
    "c4001610000300000000000000000000000000000011f0ffda0008010100013f21a6533fffda000c0301000200030000"
    "001077ffc4001511010100000000000000000000000000002100ffda0008010301013f10197fffc40015110101000000"
    "00000000000000000000000051ffda0008010201013f1091ffc40014100100000000000000000000000000000010ffda"
    "0008010100013f1036ffd9")
LOSSY = (
    "524946466e00000057454250565038580a000000100000000f0000070000414c504813000000010ff09eff888820164c"
    "e62fdd994244ff43070056503820340000005002009d012a1000080004006825a802746b80b7ff03d39f51b00000feae"
    "ba9d1bb3cbcde8ef98bc77bee210feeb1419bfb71000")


def jpeg(*segments):
    """Eight by eight pixels of one grey, after the given segments."""
    parts = [(0xDB, bytes(1) + b"\1" * 64), (0xC0, bytes([8, 0, 8, 0, 8, 1, 1, 0x11, 0])),
             (0xC4, b"\0\1" + bytes(16)), (0xC4, b"\x10\1" + bytes(16)), (0xDA, bytes([1, 1, 0, 0, 63, 0]))]
    body = b"".join(struct.pack(">BBH", 255, kind, len(data) + 2) + data for kind, data in [*segments, *parts])
    return b"\xff\xd8" + body + b"\x3f\xff\xd9"


def png(*more):
    """Four by four pixels with transparency, with the given chunks after the header."""
    chunks = [(b"IHDR", struct.pack(">2I5B", 4, 4, 8, 6, 0, 0, 0)), *more,
              (b"IDAT", zlib.compress((b"\0" + b"\x80" * 16) * 4)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def webp(*more):
    """The lossy drawing, with the given chunks behind it."""
    body = bytes.fromhex(LOSSY)[12:] + b"".join(n + struct.pack("<I", len(d)) + d for n, d in more)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def tiff():
    """An EXIF block: turned by a quarter, taken in Cần Thơ."""
    field = lambda tag, kind, count, value: struct.pack("<HHI", tag, kind, count) + value
    at = lambda offset: struct.pack("<I", offset)
    first = [field(0x112, 3, 1, at(6)), field(0x8769, 4, 1, at(50)), field(0x8825, 4, 1, at(88))]
    shot = [field(0x9003, 2, 20, at(68))]
    gps = [field(1, 2, 2, b"N\0\0\0"), field(2, 5, 3, at(142)), field(3, 2, 2, b"E\0\0\0"), field(4, 5, 3, at(166))]
    directory = lambda fields: struct.pack("<H", len(fields)) + b"".join(fields) + at(0)
    degrees = struct.pack("<12I", 10, 1, 2, 1, 42, 10, 105, 1, 47, 1, 168, 10)
    return b"II*\0" + at(8) + directory(first) + directory(shot) + b"2026:11:22 07:30:05\0" + directory(gps) + degrees


def photos():
    exif = b"Exif\0\0" + tiff()
    jfif, adobe, comment = b"JFIF\0\1\1\0\0\1\0\1\0\0", b"Adobe\0\x64\0\0\0\0\1", b"<script>"
    return [jpeg((0xE0, jfif)), jpeg((0xE1, exif), (0xEE, adobe), (0xFE, comment)), bytes.fromhex(PROGRESSIVE),
            png(), png((b"eXIf", tiff()), (b"tEXt", b"Author\0x")), webp(), webp((b"EXIF", tiff())), b"<svg/>"]


def all_seeds():
    cells = [struct.pack("<d", d) for d in DOUBLES]
    plain = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46348</v></c></row>'
    more = '<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c><c r="C9" s="2"><v>0.985</v></c></row>'
    books = [xlsx(plain), xlsx(plain + more, ' date1904="1"'), ods(),
             bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504), zipped([("a.txt", "x")])]
    tables = [TABLE.encode(), ROWS.encode(), TABLE.encode("utf-16"), ("sep=;\n" + TABLE).encode("utf-8-sig"),
              TABLE.replace(";", "\t").encode(), b'"a\nb",c\n\n1,2\n']
    square = [(10570000, 1000000), (10580000, 1000000), (10580000, 1010000), (10570000, 1010000)]
    texts = ["Hà Nội, Cần Thơ", "Bộ Tài chính: kế hoạch năm 2026"]
    lines = lambda text: [part.encode() for part in text.split("|")]
    return {
        "geojson": [geojson("Polygon", f"[{RING},{HOLE}]").encode(),
                    geojson("MultiPolygon", f"[[{RING}],[{RING}]]").encode()],
        "shape_bytes": [shape(5, [[square]]), shape(6, [[square, square[:3]], [square]])],
        "legacy": [t.encode() for t in texts] + [t.encode("utf-16") for t in texts]
        + [bytes.fromhex("48b520 4ee96920 43c7 6e 20 54 68 ac")] + [b"Ha\xf8 No\xe4i, Ca\xe0n Th\xf4"],
        "workbook": books + tables[:1],
        "delimited": tables,
        "sheet": tables + books[:3],
        "mapping": [MAPPING.encode(), b"value:admin.received|2026-11|31675|e", b"dim:sex", b"unit"],
        "delivery": [DELIVERY.encode()],
        "targets_file": [TARGETS.encode(), TARGETS.replace(",", ";").encode("utf-8-sig"), TARGETS.encode("utf-16")],
        "yaml": [DEFINITION.encode(), b"a: [1, {b: 2.50}]\nc: |\n  d\n", b"- &a 1\n- *a\n", b"90"],
        "period": lines(PERIODS) + cells,
        "expr": lines(EXPRESSIONS),
        "number": lines(NUMBERS),
        "date": lines(DATES) + cells,
        "place": lines(PLACES),
        "door": lines(DOOR),
        "photo_look": photos(),
        "photo_clean": photos(),
        "photo_render": photos(),
        "agencies": [AGENCIES.encode(), AGENCIES.replace(";", ",").encode("utf-8-sig"), b"ma;ten\n"],
        "notices": [part.encode() for part in NOTICES.strip().split("\n")],
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, seeds in all_seeds().items():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for at, seed in enumerate(seeds):
            (folder / f"{at:02}").write_bytes(seed)


if __name__ == "__main__":
    main()
