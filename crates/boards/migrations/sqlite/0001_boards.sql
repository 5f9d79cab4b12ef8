-- A board: which tiles stand in which area. It comes from a pack.
CREATE TABLE board (
    id          TEXT    NOT NULL PRIMARY KEY,  -- overview.wall
    pack        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,              -- wall, overview, field
    position    INTEGER NOT NULL,
    definition  TEXT    NOT NULL               -- JSON
);
