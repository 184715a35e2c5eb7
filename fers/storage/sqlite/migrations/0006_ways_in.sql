CREATE TABLE identities (
    issuer TEXT NOT NULL, subject TEXT NOT NULL, person_id TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)) WITHOUT ROWID;
CREATE INDEX identities_by_person ON identities (person_id);
CREATE TABLE tickets (sha256 TEXT PRIMARY KEY, sealed TEXT NOT NULL, left_at TEXT NOT NULL) WITHOUT ROWID;
