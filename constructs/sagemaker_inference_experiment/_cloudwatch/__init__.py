"""What CloudWatch shows of a shadow test: the metrics of both variants, comparisons, alarms and a dashboard."""
