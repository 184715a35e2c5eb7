CREATE TABLE missed_comparisons (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, trial_id TEXT NOT NULL, model_id TEXT NOT NULL,
    why TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX missed_by_trial ON missed_comparisons (trial_id, model_id, why);
