resource "aws_wafv2_web_acl" "web" { # here
  name  = "web"
  scope = "REGIONAL"

  default_action {
    allow {}
  }
}
