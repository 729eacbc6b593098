"""The protocol of CloudFormation and Lambda: an event comes in, is waited for, handed over, and answered once."""
