resource "random_id" "a" {
  count       = 2
  byte_length = 4
}

output "id" {
  value = random_id.a.hex # here
}
