"""What happens in production: traces, metrics and failures. Silent until it is told where to."""
