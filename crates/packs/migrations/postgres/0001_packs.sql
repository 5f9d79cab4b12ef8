-- A field of government as it was applied last. It closes with a date when its folder is gone; its history stays.
CREATE TABLE pack (
    id          TEXT    NOT NULL PRIMARY KEY,
    version     TEXT    NOT NULL,          -- sha-256 of its files
    name        TEXT    NOT NULL,          -- JSON {vi, en, km}
    place       INTEGER NOT NULL,          -- place in lists, ascending
    icon        TEXT    NOT NULL,
    about       TEXT    NOT NULL,          -- JSON {vi, en, km}
    owner       TEXT    NOT NULL,          -- JSON [{valid_from, name, verified, legal_ref}]
    counts      TEXT    NOT NULL,          -- JSON {indicator: 12, board: 1}
    applied_at  BIGINT  NOT NULL,
    closed_at   BIGINT                     -- NULL = applied
);

-- The files as they were shipped and applied, for showing what differs.
CREATE TABLE pack_file (
    pack        TEXT    NOT NULL REFERENCES pack (id),
    path        TEXT    NOT NULL,          -- inside the pack, boards/field.yaml
    sha256      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    PRIMARY KEY (pack, path)
);

-- Values that this place set for itself. They are applied on top of the files and survive an upgrade.
CREATE TABLE pack_overlay (
    pack        TEXT    NOT NULL,
    path        TEXT    NOT NULL,
    pointer     TEXT    NOT NULL,          -- by ids: indicators/on_time/target/value
    value       TEXT    NOT NULL,          -- JSON; null takes the value away
    base_value  TEXT,                      -- JSON of what was shipped when it was set; NULL = nothing was
    author      TEXT    NOT NULL,          -- account:… or system:…, never a name
    at          BIGINT  NOT NULL,
    in_force    BOOLEAN NOT NULL,          -- false when the last apply could not use it
    PRIMARY KEY (pack, path, pointer)
);
