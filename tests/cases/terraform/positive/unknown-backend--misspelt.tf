terraform {
  backend "s33" { # here
    bucket = "state"
  }
}
