CREATE TABLE memberships (
    person_id TEXT NOT NULL, study_id TEXT NOT NULL, role TEXT NOT NULL, entered_at TEXT NOT NULL,
    PRIMARY KEY (person_id, study_id)) WITHOUT ROWID;
CREATE INDEX memberships_by_study ON memberships (study_id, role);
CREATE TABLE invitations (
    id TEXT PRIMARY KEY, study_id TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
    expires_at TEXT NOT NULL, uses_left INTEGER NOT NULL);
CREATE INDEX invitations_by_study ON invitations (study_id);
ALTER TABLE audit ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN study_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_study ON audit (study_id, number);
