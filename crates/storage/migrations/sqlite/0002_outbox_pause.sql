-- An event whose handler failed waits until this moment before it is tried again.
ALTER TABLE outbox ADD COLUMN next_at BIGINT;
