-- A place or an agency. Its identity never changes; what it is called and where it belongs are dated versions.
CREATE TABLE unit (
    id          BIGINT  NOT NULL PRIMARY KEY,
    tree        TEXT    NOT NULL           -- place, agency
);

CREATE TABLE unit_version (
    unit        BIGINT  NOT NULL REFERENCES unit (id),
    valid_from  INTEGER NOT NULL,          -- days since 1970-01-01; -2147483648 = before our records
    valid_to    INTEGER,                   -- exclusive; NULL = still so
    level       TEXT    NOT NULL,          -- country, province, district, commune; department, office
    type        TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL,          -- without the type
    parent      BIGINT,
    place       BIGINT,                    -- agencies: the place they serve
    lat         DOUBLE PRECISION,
    lon         DOUBLE PRECISION,
    area_km2    DOUBLE PRECISION,
    population  BIGINT,
    legal_ref   TEXT,
    verified    BOOLEAN NOT NULL,
    PRIMARY KEY (unit, valid_from)
);
CREATE INDEX unit_version_code ON unit_version (code);
CREATE INDEX unit_version_parent ON unit_version (parent);

-- Other names that people type.
CREATE TABLE unit_name (
    unit        BIGINT  NOT NULL REFERENCES unit (id),
    name        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    PRIMARY KEY (unit, name)
);

-- What became of a unit that ended: the shares of one old unit sum to 1.
CREATE TABLE succession (
    old         BIGINT  NOT NULL REFERENCES unit (id),
    new         BIGINT  NOT NULL REFERENCES unit (id),
    effective   INTEGER NOT NULL,
    kind        TEXT    NOT NULL,          -- whole, part
    share       DOUBLE PRECISION NOT NULL,
    basis       TEXT    NOT NULL,
    legal_ref   TEXT,
    verified    BOOLEAN NOT NULL,
    PRIMARY KEY (old, new, effective)
);
CREATE INDEX succession_new ON succession (new);

-- The shape of a place at three zoom levels (0 country, 1 province, 2 commune), encoded by foundation::geo.
CREATE TABLE boundary (
    unit        BIGINT  NOT NULL REFERENCES unit (id),
    valid_from  INTEGER NOT NULL,
    detail      INTEGER NOT NULL,
    approximate BOOLEAN NOT NULL,
    source      TEXT    NOT NULL,
    shape       BYTEA   NOT NULL,
    PRIMARY KEY (unit, valid_from, detail)
);
