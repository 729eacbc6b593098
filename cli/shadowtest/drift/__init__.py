"""How shadow tests, as they are live, differ from what their stacks declare."""
