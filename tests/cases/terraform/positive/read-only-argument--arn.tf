resource "aws_iam_role" "web" {
  assume_role_policy = "{}"
  arn                = "arn:aws:iam::1:role/web" # here
}
