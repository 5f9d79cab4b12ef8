-- One browser may be that of a citizen and of somebody who works here: an address is one browser on each side.
CREATE TABLE push_subscription_new (
    id          UUID    NOT NULL PRIMARY KEY,
    side        TEXT    NOT NULL,
    person      UUID    NOT NULL,
    endpoint    TEXT    NOT NULL,
    public_key  BYTEA   NOT NULL,
    secret      BYTEA   NOT NULL,
    created_at  BIGINT  NOT NULL,
    UNIQUE (endpoint, side)
);
INSERT INTO push_subscription_new (id, side, person, endpoint, public_key, secret, created_at)
    SELECT id, side, person, endpoint, public_key, secret, created_at FROM push_subscription;
DROP TABLE push_subscription;
ALTER TABLE push_subscription_new RENAME TO push_subscription;
CREATE INDEX push_subscription_of ON push_subscription (side, person);
