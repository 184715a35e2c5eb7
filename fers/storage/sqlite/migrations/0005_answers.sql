CREATE TABLE answers (
    answers_id TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE,
    said BLOB NOT NULL, PRIMARY KEY (answers_id, face_id)) WITHOUT ROWID;
CREATE INDEX answers_by_face ON answers (face_id);
CREATE TABLE model_runs (answers_id TEXT PRIMARY KEY, finished_at TEXT NOT NULL, document TEXT NOT NULL);
