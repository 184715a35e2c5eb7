"""The server around the pages: its routes, its middleware, the processes it starts."""
