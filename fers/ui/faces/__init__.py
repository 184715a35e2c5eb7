"""Pages about faces: giving one, looking through many, importing a set."""
