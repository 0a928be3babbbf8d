resource "aws_security_group" "web" {
  dynamic "ingresses" { # here
    for_each = [80]
    content {
      from_port = ingresses.value
      to_port   = ingresses.value
      protocol  = "tcp"
    }
  }
}
