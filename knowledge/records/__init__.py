"""The records: who wrote, what they registered, what still has to be sent. One SQLite file."""
