"""One network architecture a file, each with a `build()` that returns an untrained Keras model."""
