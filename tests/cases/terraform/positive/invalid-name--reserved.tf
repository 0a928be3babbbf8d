variable "version" { # here
  type = string
}
