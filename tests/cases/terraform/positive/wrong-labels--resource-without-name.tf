resource "random_id" { # here
  byte_length = 4
}
