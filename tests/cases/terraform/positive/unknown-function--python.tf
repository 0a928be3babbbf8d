locals {
  size = len(["a"]) # here
}
