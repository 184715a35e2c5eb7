"""One recipe a file. Each opens with its command, the time it takes and the score to expect."""
