-- The unit whose figures count a case: NULL until it was reckoned after the last change, 0 where nobody's do.
ALTER TABLE cases ADD COLUMN counted BIGINT;
-- When the program looks at it next: a deadline to remind of, a rating whose days are over.
ALTER TABLE cases ADD COLUMN wake_at BIGINT DEFAULT 0;
CREATE INDEX cases_counted_solved ON cases (counted, solved_at);
CREATE INDEX cases_counted_received ON cases (counted, received_at);
CREATE INDEX cases_wake ON cases (wake_at, seq) WHERE wake_at IS NOT NULL;
CREATE INDEX cases_received ON cases (received_at);
CREATE INDEX cases_solved ON cases (solved_at) WHERE solved_at IS NOT NULL;
CREATE INDEX cases_demo ON cases (seq) WHERE demo;

-- Figures that no longer hold: of a unit and a month. The row stays until they were told anew.
CREATE TABLE case_dirty (
    unit        BIGINT  NOT NULL,
    month       BIGINT  NOT NULL,              -- index of foundation::Period
    mark        BIGINT  NOT NULL,              -- grows with every change
    PRIMARY KEY (unit, month)
);

-- The figures that were told last, so that only what differs is told again.
CREATE TABLE case_told (
    unit        BIGINT  NOT NULL,
    month       BIGINT  NOT NULL,
    period      TEXT    NOT NULL,              -- the month, or a day of it
    indicator   TEXT    NOT NULL,
    channel     TEXT    NOT NULL,              -- empty: the whole
    value       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (unit, month, period, indicator, channel)
);

-- What was reminded of: each once per case, rung and promise.
CREATE TABLE case_reminder (
    seq         BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,              -- due, ring, waiting
    rung        BIGINT  NOT NULL,
    promise     BIGINT  NOT NULL,              -- the moment that it is about
    at          BIGINT  NOT NULL,
    PRIMARY KEY (seq, kind, rung, promise)
);
