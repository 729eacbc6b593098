"""Judges a gate by the metrics of a test: what to ask CloudWatch, and what its responses mean. Pure.

``judging``           the entry point: the queries that are open, and the judgement
``traffic``, ``error_rate``, ``latency``, ``metric``, ``alarms``, ``running``   a type of criterion each
``period_by_period``  percentiles, with ``periods`` (which are long enough) and ``percentiles`` (how many samples)
``intervals``         confidence intervals
``expectation``       when there will be enough data for a verdict
``judgement``         verdicts, findings, and the whole in words, with ``wording``
``scope``             the test, and the time that counts

``windows``, ``queries``, ``series``, ``answers``   CloudWatch's side: periods, GetMetricData, and what it has returned
"""
