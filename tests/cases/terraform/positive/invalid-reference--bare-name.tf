locals {
  region = region # here
}
