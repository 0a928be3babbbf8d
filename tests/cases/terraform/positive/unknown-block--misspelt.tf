resource "aws_security_group" "web" {
  name = "web"

  ingres { # here
    from_port = 80
    to_port   = 80
    protocol  = "tcp"
  }
}
