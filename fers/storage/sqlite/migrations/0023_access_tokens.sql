CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE, study_id TEXT NOT NULL,
    name TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    last_used_at TEXT) WITHOUT ROWID;
CREATE INDEX access_tokens_by_person ON access_tokens (person_id);
