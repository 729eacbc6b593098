"""Plans as text, as Markdown and as JSON."""
