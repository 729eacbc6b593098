"""What the commands read from an AWS account, and what its errors mean to a user. This package changes nothing."""
