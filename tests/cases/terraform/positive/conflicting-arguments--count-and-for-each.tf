resource "random_id" "a" {
  count       = 2
  for_each    = toset(["x"]) # here
  byte_length = 4
}
