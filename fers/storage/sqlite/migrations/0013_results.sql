CREATE TABLE results (
    yardstick TEXT NOT NULL, who TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (yardstick, who)) WITHOUT ROWID;
CREATE TABLE run_progress (
    yardstick TEXT NOT NULL, who TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (yardstick, who)) WITHOUT ROWID;
