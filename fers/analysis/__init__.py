"""How far annotators agree, and what they say together: statistics over labels, free of storage and user interface."""
