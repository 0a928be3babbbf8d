resource "random_pet" "name" {
  prefix = "web # here
  length = 2
}
