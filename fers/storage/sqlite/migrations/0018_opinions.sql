DROP INDEX review_by_age;
DROP INDEX review_by_entropy;
DROP INDEX review_by_share;
DROP INDEX review_by_guess;
DROP INDEX review_by_id;
DROP TRIGGER review_counted;
DROP TRIGGER review_uncounted;
DROP TRIGGER review_left;
DROP TRIGGER review_entered;
DROP TRIGGER face_recounted;
ALTER TABLE face_facts DROP COLUMN filled;
ALTER TABLE face_facts DROP COLUMN extra;
ALTER TABLE face_facts ADD COLUMN own INTEGER NOT NULL DEFAULT -1;
ALTER TABLE face_facts ADD COLUMN perceived INTEGER;
ALTER TABLE face_facts ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE face_facts ADD COLUMN filled INTEGER AS (iif(labels < wanted, 0, labels));
UPDATE face_facts SET own = label;
CREATE TRIGGER face_recounted AFTER UPDATE ON face_facts BEGIN
    INSERT INTO face_counts
        VALUES (OLD.study_id, OLD.week, OLD.label, OLD.disputed, OLD.source, OLD.confidence, OLD.agreement, -1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + -1;
    INSERT INTO face_counts
        VALUES (NEW.study_id, NEW.week, NEW.label, NEW.disputed, NEW.source, NEW.confidence, NEW.agreement, 1)
        ON CONFLICT (study_id, week, label, disputed, source, confidence, agreement) DO UPDATE SET count = count + 1;
END;
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
CREATE TABLE own_counts (
    study_id TEXT NOT NULL, week TEXT NOT NULL, own INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (study_id, week, own)) WITHOUT ROWID;
INSERT INTO own_counts SELECT study_id, week, own, count(*) FROM face_facts WHERE own >= 0
    GROUP BY study_id, week, own;
CREATE TRIGGER own_counted AFTER INSERT ON face_facts BEGIN
    INSERT INTO own_counts
        SELECT NEW.study_id, NEW.week, NEW.own, 1
        WHERE NEW.own >= 0
        ON CONFLICT (study_id, week, own) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER own_uncounted AFTER DELETE ON face_facts BEGIN
    INSERT INTO own_counts
        SELECT OLD.study_id, OLD.week, OLD.own, -1
        WHERE OLD.own >= 0
        ON CONFLICT (study_id, week, own) DO UPDATE SET count = count + -1;
END;
CREATE TRIGGER own_recounted AFTER UPDATE OF study_id, week, own ON face_facts BEGIN
    INSERT INTO own_counts
        SELECT OLD.study_id, OLD.week, OLD.own, -1
        WHERE OLD.own >= 0
        ON CONFLICT (study_id, week, own) DO UPDATE SET count = count + -1;
    INSERT INTO own_counts
        SELECT NEW.study_id, NEW.week, NEW.own, 1
        WHERE NEW.own >= 0
        ON CONFLICT (study_id, week, own) DO UPDATE SET count = count + 1;
END;
