resource "aws_iam_role" "web" { # here
  name = "web"
}
