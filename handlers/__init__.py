"""What Jiedui says: one module for each conversation, with its texts, buttons and forms."""
