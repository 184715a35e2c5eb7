"""Pages about people: signing in, consent, one's own data, studies."""
