-- What a citizen proved: a telephone, or a name at a provider of sign-in. No account and no grants; other rooms
-- hold its id alone.
CREATE TABLE citizen_proof (
    id          UUID    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,          -- phone, provider
    realm       TEXT    NOT NULL,          -- the issuer; empty for telephones
    value       TEXT    NOT NULL,          -- 84912345678, or the issuer's name for somebody
    created_at  BIGINT  NOT NULL,
    UNIQUE (kind, realm, value)
);

-- A browser in which a citizen proved one or both.
CREATE TABLE citizen_session (
    id          UUID    NOT NULL PRIMARY KEY,
    token_hash  BYTEA   NOT NULL UNIQUE,
    phone       UUID    REFERENCES citizen_proof (id),
    provider    UUID    REFERENCES citizen_proof (id),
    created_at  BIGINT  NOT NULL,
    seen_at     BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL
);
CREATE INDEX citizen_session_phone ON citizen_session (phone);
CREATE INDEX citizen_session_provider ON citizen_session (provider);
CREATE INDEX citizen_session_expires ON citizen_session (expires_at);

-- A code that was sent to a telephone. Forgotten after a day, for which it counts against floods.
CREATE TABLE citizen_code (
    id          UUID    NOT NULL PRIMARY KEY,
    token_hash  BYTEA   NOT NULL UNIQUE,   -- of the browser that asked for it, which alone may use it
    phone       TEXT    NOT NULL,
    address     BYTEA   NOT NULL,          -- signed with the installation key
    code        BYTEA   NOT NULL,          -- likewise: who reads the table cannot try all of them
    lang        TEXT    NOT NULL,
    tries       INTEGER NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    used_at     BIGINT
);
CREATE INDEX citizen_code_phone ON citizen_code (phone, created_at);
CREATE INDEX citizen_code_address ON citizen_code (address, created_at);
CREATE INDEX citizen_code_created ON citizen_code (created_at);

-- A sign-in at the provider that has begun; it ends once.
CREATE TABLE citizen_door (
    token_hash  BYTEA   NOT NULL PRIMARY KEY,
    expires_at  BIGINT  NOT NULL
);
