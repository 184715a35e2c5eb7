CREATE TABLE field_facts (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL, week TEXT NOT NULL,
    model TEXT NOT NULL, millionths INTEGER NOT NULL, squares INTEGER NOT NULL, unsure INTEGER NOT NULL,
    labelled INTEGER NOT NULL, agreed INTEGER NOT NULL,
    trial_id TEXT NOT NULL, shown TEXT NOT NULL, rival TEXT NOT NULL, before INTEGER NOT NULL,
    shown_right INTEGER NOT NULL, rival_right INTEGER NOT NULL, closer INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE guess_sums (
    study_id TEXT NOT NULL, week TEXT NOT NULL, model TEXT NOT NULL, faces INTEGER NOT NULL,
    millionths INTEGER NOT NULL, squares INTEGER NOT NULL, unsure INTEGER NOT NULL, labelled INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    PRIMARY KEY (study_id, week, model)) WITHOUT ROWID;
CREATE TABLE match_counts (
    trial_id TEXT NOT NULL, shown TEXT NOT NULL, rival TEXT NOT NULL, before INTEGER NOT NULL,
    shown_right INTEGER NOT NULL, rival_right INTEGER NOT NULL, closer INTEGER NOT NULL, faces INTEGER NOT NULL,
    PRIMARY KEY (trial_id, shown, rival, before, shown_right, rival_right, closer)) WITHOUT ROWID;
CREATE TRIGGER field_counted AFTER INSERT ON field_facts BEGIN
    INSERT INTO guess_sums
        VALUES (NEW.study_id, NEW.week, NEW.model, 1, 1 * NEW.millionths, 1 * NEW.squares, 1 * NEW.unsure,
            1 * NEW.labelled, 1 * NEW.agreed)
        ON CONFLICT (study_id, week, model)
            DO UPDATE SET faces = faces + excluded.faces, millionths = millionths + excluded.millionths,
                squares = squares + excluded.squares, unsure = unsure + excluded.unsure,
                labelled = labelled + excluded.labelled, agreed = agreed + excluded.agreed;
    INSERT INTO match_counts
        SELECT NEW.trial_id, NEW.shown, NEW.rival, NEW.before, NEW.shown_right, NEW.rival_right, NEW.closer, 1
        WHERE NEW.trial_id <> ''
        ON CONFLICT (trial_id, shown, rival, before, shown_right, rival_right, closer)
            DO UPDATE SET faces = faces + 1;
END;
CREATE TRIGGER field_uncounted AFTER DELETE ON field_facts BEGIN
    INSERT INTO guess_sums
        VALUES (OLD.study_id, OLD.week, OLD.model, -1, -1 * OLD.millionths, -1 * OLD.squares, -1 * OLD.unsure,
            -1 * OLD.labelled, -1 * OLD.agreed)
        ON CONFLICT (study_id, week, model)
            DO UPDATE SET faces = faces + excluded.faces, millionths = millionths + excluded.millionths,
                squares = squares + excluded.squares, unsure = unsure + excluded.unsure,
                labelled = labelled + excluded.labelled, agreed = agreed + excluded.agreed;
    INSERT INTO match_counts
        SELECT OLD.trial_id, OLD.shown, OLD.rival, OLD.before, OLD.shown_right, OLD.rival_right, OLD.closer, -1
        WHERE OLD.trial_id <> ''
        ON CONFLICT (trial_id, shown, rival, before, shown_right, rival_right, closer)
            DO UPDATE SET faces = faces + -1;
END;
CREATE TABLE trials (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, entrants TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT);
CREATE TABLE shadow_choices (
    number INTEGER PRIMARY KEY AUTOINCREMENT, model_ids TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE shadow_answers (
    answers_id TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, week TEXT NOT NULL,
    rank INTEGER NOT NULL, PRIMARY KEY (answers_id, face_id)) WITHOUT ROWID;
CREATE INDEX shadow_answers_by_face ON shadow_answers (face_id);
CREATE TABLE shadow_counts (
    answers_id TEXT NOT NULL, week TEXT NOT NULL, rank INTEGER NOT NULL, faces INTEGER NOT NULL,
    PRIMARY KEY (answers_id, week, rank)) WITHOUT ROWID;
CREATE TRIGGER shadow_counted AFTER INSERT ON shadow_answers BEGIN
    INSERT INTO shadow_counts
        VALUES (NEW.answers_id, NEW.week, NEW.rank, 1)
        ON CONFLICT (answers_id, week, rank) DO UPDATE SET faces = faces + 1;
END;
CREATE TRIGGER shadow_uncounted AFTER DELETE ON shadow_answers BEGIN
    UPDATE shadow_counts SET faces = faces - 1
        WHERE answers_id = OLD.answers_id AND week = OLD.week AND rank = OLD.rank;
END;
CREATE TABLE version_sums (snapshot_id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE shadow_reached (answers_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
