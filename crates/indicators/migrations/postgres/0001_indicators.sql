-- What is measured. The number is ours and never reused; the code is the pack's.
CREATE TABLE indicator (
    id          INTEGER NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL UNIQUE,       -- admin.on_time
    pack        TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    version     INTEGER NOT NULL,              -- the newest of indicator_version
    retired     BOOLEAN NOT NULL               -- no longer in the applied packs; its history stays
);

CREATE TABLE indicator_version (
    indicator   INTEGER NOT NULL REFERENCES indicator (id),
    version     INTEGER NOT NULL,
    definition  TEXT    NOT NULL,              -- JSON
    applied_at  BIGINT  NOT NULL,
    PRIMARY KEY (indicator, version)
);

CREATE TABLE indicator_group (
    pack        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    name        TEXT    NOT NULL,              -- JSON
    position    INTEGER NOT NULL,
    PRIMARY KEY (pack, id)
);

-- Who a figure comes from. Where two sources give one figure, the lower precedence is shown and both are kept.
CREATE TABLE source (
    id          INTEGER NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    precedence  INTEGER NOT NULL,
    demo        BOOLEAN NOT NULL
);

-- One delivery of figures: a file, a request, a grid saved.
CREATE TABLE batch (
    id          UUID    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,              -- excel, csv, api, grid, demo
    source      INTEGER NOT NULL REFERENCES source (id),
    actor       TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    file        UUID,
    changed     BIGINT  NOT NULL,
    unchanged   BIGINT  NOT NULL,
    note        TEXT    NOT NULL,
    idempotency TEXT    UNIQUE,
    response    TEXT
);
CREATE INDEX batch_at ON batch (at);

-- Every value ever told, never overwritten. A value of NULL takes the figure back.
CREATE TABLE observation (
    indicator   INTEGER NOT NULL,
    calendar    INTEGER NOT NULL,
    period      INTEGER NOT NULL,
    unit        BIGINT  NOT NULL,
    dims        TEXT    NOT NULL,              -- '' or sex=f;level=1
    source      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    value       DOUBLE PRECISION,
    estimated   BOOLEAN NOT NULL,
    known_at    BIGINT  NOT NULL,
    batch       UUID    NOT NULL,
    PRIMARY KEY (indicator, calendar, period, unit, dims, source, revision)
);
CREATE INDEX observation_corrected ON observation (known_at) WHERE revision > 1;
CREATE INDEX observation_batch ON observation (batch);

-- The value shown for each key, kept in the transaction of its observation.
CREATE TABLE current_value (
    indicator   INTEGER NOT NULL,
    calendar    INTEGER NOT NULL,
    period      INTEGER NOT NULL,
    unit        BIGINT  NOT NULL,
    dims        TEXT    NOT NULL,
    source      INTEGER NOT NULL,
    precedence  INTEGER NOT NULL,
    value       DOUBLE PRECISION,
    estimated   BOOLEAN NOT NULL,
    known_at    BIGINT  NOT NULL,
    PRIMARY KEY (indicator, calendar, period, unit, dims)
);

-- What was planned, per unit and period (a year, or the months of a trajectory). The newest revision holds.
CREATE TABLE target (
    indicator   INTEGER NOT NULL,
    unit        BIGINT  NOT NULL,
    calendar    INTEGER NOT NULL,
    period      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    value       DOUBLE PRECISION,
    decision    TEXT    NOT NULL,              -- the act that set it, as typed
    actor       TEXT    NOT NULL,
    known_at    BIGINT  NOT NULL,
    demo        BOOLEAN NOT NULL,
    PRIMARY KEY (indicator, unit, calendar, period, revision)
);
