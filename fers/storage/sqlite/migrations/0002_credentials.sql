CREATE TABLE passwords (person_id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, hash TEXT NOT NULL);
CREATE TABLE codes (person_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE);
CREATE TABLE throttles (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, retry_at TEXT NOT NULL);
CREATE TABLE sessions (
    sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL, opened_at TEXT NOT NULL, seen_at TEXT NOT NULL);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE TABLE setup_token (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), sha256 TEXT);
