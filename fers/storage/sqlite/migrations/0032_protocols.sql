ALTER TABLE face_facts ADD COLUMN intended INTEGER NOT NULL DEFAULT -1;
DROP TRIGGER face_counted;
DROP TRIGGER face_uncounted;
DROP TRIGGER face_recounted;
DROP TRIGGER group_counted;
DROP TRIGGER group_uncounted;
DROP TRIGGER group_recounted;
DROP INDEX facts_by_cell;
DROP INDEX facts_by_time;
DROP INDEX facts_by_age;
DROP INDEX facts_by_gender;
DROP INDEX facts_by_skin;

ALTER TABLE face_counts RENAME TO face_counts_before;
CREATE TABLE face_counts (
    study_id TEXT NOT NULL, week TEXT NOT NULL, label INTEGER NOT NULL, disputed INTEGER NOT NULL,
    source INTEGER NOT NULL, confidence INTEGER NOT NULL, agreement INTEGER NOT NULL, intended INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (study_id, week, label, disputed, source, confidence, agreement, intended)) WITHOUT ROWID;
INSERT INTO face_counts
    SELECT study_id, week, label, disputed, source, confidence, agreement, -1, count FROM face_counts_before;
DROP TABLE face_counts_before;

ALTER TABLE group_counts RENAME TO group_counts_before;
CREATE TABLE group_counts (
    study_id TEXT NOT NULL, field TEXT NOT NULL, answer INTEGER NOT NULL, week TEXT NOT NULL,
    label INTEGER NOT NULL, disputed INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
    agreement INTEGER NOT NULL, intended INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended))
    WITHOUT ROWID;
INSERT INTO group_counts
    SELECT study_id, field, answer, week, label, disputed, source, confidence, agreement, -1, count
    FROM group_counts_before;
DROP TABLE group_counts_before;

CREATE INDEX facts_by_cell ON face_facts
    (study_id, week, label, disputed, source, confidence, agreement, intended, given_at, face_id);
CREATE INDEX facts_by_time ON face_facts (
    study_id, week, given_at, face_id, label, disputed, source, confidence, agreement, intended);
CREATE INDEX facts_by_age ON face_facts
    (study_id, age, week, given_at, face_id, label, disputed, source, confidence, agreement, intended)
    WHERE age >= 0;
CREATE INDEX facts_by_gender ON face_facts
    (study_id, gender, week, given_at, face_id, label, disputed, source, confidence, agreement, intended)
    WHERE gender >= 0;
CREATE INDEX facts_by_skin ON face_facts
    (study_id, skin, week, given_at, face_id, label, disputed, source, confidence, agreement, intended)
    WHERE skin >= 0;

