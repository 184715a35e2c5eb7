"""Models and face detection: the only package that runs networks. Runtimes are imported on first use."""
