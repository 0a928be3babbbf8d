resource "aws_s3_bucket" "logs" {
  bucket             = "logs"
  enable_versioning  = true # here
}
