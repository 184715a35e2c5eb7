"""Pages about labels: reviewing faces and how far annotators agree."""
