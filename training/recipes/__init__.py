"""One recipe a file. Each opens with its command and the score to expect."""
