"""The command line's commands, a module each: add() names its arguments, run() does it, lines() tells it."""
