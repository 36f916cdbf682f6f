"""Events that are told to tasks: written with what causes them, sent after it, never lost."""
