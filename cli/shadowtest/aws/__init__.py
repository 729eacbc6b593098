"""What the commands read in an AWS account, and what its errors mean to a user. Nothing here changes anything."""
