variable "region" {
  type = "string" # here
}
