resource "aws_s3_bucket_encryption" "logs" { # here
  bucket = "logs"
}
