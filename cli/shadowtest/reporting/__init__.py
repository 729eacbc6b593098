"""What a shadow test has measured: production compared with shadow, over the time of the test.

``metrics`` calculates the values of a report from the responses of CloudWatch. It does not depend on the report, and is
pure except for ``reading``. The queries, and how the responses are read, are in the handler's ``evidence``.
"""
