"""CloudWatch's metric math and the states of alarms, as its user guide has them. Without any input or output."""
