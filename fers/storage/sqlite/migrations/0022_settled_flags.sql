CREATE TABLE settled_flags (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL,
    at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX settled_flags_by_study ON settled_flags (study_id, face_id);
