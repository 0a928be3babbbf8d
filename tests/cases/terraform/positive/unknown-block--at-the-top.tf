resources "aws_s3_bucket" "logs" { # here
}
