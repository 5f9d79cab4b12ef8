-- A list that somebody looks at often.
CREATE TABLE case_view (
    account     UUID    NOT NULL,
    name        TEXT    NOT NULL,
    query       TEXT    NOT NULL,              -- what stands behind /cases?
    PRIMARY KEY (account, name)
);

-- A text that is written often: of an agency, for everybody there.
CREATE TABLE case_snippet (
    id          UUID    NOT NULL PRIMARY KEY,
    unit        BIGINT  NOT NULL,
    name        TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    changed_by  TEXT    NOT NULL,
    changed_at  BIGINT  NOT NULL
);
CREATE INDEX case_snippet_unit ON case_snippet (unit, name);

-- A shift that was handed over: what was open then, and what the next one must know.
CREATE TABLE case_shift (
    id          UUID    NOT NULL PRIMARY KEY,
    unit        BIGINT  NOT NULL,
    handed_by   TEXT    NOT NULL,
    handed_at   BIGINT  NOT NULL,
    remarks     TEXT    NOT NULL,
    counts      TEXT    NOT NULL,              -- JSON: new, work, late, urgent
    taken_by    TEXT,
    taken_at    BIGINT
);
CREATE INDEX case_shift_unit ON case_shift (unit, handed_at);
