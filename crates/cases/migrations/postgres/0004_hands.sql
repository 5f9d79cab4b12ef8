-- Who added a photo, as in the audit log; the reporter is «reporter». Officers alone read it.
ALTER TABLE case_photo ADD COLUMN added_by TEXT NOT NULL DEFAULT 'reporter';

-- Whose answers are awaited, for those who see every agency; case_asked_agency is for one's own.
CREATE INDEX case_asked_open ON case_asked (seq) WHERE answered_at IS NULL;

-- Agencies that were asked do not agree: whoever directs all of them decides.
CREATE TABLE case_dispute (
    seq         BIGINT  NOT NULL PRIMARY KEY,
    since       BIGINT  NOT NULL,
    settled_at  BIGINT,
    settled_by  TEXT
);
CREATE INDEX case_dispute_open ON case_dispute (seq) WHERE settled_at IS NULL;
INSERT INTO case_dispute (seq, since)
    SELECT a.seq, MAX(a.answered_at) FROM case_asked a JOIN cases c ON c.seq = a.seq
    WHERE a.agrees = FALSE AND c.stage <= 2 GROUP BY a.seq;
