"""The metrics of both variants: the call to CloudWatch (``reading``), and what a report makes of the answers
(``totals``, ``percentiles``)."""
