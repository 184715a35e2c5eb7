DROP INDEX review_by_age;
DROP INDEX review_by_entropy;
DROP INDEX review_by_share;
DROP INDEX review_by_guess;
DROP INDEX review_by_id;
DROP TRIGGER review_counted;
DROP TRIGGER review_uncounted;
DROP TRIGGER review_left;
DROP TRIGGER review_entered;
DROP TRIGGER label_counted;
DROP TRIGGER label_uncounted;
ALTER TABLE face_facts DROP COLUMN filled;
ALTER TABLE face_facts ADD COLUMN of_sets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN filled INTEGER AS (iif(labels - of_sets < wanted, 0, labels - of_sets));
UPDATE face_facts SET of_sets = (SELECT count(*) FROM labels
        WHERE labels.face_id = face_facts.face_id AND json_extract(labels.document, '$.of_a_set'))
    WHERE face_id IN (SELECT face_id FROM labels WHERE json_extract(document, '$.of_a_set'));
UPDATE face_facts SET wanted = wanted - of_sets WHERE wanted > 0 AND of_sets > 0;
CREATE INDEX review_by_age ON face_facts (study_id, filled, given_at, face_id) WHERE reviewable;
CREATE INDEX review_by_entropy ON face_facts (study_id, filled, entropy DESC, face_id) WHERE reviewable;
CREATE INDEX review_by_share ON face_facts (study_id, filled, share, face_id) WHERE reviewable;
CREATE INDEX review_by_guess ON face_facts (study_id, filled, guess, given_at, face_id) WHERE reviewable;
CREATE INDEX review_by_id ON face_facts (study_id, filled, face_id) WHERE reviewable;
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
    UPDATE face_facts SET labels = labels + 1,
        of_sets = of_sets + coalesce(json_extract(NEW.document, '$.of_a_set'), 0) WHERE face_id = NEW.face_id;
END;
CREATE TRIGGER label_uncounted AFTER DELETE ON labels BEGIN
    UPDATE face_facts SET labels = labels - 1,
        of_sets = of_sets - coalesce(json_extract(OLD.document, '$.of_a_set'), 0) WHERE face_id = OLD.face_id;
END;
DELETE FROM review_counts;
INSERT INTO review_counts SELECT study_id, guess, labels, filled, count(*) FROM face_facts WHERE reviewable
    GROUP BY study_id, guess, labels, filled;
