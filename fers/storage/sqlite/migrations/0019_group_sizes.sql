CREATE TABLE group_sizes (
    study_id TEXT NOT NULL, field TEXT NOT NULL, answer TEXT NOT NULL, people INTEGER NOT NULL,
    PRIMARY KEY (study_id, field, answer)) WITHOUT ROWID;
CREATE TRIGGER group_entered AFTER INSERT ON self_descriptions BEGIN
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'age', json_extract(NEW.document, '$.age'), 1
        WHERE json_extract(NEW.document, '$.age') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'gender', json_extract(NEW.document, '$.gender'), 1
        WHERE json_extract(NEW.document, '$.gender') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'skin', json_extract(NEW.document, '$.skin'), 1
        WHERE json_extract(NEW.document, '$.skin') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
END;
CREATE TRIGGER group_left AFTER DELETE ON self_descriptions BEGIN
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'age', json_extract(OLD.document, '$.age'), -1
        WHERE json_extract(OLD.document, '$.age') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'gender', json_extract(OLD.document, '$.gender'), -1
        WHERE json_extract(OLD.document, '$.gender') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'skin', json_extract(OLD.document, '$.skin'), -1
        WHERE json_extract(OLD.document, '$.skin') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
END;
CREATE TRIGGER group_changed AFTER UPDATE ON self_descriptions BEGIN
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'age', json_extract(OLD.document, '$.age'), -1
        WHERE json_extract(OLD.document, '$.age') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'gender', json_extract(OLD.document, '$.gender'), -1
        WHERE json_extract(OLD.document, '$.gender') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
    INSERT INTO group_sizes
        SELECT OLD.study_id, 'skin', json_extract(OLD.document, '$.skin'), -1
        WHERE json_extract(OLD.document, '$.skin') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + -1;
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'age', json_extract(NEW.document, '$.age'), 1
        WHERE json_extract(NEW.document, '$.age') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'gender', json_extract(NEW.document, '$.gender'), 1
        WHERE json_extract(NEW.document, '$.gender') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
    INSERT INTO group_sizes
        SELECT NEW.study_id, 'skin', json_extract(NEW.document, '$.skin'), 1
        WHERE json_extract(NEW.document, '$.skin') IS NOT NULL
        ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + 1;
END;
INSERT INTO group_sizes SELECT study_id, 'age', json_extract(document, '$.age') AS said, count(*)
    FROM self_descriptions WHERE said IS NOT NULL GROUP BY study_id, said;
INSERT INTO group_sizes SELECT study_id, 'gender', json_extract(document, '$.gender') AS said, count(*)
    FROM self_descriptions WHERE said IS NOT NULL GROUP BY study_id, said;
INSERT INTO group_sizes SELECT study_id, 'skin', json_extract(document, '$.skin') AS said, count(*)
    FROM self_descriptions WHERE said IS NOT NULL GROUP BY study_id, said;
