"""Judges a gate by the metrics of a test. This package makes the queries for CloudWatch and interprets the responses.
It makes no calls.

``judging``           the entry point: the open queries, and the judgement
``traffic``, ``error_rate``, ``latency``, ``metric``, ``alarms``, ``running``   one type of criterion each
``period_by_period``  percentiles, with ``periods`` (the length of the periods) and ``percentiles`` (the samples needed)
``intervals``         confidence intervals
``expectation``       the time at which there will be enough data for a verdict, with ``sampling`` (of a percentile)
``judgement``         verdicts, findings, and their sentences, with ``wording``
``scope``             the test, and the time for which its metrics are used

``windows``, ``queries``, ``series``, ``answers``   CloudWatch's periods, and the queries and results of GetMetricData
"""
