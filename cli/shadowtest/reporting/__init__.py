"""What a shadow test has measured: production compared with shadow, over the time of the test.

``metrics`` builds the queries for CloudWatch and interprets the responses. It does not depend on the report, and is
pure except for ``reading``.
"""
