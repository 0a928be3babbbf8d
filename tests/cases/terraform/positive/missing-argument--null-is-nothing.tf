resource "aws_iam_role" "web" { # here
  name               = "web"
  assume_role_policy = null
}
