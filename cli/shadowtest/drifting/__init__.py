"""What is live beside what is declared: as the handler compares it, and what others have changed."""
