-- A form of the monthly report, as the packs wrote it.
CREATE TABLE book_form (
    id          TEXT    NOT NULL PRIMARY KEY,  -- petitions.monthly
    pack        TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    definition  TEXT    NOT NULL,              -- JSON
    applied_at  BIGINT  NOT NULL,
    retired     BOOLEAN NOT NULL               -- no longer in the applied packs
);

-- A line of a register: of letters (đơn thư), of receptions (tiếp công dân). Numbered from 1 in each book of a
-- unit and a year, without gaps; synthetic lines have numbers of their own. Who came or wrote is in book_person.
CREATE TABLE book_entry (
    id          INTEGER NOT NULL PRIMARY KEY,
    sent_key    TEXT    NOT NULL UNIQUE,       -- of the form that wrote it: sent twice it is one line
    book        TEXT    NOT NULL,              -- letters, receptions
    unit        BIGINT  NOT NULL,
    year        INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    demo        BOOLEAN NOT NULL,
    received_on BIGINT  NOT NULL,              -- day
    way         TEXT    NOT NULL,              -- letters: counter, post, online, passed
    kind        TEXT    NOT NULL,              -- complaint, denunciation, petition, reflection
    people      INTEGER NOT NULL,
    summary     TEXT    NOT NULL,
    folded      TEXT    NOT NULL,              -- what it is found by; empty for denunciations
    receiver    TEXT    NOT NULL,              -- receptions: who received, post and name
    competence  TEXT    NOT NULL,              -- own, other, or not said
    handling    TEXT    NOT NULL,              -- accepted, passed, guided, …; empty: not yet
    handled_on  BIGINT,
    passed_to   TEXT    NOT NULL,
    result      TEXT    NOT NULL,
    result_on   BIGINT,
    case_seq    BIGINT,                        -- where it goes the road of cases
    letter      BIGINT,                        -- receptions: the line of the letter that was taken
    entered_by  TEXT    NOT NULL,
    entered_at  BIGINT  NOT NULL,
    changed_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL
);
CREATE UNIQUE INDEX book_entry_number ON book_entry (book, unit, year, demo, n);
CREATE INDEX book_entry_day ON book_entry (book, received_on, id);
CREATE INDEX book_entry_unit ON book_entry (book, unit, received_on, id);

-- Who wrote or came. Personal: read by the intake desk alone.
CREATE TABLE book_person (
    id          BIGINT  NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    phone       TEXT    NOT NULL
);

-- A rule of reception days: who receives, where, on which days.
CREATE TABLE book_rule (
    id          INTEGER NOT NULL PRIMARY KEY,
    unit        BIGINT  NOT NULL,
    receiver    TEXT    NOT NULL,              -- post and name
    place       TEXT    NOT NULL,
    opens       BIGINT  NOT NULL,              -- seconds of the day
    closes      BIGINT  NOT NULL,
    pattern     TEXT    NOT NULL,              -- day:15, week:4, nth:1:4
    valid_from  BIGINT  NOT NULL,
    valid_to    BIGINT,
    remark      TEXT    NOT NULL,
    demo        BOOLEAN NOT NULL,
    changed_by  TEXT    NOT NULL,
    changed_at  BIGINT  NOT NULL
);
CREATE INDEX book_rule_unit ON book_rule (unit, valid_from);

-- A day on which a rule is not followed.
CREATE TABLE book_exception (
    rule        BIGINT  NOT NULL,
    day         BIGINT  NOT NULL,              -- the day that the rule gives
    moved_to    BIGINT,                        -- none: there is no reception
    reason      TEXT    NOT NULL,
    changed_by  TEXT    NOT NULL,
    changed_at  BIGINT  NOT NULL,
    PRIMARY KEY (rule, day)
);
