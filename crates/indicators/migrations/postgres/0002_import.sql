-- How a sheet with these headings was read, as somebody confirmed it.
CREATE TABLE import_mapping (
    fingerprint TEXT    NOT NULL PRIMARY KEY,
    mapping     TEXT    NOT NULL,              -- JSON
    actor       TEXT    NOT NULL,
    saved_at    BIGINT  NOT NULL
);

-- A file on its way in: sent, mapped, looked at, written.
CREATE TABLE import_draft (
    id          UUID    NOT NULL PRIMARY KEY,
    file        UUID    NOT NULL,
    name        TEXT    NOT NULL,              -- the file's
    actor       TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    state       TEXT    NOT NULL,              -- mapping, ready, queued, done, cancelled
    pack        TEXT    NOT NULL,              -- '' for all
    period      TEXT    NOT NULL,              -- as typed, '' when the file says it
    plan        TEXT    NOT NULL,              -- JSON: how each sheet is read
    summary     TEXT    NOT NULL,              -- JSON: what would be written
    faults      TEXT    NOT NULL,              -- JSON: the first of what is wrong
    batch       UUID,
    job         UUID
);
CREATE INDEX import_draft_actor ON import_draft (actor, at);
