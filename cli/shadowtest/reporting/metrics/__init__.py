"""The metrics of both variants: what to ask of CloudWatch (``windows``, ``queries``), the call (``reading``), and what
the answers mean (``series``, ``totals``, ``percentiles``)."""