CREATE TRIGGER face_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (NEW.study_id, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence, NEW.agreement,
            NEW.intended, 1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER face_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (OLD.study_id, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence, OLD.agreement,
            OLD.intended, -1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
END;

CREATE TRIGGER face_recounted AFTER UPDATE OF study_id, week, label, disputed, source, confidence, agreement, intended
    ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (OLD.study_id, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence, OLD.agreement,
            OLD.intended, -1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO face_counts
        VALUES (NEW.study_id, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence, NEW.agreement,
            NEW.intended, 1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER group_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT NEW.study_id, 'age', NEW.age, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'gender', NEW.gender, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'skin', NEW.skin, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER group_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT OLD.study_id, 'age', OLD.age, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'gender', OLD.gender, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'skin', OLD.skin, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
END;

CREATE TRIGGER group_recounted AFTER UPDATE OF week, label, disputed, source, confidence, agreement, intended, age,
    gender, skin ON face_facts BEGIN
    INSERT INTO group_counts
        SELECT OLD.study_id, 'age', OLD.age, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'gender', OLD.gender, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT OLD.study_id, 'skin', OLD.skin, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence,
            OLD.agreement, OLD.intended, -1
        WHERE OLD.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + -1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'age', NEW.age, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.age >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'gender', NEW.gender, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.gender >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
    INSERT INTO group_counts
        SELECT NEW.study_id, 'skin', NEW.skin, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence,
            NEW.agreement, NEW.intended, 1
        WHERE NEW.skin >= 0
        ON CONFLICT (study_id, field, answer, week, label, disputed, source, confidence, agreement, intended)
            DO UPDATE SET count = count + 1;
END;

CREATE TABLE intended_counts (
    study_id TEXT NOT NULL, intended INTEGER NOT NULL, age INTEGER NOT NULL, gender INTEGER NOT NULL,
    skin INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, intended, age, gender, skin)) WITHOUT ROWID;

CREATE TRIGGER intended_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO intended_counts
        SELECT NEW.study_id, NEW.intended, NEW.age, NEW.gender, NEW.skin, 1
        WHERE NEW.intended >= 0
        ON CONFLICT (study_id, intended, age, gender, skin) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER intended_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO intended_counts
        SELECT OLD.study_id, OLD.intended, OLD.age, OLD.gender, OLD.skin, -1
        WHERE OLD.intended >= 0
        ON CONFLICT (study_id, intended, age, gender, skin) DO UPDATE SET count = count + -1;
END;

CREATE TRIGGER intended_recounted AFTER UPDATE OF study_id, intended, age, gender, skin ON face_facts BEGIN
    INSERT INTO intended_counts
        SELECT OLD.study_id, OLD.intended, OLD.age, OLD.gender, OLD.skin, -1
        WHERE OLD.intended >= 0
        ON CONFLICT (study_id, intended, age, gender, skin) DO UPDATE SET count = count + -1;
    INSERT INTO intended_counts
        SELECT NEW.study_id, NEW.intended, NEW.age, NEW.gender, NEW.skin, 1
        WHERE NEW.intended >= 0
        ON CONFLICT (study_id, intended, age, gender, skin) DO UPDATE SET count = count + 1;
END;

CREATE TABLE three_label_counts (
    study_id TEXT NOT NULL, intended INTEGER NOT NULL, own INTEGER NOT NULL, perceived INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (study_id, intended, own, perceived)) WITHOUT ROWID;

CREATE TRIGGER three_labels_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO three_label_counts
        SELECT NEW.study_id, NEW.intended, NEW.own, coalesce(NEW.perceived, 8), 1
        WHERE NEW.intended >= 0
        ON CONFLICT (study_id, intended, own, perceived) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER three_labels_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO three_label_counts
        SELECT OLD.study_id, OLD.intended, OLD.own, coalesce(OLD.perceived, 8), -1
        WHERE OLD.intended >= 0
        ON CONFLICT (study_id, intended, own, perceived) DO UPDATE SET count = count + -1;
END;

CREATE TRIGGER three_labels_recounted AFTER UPDATE OF study_id, intended, own, perceived ON face_facts BEGIN
    INSERT INTO three_label_counts
        SELECT OLD.study_id, OLD.intended, OLD.own, coalesce(OLD.perceived, 8), -1
        WHERE OLD.intended >= 0
        ON CONFLICT (study_id, intended, own, perceived) DO UPDATE SET count = count + -1;
    INSERT INTO three_label_counts
        SELECT NEW.study_id, NEW.intended, NEW.own, coalesce(NEW.perceived, 8), 1
        WHERE NEW.intended >= 0
        ON CONFLICT (study_id, intended, own, perceived) DO UPDATE SET count = count + 1;
END;

CREATE TABLE places (
    study_id TEXT NOT NULL, intended INTEGER NOT NULL, person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    age INTEGER NOT NULL, gender INTEGER NOT NULL, skin INTEGER NOT NULL, until TEXT NOT NULL,
    PRIMARY KEY (study_id, intended, person_id)) WITHOUT ROWID;
CREATE INDEX places_by_person ON places (person_id);

CREATE TABLE sittings (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE, study_id TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (person_id, study_id)) WITHOUT ROWID;

CREATE TABLE task_counts (
    study_id TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, what)) WITHOUT ROWID;
