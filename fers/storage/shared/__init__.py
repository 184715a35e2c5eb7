"""What both stores use: how things are written as JSON's types, what faces are filtered by, credentials, waits."""
