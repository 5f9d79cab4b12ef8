-- A document to the households of some units. Who they are is asked page by page while it is sent; the cursor
-- says how far, so that a stop in between loses nobody and tells nobody twice.
CREATE TABLE document_mailing (
    id          UUID    NOT NULL PRIMARY KEY,
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    sender      TEXT    NOT NULL,
    file        UUID,                      -- a kept file, PDF
    created_at  BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    cursor      UUID,                      -- the last person who was told
    finished_at BIGINT,
    receivers   BIGINT  NOT NULL,
    delivered   BIGINT  NOT NULL,          -- receivers that one way at least reached
    opened      BIGINT  NOT NULL           -- receivers who opened it
);

CREATE TABLE document_mailing_unit (
    mailing     UUID    NOT NULL REFERENCES document_mailing (id),
    unit        BIGINT  NOT NULL,
    PRIMARY KEY (mailing, unit)
);
CREATE INDEX document_mailing_unit_of ON document_mailing_unit (unit, mailing);

-- When a way of a message had left first.
ALTER TABLE notice ADD COLUMN delivered_at BIGINT;
