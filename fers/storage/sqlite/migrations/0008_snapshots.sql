CREATE TABLE snapshots (
    id TEXT PRIMARY KEY, study_id TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
    document TEXT NOT NULL, UNIQUE (study_id, name));
CREATE TABLE snapshot_entries (
    snapshot_id TEXT NOT NULL, split TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE,
    document TEXT NOT NULL, PRIMARY KEY (snapshot_id, face_id)) WITHOUT ROWID;
CREATE INDEX entries_by_split ON snapshot_entries (snapshot_id, split, face_id);
CREATE INDEX entries_by_face ON snapshot_entries (face_id);
