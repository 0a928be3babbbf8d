locals {
  policy = "arn:aws:s3:::home/${aws:username}/*" # here
}
