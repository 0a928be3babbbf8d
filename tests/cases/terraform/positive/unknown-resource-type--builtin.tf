data "terraform_state" "a" { # here
  backend = "local"
}
