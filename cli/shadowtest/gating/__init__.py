"""``shadowtest gate``: what has to hold before a promotion, judged by the metrics as of now."""
