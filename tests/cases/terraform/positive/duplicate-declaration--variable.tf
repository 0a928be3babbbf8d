variable "region" {}

variable "region" {} # here
