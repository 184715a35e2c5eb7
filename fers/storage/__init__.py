"""Adapters that keep people, consents, faces, images and credentials: one room a back end."""
