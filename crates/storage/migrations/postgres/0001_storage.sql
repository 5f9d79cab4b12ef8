-- Jobs: work that outlives a request. Claimed by one worker at a time, retried with growing pauses, then dead.
CREATE TABLE job (
    id          UUID    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    state       TEXT    NOT NULL,          -- ready, running, done, dead, cancelled
    run_at      BIGINT  NOT NULL,
    attempts    INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    timeout_s   INTEGER NOT NULL,
    lease_until BIGINT,
    progress    TEXT,
    last_error  TEXT,
    created_at  BIGINT  NOT NULL,
    finished_at BIGINT
);
CREATE INDEX job_ready ON job (run_at) WHERE state = 'ready';
CREATE INDEX job_state ON job (state, created_at);

-- Business events, written in the transaction of the change they tell of; delivered at least once, in order.
CREATE TABLE outbox (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          UUID    NOT NULL,
    event       TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    attempts    INTEGER NOT NULL,
    last_error  TEXT,
    delivered_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (seq) WHERE delivered_at IS NULL;

-- Files by the hash of what they hold. The row comes first as pending, then the object, then the confirmation.
CREATE TABLE file (
    id          UUID    NOT NULL PRIMARY KEY,
    sha256      TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    bytes       BIGINT  NOT NULL,
    state       TEXT    NOT NULL,          -- pending, kept
    created_at  BIGINT  NOT NULL
);
CREATE INDEX file_sha256 ON file (sha256);

-- Small facts of the installation: its root unit, its secret's fingerprint, when the demo was made.
CREATE TABLE setting (
    key         TEXT    NOT NULL PRIMARY KEY,
    value       TEXT    NOT NULL,
    changed_at  BIGINT  NOT NULL
);

-- A list parameter as a table; SQLite reads the same text as json_each.
CREATE FUNCTION int_list(items BIGINT[]) RETURNS TABLE (value BIGINT)
    LANGUAGE sql IMMUTABLE ROWS 100 AS 'SELECT unnest(items)';
CREATE FUNCTION text_list(items TEXT[]) RETURNS TABLE (value TEXT)
    LANGUAGE sql IMMUTABLE ROWS 100 AS 'SELECT unnest(items)';
