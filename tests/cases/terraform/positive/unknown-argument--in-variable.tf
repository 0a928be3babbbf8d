variable "region" {
  type        = string
  descripton  = "Where" # here
}
