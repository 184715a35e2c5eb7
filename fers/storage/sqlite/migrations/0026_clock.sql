CREATE TABLE clock (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), seen_at TEXT NOT NULL);
