CREATE TABLE self_descriptions (
    person_id TEXT NOT NULL, study_id TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (person_id, study_id)) WITHOUT ROWID;
CREATE INDEX self_descriptions_by_study ON self_descriptions (study_id, person_id);
ALTER TABLE face_facts ADD COLUMN age INTEGER NOT NULL DEFAULT -1;
ALTER TABLE face_facts ADD COLUMN gender INTEGER NOT NULL DEFAULT -1;
ALTER TABLE face_facts ADD COLUMN skin INTEGER NOT NULL DEFAULT -1;
CREATE INDEX facts_by_age ON face_facts
    (study_id, age, week, given_at, face_id, label, disputed, source, confidence, agreement) WHERE age >= 0;
CREATE INDEX facts_by_gender ON face_facts
    (study_id, gender, week, given_at, face_id, label, disputed, source, confidence, agreement) WHERE gender >= 0;
CREATE INDEX facts_by_skin ON face_facts
    (study_id, skin, week, given_at, face_id, label, disputed, source, confidence, agreement) WHERE skin >= 0;
CREATE TABLE group_counts (
    study_id TEXT NOT NULL, field TEXT NOT NULL, answer INTEGER NOT NULL, week TEXT NOT NULL,
    label INTEGER NOT NULL, disputed INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
    agreement INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, field, answer, week, label, disputed, source, confidence, agreement)) WITHOUT ROWID;
CREATE TRIGGER group_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT NEW.study_id, 'age', NEW.age, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'gender', NEW.gender, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'skin', NEW.skin, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER group_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT OLD.study_id, 'age', OLD.age, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'gender', OLD.gender, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'skin', OLD.skin, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
END;
CREATE TRIGGER group_recounted AFTER UPDATE OF week, label, disputed, source, confidence, agreement, age, gender,
    skin ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT OLD.study_id, 'age', OLD.age, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'gender', OLD.gender, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'skin', OLD.skin, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, -1
        WHERE OLD.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'age', NEW.age, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'gender', NEW.gender, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'skin', NEW.skin, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, 1
        WHERE NEW.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement)
            DO UPDATE SET count = count + 1;
END;
