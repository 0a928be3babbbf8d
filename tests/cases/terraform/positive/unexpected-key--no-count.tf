resource "random_id" "a" {
  byte_length = 4
}

output "id" {
  value = random_id.a[0].hex # here
}
