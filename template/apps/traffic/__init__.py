"""Traffic: who came, from where, how often, and who may not."""
