-- Reports that citizens keep among theirs by showing the receipt once. citizen: the id of what they proved, in
-- identity. Goes with whoever erases who they are.
CREATE TABLE case_claim (
    citizen     UUID    NOT NULL,
    seq         BIGINT  NOT NULL,
    at          BIGINT  NOT NULL,
    PRIMARY KEY (citizen, seq)
) WITHOUT ROWID;
CREATE INDEX case_claim_seq ON case_claim (seq);
