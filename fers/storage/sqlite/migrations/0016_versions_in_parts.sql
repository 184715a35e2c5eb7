ALTER TABLE snapshots ADD COLUMN attempt TEXT NOT NULL DEFAULT '';
UPDATE snapshots SET attempt = id;
ALTER TABLE snapshot_entries RENAME COLUMN snapshot_id TO attempt;
-- Of people who narrowed their consent while a version was being frozen: that used to go unseen.
DELETE FROM snapshot_entries WHERE face_id IN (SELECT id FROM faces WHERE 2 >
    (SELECT count(*) FROM json_each(document, '$.purposes') WHERE value IN ('publish', 'train')));
CREATE TABLE crops (
    face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, encoder TEXT NOT NULL, data BLOB NOT NULL);
