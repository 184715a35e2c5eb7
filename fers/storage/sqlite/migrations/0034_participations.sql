CREATE TABLE participations (
    id TEXT PRIMARY KEY, study_id TEXT NOT NULL, panel_id TEXT NOT NULL,
    person_id TEXT REFERENCES people ON DELETE SET NULL, document TEXT NOT NULL,
    UNIQUE (study_id, panel_id)) WITHOUT ROWID;
CREATE INDEX participations_by_person ON participations (person_id);
