"""The command line: one file a group of commands, loaded when one of them is asked for."""
