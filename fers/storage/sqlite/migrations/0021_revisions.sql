CREATE TABLE revisions (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), count INTEGER NOT NULL);
INSERT INTO revisions VALUES (1, 0);
CREATE TRIGGER revised_by_update_of_faces AFTER UPDATE ON faces BEGIN
    UPDATE revisions SET count = count + 1;
END;
CREATE TRIGGER revised_by_delete_of_faces AFTER DELETE ON faces BEGIN
    UPDATE revisions SET count = count + 1;
END;
CREATE TRIGGER revised_by_delete_of_labels AFTER DELETE ON labels BEGIN
    UPDATE revisions SET count = count + 1;
END;
