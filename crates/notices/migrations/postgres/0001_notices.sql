-- One message to one person, however many ways it goes. The same key is never told twice to one person.
CREATE TABLE notice (
    id          UUID    NOT NULL PRIMARY KEY,
    side        TEXT    NOT NULL,          -- account, citizen
    person      UUID    NOT NULL,
    key         TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    about       TEXT    NOT NULL,          -- case:<uuid>
    given       TEXT,                      -- JSON of the values of the text; NULL once they were erased
    sealed      BYTEA,                     -- the same under the installation key, for kinds that are secret
    link        TEXT    NOT NULL,          -- a page of ours, or empty
    urgent      BOOLEAN NOT NULL,
    mailing     UUID,
    shown       BOOLEAN NOT NULL,          -- whether it stands on the person's page
    created_at  BIGINT  NOT NULL,
    planned_at  BIGINT,                    -- when its ways were chosen
    read_at     BIGINT,
    opened_at   BIGINT,                    -- when a link of it was visited first
    UNIQUE (side, person, key)
);
CREATE INDEX notice_unplanned ON notice (id) WHERE planned_at IS NULL;
CREATE INDEX notice_mine ON notice (side, person, id);
CREATE INDEX notice_mailing ON notice (mailing, id) WHERE mailing IS NOT NULL;

-- One way of one message: by e-mail, to one browser…
CREATE TABLE notice_delivery (
    id          UUID    NOT NULL PRIMARY KEY,
    notice      UUID    NOT NULL REFERENCES notice (id),
    kind        TEXT    NOT NULL,          -- that of the message, for the filter of the log
    via         TEXT    NOT NULL,          -- email, sms, zalo, push
    target      TEXT    NOT NULL,          -- the browser's subscription; empty for the others
    state       TEXT    NOT NULL,          -- waiting, taken, sending, sent, opened, uncertain, given_up, stopped
    attempts    BIGINT  NOT NULL,
    digest      BOOLEAN NOT NULL,          -- waits for the daily letter
    next_at     BIGINT  NOT NULL,
    lease_until BIGINT,
    masked      TEXT,                      -- the address, unreadable; the address itself is in the registry alone
    provider_id TEXT,
    error       TEXT,
    created_at  BIGINT  NOT NULL,
    sent_at     BIGINT,
    opened_at   BIGINT,
    UNIQUE (notice, via, target)
);
CREATE INDEX notice_delivery_due ON notice_delivery (next_at, id) WHERE state = 'waiting';
CREATE INDEX notice_delivery_held ON notice_delivery (lease_until) WHERE state IN ('taken', 'sending');
CREATE INDEX notice_delivery_state ON notice_delivery (state, id);
CREATE INDEX notice_delivery_via ON notice_delivery (via, id);
CREATE INDEX notice_delivery_kind ON notice_delivery (kind, id);

-- How a person wants to be told. Without a row: at once, in the language of the registry, quiet at night.
CREATE TABLE notice_habits (
    side        TEXT    NOT NULL,
    person      UUID    NOT NULL,
    tongue      TEXT,                      -- vi, en, km
    daily       BOOLEAN NOT NULL,          -- e-mail once a day
    quiet_from  BIGINT,                    -- seconds of the day; both NULL: never quiet
    quiet_to    BIGINT,
    changed_at  BIGINT  NOT NULL,
    PRIMARY KEY (side, person)
);

-- What a person chose otherwise than the kind's own ways; kind '*' is every kind.
CREATE TABLE notice_choice (
    side        TEXT    NOT NULL,
    person      UUID    NOT NULL,
    kind        TEXT    NOT NULL,
    via         TEXT    NOT NULL,
    wanted      BOOLEAN NOT NULL,
    changed_at  BIGINT  NOT NULL,
    PRIMARY KEY (side, person, kind, via)
);

-- Texts of the place, over the shipped ones. The newest row holds; one without a body is the shipped text again.
CREATE TABLE notice_text (
    id          UUID    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    via         TEXT    NOT NULL,
    tongue      TEXT    NOT NULL,
    title       TEXT,
    body        TEXT,
    changed_at  BIGINT  NOT NULL,
    changed_by  TEXT    NOT NULL
);
CREATE INDEX notice_text_of ON notice_text (kind, id);

-- Browsers that take messages (RFC 8030). The keys are the browser's own.
CREATE TABLE push_subscription (
    id          UUID    NOT NULL PRIMARY KEY,
    side        TEXT    NOT NULL,
    person      UUID    NOT NULL,
    endpoint    TEXT    NOT NULL UNIQUE,
    public_key  BYTEA   NOT NULL,
    secret      BYTEA   NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX push_subscription_of ON push_subscription (side, person);
