CREATE TABLE face_facts (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL, week TEXT NOT NULL,
    label INTEGER NOT NULL, disputed INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
    agreement INTEGER NOT NULL DEFAULT -1, given_at TEXT NOT NULL, disagreement REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX facts_by_cell ON face_facts
    (study_id, week, label, disputed, source, confidence, agreement, given_at, face_id);
CREATE INDEX facts_by_time ON face_facts (
    study_id, week, given_at, face_id, label, disputed, source, confidence, agreement);
CREATE INDEX facts_by_dispute ON face_facts (study_id, disagreement, face_id) WHERE disagreement > 0;
CREATE INDEX facts_by_label_and_dispute ON face_facts (study_id, label, disagreement, face_id)
    WHERE disagreement > 0;
CREATE TABLE face_counts (
    study_id TEXT NOT NULL, week TEXT NOT NULL, label INTEGER NOT NULL, disputed INTEGER NOT NULL,
    source INTEGER NOT NULL, confidence INTEGER NOT NULL, agreement INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, week, label, disputed, source, confidence, agreement)) WITHOUT ROWID;
CREATE TRIGGER face_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (NEW.study_id, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence, NEW.agreement, 1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER face_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (OLD.study_id, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence, OLD.agreement, -1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + -1;
END;
CREATE TRIGGER face_recounted AFTER UPDATE ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (OLD.study_id, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence, OLD.agreement, -1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + -1;
    INSERT INTO face_counts
        VALUES (NEW.study_id, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence, NEW.agreement, 1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + 1;
END;
