-- Working calendars of packs. One that is gone from its pack is retired, not deleted; each change is a new version.
CREATE TABLE calendar (
    id          TEXT    NOT NULL PRIMARY KEY,   -- full id, admin.office
    pack        TEXT    NOT NULL,
    version     INTEGER NOT NULL,               -- the one in force
    retired     BOOLEAN NOT NULL
);

CREATE TABLE calendar_version (
    calendar    TEXT    NOT NULL REFERENCES calendar (id),
    version     INTEGER NOT NULL,
    definition  TEXT    NOT NULL,               -- JSON: name, week, years with their days
    applied_at  BIGINT  NOT NULL,
    PRIMARY KEY (calendar, version)
);
