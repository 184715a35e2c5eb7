CREATE TABLE devices (
    sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL, ends_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX devices_by_person ON devices (person_id);
