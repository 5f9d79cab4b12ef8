-- A type of cases: a workflow of a pack.
CREATE TABLE case_type (
    id          TEXT    NOT NULL PRIMARY KEY,  -- petitions.report
    pack        TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    version     INTEGER NOT NULL,              -- the newest of case_type_version
    definition  TEXT    NOT NULL,              -- JSON
    retired     BOOLEAN NOT NULL               -- no longer in the applied packs; its cases stay
);

CREATE TABLE case_type_version (
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    definition  TEXT    NOT NULL,
    applied_at  BIGINT  NOT NULL,
    PRIMARY KEY (id, version)
);

-- A case: what must be dealt with by a deadline. Its code is the type's letters, the year and seq.
CREATE TABLE cases (
    seq         INTEGER NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,              -- case_type.id
    category    TEXT    NOT NULL,
    severity    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    stage       INTEGER NOT NULL,              -- what the state means: workflow::Stage
    place       BIGINT  NOT NULL,              -- the commune, or the root where it is not known
    agency      BIGINT  NOT NULL,              -- the unit in charge
    handler     UUID,                          -- the account in charge there
    title       TEXT    NOT NULL,
    content     TEXT    NOT NULL,              -- as written; the public sees public_text
    address     TEXT    NOT NULL,
    lat         DOUBLE PRECISION,
    lon         DOUBLE PRECISION,
    accuracy_m  DOUBLE PRECISION,
    place_sure  BOOLEAN NOT NULL,              -- whether the reporter or the desk said which commune it is
    channel     TEXT    NOT NULL,              -- app, web, hotline, counter, open311, api, inside
    received_at BIGINT  NOT NULL,
    happened_at BIGINT,                        -- when the reporter wrote it, offline
    changed_at  BIGINT  NOT NULL,
    taken_in_at BIGINT,
    solved_at   BIGINT,
    clocks      TEXT    NOT NULL,              -- JSON of clock::Clocks
    due_at      BIGINT,                        -- when the next clock runs out; NULL when none runs
    due_clock   INTEGER,                       -- which
    promised_at BIGINT,                        -- by when the solution is promised
    paused      BOOLEAN NOT NULL,
    late        BOOLEAN NOT NULL,              -- the solution came after its promise
    supporters  INTEGER NOT NULL,              -- others who met the same
    photos      INTEGER NOT NULL,
    entries     INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    published   BOOLEAN NOT NULL,
    public_text TEXT    NOT NULL,              -- what the public reads, after moderation
    answer      TEXT    NOT NULL,              -- the draft, or the approved answer
    reason      TEXT    NOT NULL,              -- why refused or passed out
    rating      INTEGER,                       -- 1–5
    reopened    INTEGER NOT NULL,
    extended    INTEGER NOT NULL,
    merged_into BIGINT,
    split_from  BIGINT,
    source      TEXT    NOT NULL,              -- what it was made from: tile:…, alert:…, document:…
    demo        BOOLEAN NOT NULL
);
CREATE INDEX cases_stage ON cases (stage, seq);
CREATE INDEX cases_place ON cases (place, stage, seq);
CREATE INDEX cases_agency ON cases (agency, stage, seq);
CREATE INDEX cases_category ON cases (category, seq);
CREATE INDEX cases_due ON cases (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX cases_changed ON cases (changed_at) WHERE published;
CREATE INDEX cases_handler ON cases (handler, seq) WHERE handler IS NOT NULL;

-- What happened to a case, in order.
CREATE TABLE case_entry (
    seq         BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    at          BIGINT  NOT NULL,
    actor       TEXT    NOT NULL,              -- as in the audit log; reporter for the reporter
    deed        TEXT    NOT NULL,
    step        TEXT    NOT NULL,
    state       TEXT    NOT NULL,              -- after it
    shown       INTEGER NOT NULL,              -- 0 inside, 1 to the reporter too, 2 to everybody
    text        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,              -- JSON: ids and codes
    PRIMARY KEY (seq, n)
) WITHOUT ROWID;

-- A photo: the file without metadata, and what is made of it in a job.
CREATE TABLE case_photo (
    seq         BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    role        TEXT    NOT NULL,              -- report, before, after
    file        UUID    NOT NULL,
    thumb       UUID,
    screen      UUID,
    added_at    BIGINT  NOT NULL,
    shown       BOOLEAN NOT NULL,              -- to everybody
    PRIMARY KEY (seq, n)
) WITHOUT ROWID;

-- Who reported. Personal: read by the intake desk alone, erased on request.
CREATE TABLE case_reporter (
    seq         BIGINT  NOT NULL PRIMARY KEY,
    citizen     UUID,
    name        TEXT    NOT NULL,
    phone       TEXT    NOT NULL,
    email       TEXT    NOT NULL,
    consent     BOOLEAN NOT NULL               -- that the desk may see what else they reported
) WITHOUT ROWID;
CREATE INDEX case_reporter_phone ON case_reporter (phone) WHERE phone <> '';
CREATE INDEX case_reporter_citizen ON case_reporter (citizen) WHERE citizen IS NOT NULL;

-- The receipt: who holds its secret is the reporter. Made from the sender's key, so that the same report
-- sent twice is one case with one receipt.
CREATE TABLE case_receipt (
    secret      BYTEA   NOT NULL PRIMARY KEY,  -- SHA-256
    seq         BIGINT  NOT NULL UNIQUE
) WITHOUT ROWID;

-- «Tôi cũng gặp».
CREATE TABLE case_support (
    seq         BIGINT  NOT NULL,
    who         BYTEA   NOT NULL,              -- SHA-256 of the device's key
    at          BIGINT  NOT NULL,
    PRIMARY KEY (seq, who)
) WITHOUT ROWID;

-- How many reports came from one address, device or phone in an hour.
CREATE TABLE case_flood (
    who         BYTEA   NOT NULL,
    hour        BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (who, hour)
) WITHOUT ROWID;

-- A request to extend a deadline; somebody else decides.
CREATE TABLE case_extension (
    seq         BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    asked_by    TEXT    NOT NULL,
    asked_at    BIGINT  NOT NULL,
    reason      TEXT    NOT NULL,
    due         BIGINT  NOT NULL,              -- the moment wished for
    decided_by  TEXT,
    decided_at  BIGINT,
    granted     BOOLEAN,
    PRIMARY KEY (seq, n)
) WITHOUT ROWID;

-- An agency asked for its part of the answer.
CREATE TABLE case_asked (
    seq         BIGINT  NOT NULL,
    agency      BIGINT  NOT NULL,
    asked_by    TEXT    NOT NULL,
    asked_at    BIGINT  NOT NULL,
    question    TEXT    NOT NULL,
    due         BIGINT  NOT NULL,
    answer      TEXT,
    agrees      BOOLEAN,                       -- that it is for the agency in charge to do
    answered_by TEXT,
    answered_at BIGINT,
    PRIMARY KEY (seq, agency)
) WITHOUT ROWID;
CREATE INDEX case_asked_agency ON case_asked (agency, seq) WHERE answered_at IS NULL;

-- Words of what officers read, and of what everybody reads (storage::words).
CREATE VIRTUAL TABLE case_words USING fts5 (words, content = '', contentless_delete = 1);
CREATE VIRTUAL TABLE case_public_words USING fts5 (words, content = '', contentless_delete = 1);
