"""What operators do: looking after the store and moving it."""
