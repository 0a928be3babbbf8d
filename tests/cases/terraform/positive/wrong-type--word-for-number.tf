resource "random_id" "a" {
  byte_length = "four" # here
}
