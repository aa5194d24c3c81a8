"""What this room writes besides its read models: subscriptions."""
