"""The protocol of CloudFormation and Lambda: receive an event, wait, hand over, and respond once."""
