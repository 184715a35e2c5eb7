CREATE TABLE replies (
    person_id TEXT NOT NULL REFERENCES people, study_id TEXT NOT NULL, question TEXT NOT NULL, face_id TEXT NOT NULL,
    purge_at TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (person_id, study_id, question, face_id)) WITHOUT ROWID;
CREATE INDEX replies_of_study ON replies (study_id, person_id, question, face_id);
CREATE INDEX replies_about_face ON replies (face_id) WHERE face_id <> '';
CREATE INDEX replies_due ON replies (purge_at);
CREATE TRIGGER face_took_replies AFTER DELETE ON faces BEGIN
    DELETE FROM replies WHERE face_id = OLD.id AND face_id <> '';
END;
