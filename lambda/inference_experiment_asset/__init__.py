"""What the Lambda function consists of. The construct and the command line put the same files into their packages."""
