"""The files of the Lambda function. The construct and the command line package the same files."""
