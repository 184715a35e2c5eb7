CREATE INDEX labels_by_time ON labels (annotator_id, study_id, json_extract(document, '$.given_at'));
