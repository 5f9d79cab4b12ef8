-- People. The row is erasable: events, audit and everything else only hold its id.
CREATE TABLE account (
    id          UUID    NOT NULL PRIMARY KEY,
    sign_in     TEXT    NOT NULL,          -- as it was typed
    sign_in_key TEXT    NOT NULL UNIQUE,   -- folded: nobody can take a name that looks the same
    name        TEXT    NOT NULL,
    password    TEXT,                      -- argon2id, PHC string; NULL until the invitation is taken
    totp_secret BYTEA,
    totp_wanted BYTEA,                     -- shown as a QR code, not confirmed yet
    totp_step   BIGINT,                    -- the newest step that was used: a code works once
    failures    BIGINT  NOT NULL,          -- wrong passwords and codes since the last sign-in
    paused_until BIGINT,
    language    TEXT,
    created_at  BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    signed_in_at BIGINT,
    disabled_at BIGINT
);

-- Role × subtree of a unit × packs, in civil days; valid_to is exclusive, NULL = without end.
CREATE TABLE role_grant (
    id          UUID    NOT NULL PRIMARY KEY,
    account     UUID    NOT NULL REFERENCES account (id),
    role        TEXT    NOT NULL,
    unit        BIGINT  NOT NULL,
    packs       TEXT,                      -- JSON list; NULL = all
    valid_from  INTEGER NOT NULL,
    valid_to    INTEGER,
    created_at  BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL
);
CREATE INDEX role_grant_account ON role_grant (account);

CREATE TABLE session (
    id          UUID    NOT NULL PRIMARY KEY,
    token_hash  BYTEA   NOT NULL UNIQUE,
    account     UUID    NOT NULL REFERENCES account (id),
    agent       TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    seen_at     BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

-- Keys of other programs. Only the hash is kept.
CREATE TABLE api_key (
    id          UUID    NOT NULL PRIMARY KEY,
    token_hash  BYTEA   NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    unit        BIGINT  NOT NULL,
    packs       TEXT,
    created_at  BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    expires_at  BIGINT,
    revoked_at  BIGINT,
    last_used_at BIGINT
);

-- Links that work once: the first administrator, an invitation, the second step of a sign-in.
CREATE TABLE one_time_link (
    token_hash  BYTEA   NOT NULL PRIMARY KEY,
    purpose     TEXT    NOT NULL,          -- first_run, invitation, second_step
    account     UUID    REFERENCES account (id),
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    used_at     BIGINT
);
CREATE INDEX one_time_link_account ON one_time_link (account);

-- Who did what. Appended in the transaction of the change; the sealer fills the last three columns.
CREATE TABLE audit (
    id          UUID    NOT NULL PRIMARY KEY,
    at          BIGINT  NOT NULL,
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    seq         BIGINT  UNIQUE,
    prev_hash   BYTEA,
    hash        BYTEA
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_subject ON audit (subject, at, id);
CREATE INDEX audit_unsealed ON audit (at, id) WHERE seq IS NULL;
