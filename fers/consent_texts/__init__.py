"""The consent texts, one file a version. A text that people agreed to is never edited: write a new version."""
