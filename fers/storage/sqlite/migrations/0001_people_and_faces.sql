CREATE TABLE people (
    id TEXT PRIMARY KEY, role TEXT NOT NULL, created_at TEXT NOT NULL, asked_first INTEGER NOT NULL);
CREATE TABLE studies (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
CREATE TABLE consent_texts (sha256 TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE consents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL, study_id TEXT NOT NULL,
    text_version TEXT NOT NULL, text_sha256 TEXT NOT NULL REFERENCES consent_texts, purposes TEXT NOT NULL,
    given_at TEXT NOT NULL);
CREATE INDEX consents_by_person ON consents (person_id, given_at);
CREATE TABLE faces (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL, study_id TEXT NOT NULL, given_at TEXT NOT NULL,
    purge_at TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX faces_by_person ON faces (person_id, given_at);
CREATE INDEX faces_by_purge_time ON faces (purge_at);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor_role TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL);
CREATE TABLE journal (face_id TEXT PRIMARY KEY);
