"""Pages about models: registering, comparing, models in the field."""
