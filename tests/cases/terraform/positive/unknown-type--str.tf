variable "region" {
  type = str # here
}
