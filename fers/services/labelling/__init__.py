"""Annotators' labels: who is asked about which face, what the labels come to, how far annotators agree."""
