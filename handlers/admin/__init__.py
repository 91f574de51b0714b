"""What administrators see and do. Every action checks the role of the person pressing, on the row."""
