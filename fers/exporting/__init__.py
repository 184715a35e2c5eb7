"""Dataset versions as files: streams of bytes, however many faces there are."""
