-- Browsers that are told how a report goes on, because they showed its receipt. browser: made of the address at which its push
-- service takes messages; that address itself is known to the room that sends. Goes with whoever erases who they are.
CREATE TABLE case_browser (
    browser     UUID    NOT NULL,
    seq         BIGINT  NOT NULL,
    lang        TEXT    NOT NULL,          -- vi, en
    at          BIGINT  NOT NULL,
    PRIMARY KEY (browser, seq)
) WITHOUT ROWID;
CREATE INDEX case_browser_seq ON case_browser (seq);
