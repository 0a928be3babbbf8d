locals {
  parts = split("a,b") # here
}
