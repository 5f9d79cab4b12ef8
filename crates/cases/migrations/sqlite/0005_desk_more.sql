-- Who else met the same and agreed to be told: a caller whom the desk joined to a case instead of making
-- another. As personal as case_reporter, and read by the same people alone.
CREATE TABLE case_also_reporter (
    seq         BIGINT  NOT NULL,
    citizen     UUID    NOT NULL,
    name        TEXT    NOT NULL,
    phone       TEXT    NOT NULL,
    email       TEXT    NOT NULL,
    consent     BOOLEAN NOT NULL,
    at          BIGINT  NOT NULL,
    PRIMARY KEY (seq, citizen)
) WITHOUT ROWID;
CREATE INDEX case_also_reporter_phone ON case_also_reporter (phone) WHERE phone <> '';
CREATE INDEX case_also_reporter_citizen ON case_also_reporter (citizen);
