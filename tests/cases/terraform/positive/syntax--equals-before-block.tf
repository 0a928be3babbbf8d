resource "random_id" "a" = { # here
  byte_length = 4
}
