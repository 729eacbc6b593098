"""From what is asked and what is live to the next step. Pure: nothing here calls, waits or reads a clock."""
