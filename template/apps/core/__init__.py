"""What every app shares: base model, errors, health, logging, OpenAPI."""
