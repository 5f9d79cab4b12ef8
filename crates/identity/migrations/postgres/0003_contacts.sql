-- Where somebody is told things, if they want to. Theirs to write and to erase; nothing else repeats it.
ALTER TABLE account ADD COLUMN email TEXT;
ALTER TABLE account ADD COLUMN phone TEXT;
