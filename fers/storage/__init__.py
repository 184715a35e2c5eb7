"""Adapters that keep people, consents, faces, images and credentials. The embedded ones need a folder, nothing else."""
