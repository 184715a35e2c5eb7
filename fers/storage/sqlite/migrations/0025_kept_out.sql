CREATE TABLE kept_out (
    study_id TEXT NOT NULL, face_id TEXT NOT NULL, PRIMARY KEY (study_id, face_id)) WITHOUT ROWID;
-- Until then only the log's words said so. Nothing else of FERS reads them.
INSERT OR IGNORE INTO kept_out SELECT study_id, subject FROM audit WHERE action LIKE 'removed a face: %';
