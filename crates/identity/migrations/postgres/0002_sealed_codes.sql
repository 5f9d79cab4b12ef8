-- The secrets of codes are sealed with the installation key; its print stands beside them. NULL with a secret
-- means that it was kept before there was a key: the next start seals it.
ALTER TABLE account ADD COLUMN totp_key TEXT;
