CREATE TABLE labels (
    face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, annotator_id TEXT NOT NULL, study_id TEXT NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (face_id, annotator_id)) WITHOUT ROWID;
CREATE INDEX labels_by_study ON labels (study_id, face_id, annotator_id);
CREATE INDEX labels_by_annotator ON labels (annotator_id, study_id, face_id);
CREATE TABLE reservations (
    face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, annotator_id TEXT NOT NULL, until TEXT NOT NULL,
    PRIMARY KEY (face_id, annotator_id)) WITHOUT ROWID;
CREATE INDEX reservations_by_annotator ON reservations (annotator_id, until);
CREATE TABLE gold (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL,
    emotion INTEGER NOT NULL, since TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX gold_by_study ON gold (study_id, face_id);
CREATE TABLE review_counts (
    study_id TEXT NOT NULL, guess INTEGER NOT NULL, labels INTEGER NOT NULL, filled INTEGER NOT NULL,
    faces INTEGER NOT NULL, PRIMARY KEY (study_id, guess, labels, filled)) WITHOUT ROWID;
ALTER TABLE face_facts ADD COLUMN reviewable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN guess INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN entropy REAL NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN share REAL NOT NULL DEFAULT 2;
ALTER TABLE face_facts ADD COLUMN labels INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN extra INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN filled INTEGER AS (max(0, labels - extra));
CREATE INDEX review_by_age ON face_facts (study_id, filled, given_at, face_id) WHERE reviewable;
CREATE INDEX review_by_entropy ON face_facts (study_id, filled, entropy DESC, face_id) WHERE reviewable;
CREATE INDEX review_by_share ON face_facts (study_id, filled, share, face_id) WHERE reviewable;
CREATE INDEX review_by_guess ON face_facts (study_id, filled, guess, given_at, face_id) WHERE reviewable;
CREATE INDEX review_by_id ON face_facts (study_id, filled, face_id) WHERE reviewable;
CREATE INDEX facts_by_share ON face_facts (study_id, share, face_id) WHERE share < 1;
CREATE TRIGGER review_counted AFTER INSERT ON face_facts WHEN NEW.reviewable BEGIN
    INSERT INTO review_counts
        VALUES (NEW.study_id, NEW.guess, NEW.labels, NEW.filled, 1)
        ON CONFLICT (study_id, guess, labels, filled) DO UPDATE SET faces = faces + 1;
END;
CREATE TRIGGER review_uncounted AFTER DELETE ON face_facts WHEN OLD.reviewable BEGIN
    INSERT INTO review_counts
        VALUES (OLD.study_id, OLD.guess, OLD.labels, OLD.filled, -1)
        ON CONFLICT (study_id, guess, labels, filled) DO UPDATE SET faces = faces + -1;
END;
CREATE TRIGGER review_left AFTER UPDATE ON face_facts WHEN OLD.reviewable BEGIN
    INSERT INTO review_counts
        VALUES (OLD.study_id, OLD.guess, OLD.labels, OLD.filled, -1)
        ON CONFLICT (study_id, guess, labels, filled) DO UPDATE SET faces = faces + -1;
END;
CREATE TRIGGER review_entered AFTER UPDATE ON face_facts WHEN NEW.reviewable BEGIN
    INSERT INTO review_counts
        VALUES (NEW.study_id, NEW.guess, NEW.labels, NEW.filled, 1)
        ON CONFLICT (study_id, guess, labels, filled) DO UPDATE SET faces = faces + 1;
END;
CREATE TRIGGER label_counted AFTER INSERT ON labels BEGIN
    UPDATE face_facts SET labels = labels + 1 WHERE face_id = NEW.face_id;
END;
CREATE TRIGGER label_uncounted AFTER DELETE ON labels BEGIN
    UPDATE face_facts SET labels = labels - 1 WHERE face_id = OLD.face_id;
END;
