terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 4.0"
    }
    azuread = "~> 1.0"
  }
}

resource "aws_eip" "nat" {
  vpc = true
}

resource "azuread_application" "app" {
  name = "only in versions without a table"
}
