locals {
  zones = [
    "a"
    "b", # here
  ]
}
