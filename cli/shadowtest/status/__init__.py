"""How shadow tests are now."""
