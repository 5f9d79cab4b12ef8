-- How the made-up figures of an indicator look, as its pack's demo/series.yaml says.
CREATE TABLE demo_series (
    indicator_code TEXT NOT NULL PRIMARY KEY,
    spec           TEXT NOT NULL               -- JSON
);

-- An estimate is provisional: changing it corrects nothing, so the list of corrections does not read it.
DROP INDEX observation_corrected;
CREATE INDEX observation_corrected ON observation (known_at) WHERE revision > 1 AND estimated = FALSE;
