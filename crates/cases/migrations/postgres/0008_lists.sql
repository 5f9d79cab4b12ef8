-- Lists read ranges of an index that is in their order (number) and holds what else is asked for, so that a
-- filter never reads rows that it then leaves out.
DROP INDEX cases_stage;
DROP INDEX cases_place;
DROP INDEX cases_agency;
DROP INDEX cases_category;
DROP INDEX cases_due;
DROP INDEX cases_handler;
CREATE INDEX cases_stage ON cases
    (stage, seq, kind, severity, channel, category, place, agency, published, received_at);
CREATE INDEX cases_kind ON cases (kind, stage, seq, severity, channel, category, place, agency, published);
CREATE INDEX cases_place ON cases (place, stage, seq, kind, severity, channel, category, agency, published);
CREATE INDEX cases_agency ON cases (agency, stage, seq, kind, severity, channel, category, place, published);
CREATE INDEX cases_category ON cases (category, stage, seq, kind, severity, channel, place, agency, published);
CREATE INDEX cases_due ON cases (due_at, seq, stage, kind, severity, channel, category, place, agency)
    WHERE due_at IS NOT NULL;
CREATE INDEX cases_handler ON cases (handler, seq, stage, kind, severity, category) WHERE handler IS NOT NULL;
CREATE INDEX cases_paused ON cases (seq, stage, kind, severity, category, place, agency) WHERE paused;
-- Maps: what is open, and where.
CREATE INDEX cases_open ON cases (place, stage, lat, lon, seq, kind, severity, category, agency, due_at, published)
    WHERE solved_at IS NULL;
