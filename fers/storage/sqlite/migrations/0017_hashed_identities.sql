ALTER TABLE identities RENAME TO named_identities;
DROP INDEX identities_by_person;
CREATE TABLE identities (sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX identities_by_person ON identities (person_id);
