"""What a shadow test has measured: production beside shadow, over the test's own time.

``metrics`` is what to ask of CloudWatch and what its answers mean. It knows of no report, and but for ``reading`` it is
pure.
"""
