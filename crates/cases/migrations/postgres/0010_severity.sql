-- A severity, alone or with a way of coming in, in the order of lists.
CREATE INDEX cases_severity ON cases (severity, stage, seq, channel, kind, category, place, agency, published);
