"""What a shadow test has measured: production beside shadow, over the test's own time.

``metrics`` is what a report makes of CloudWatch's answers. It knows of no report, and but for ``reading`` it is pure.
What is asked of CloudWatch, and how its answers are read, is in the handler's ``evidence``.
"""
