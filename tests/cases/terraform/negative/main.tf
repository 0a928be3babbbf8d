terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 5.0, < 7.0"
      configuration_aliases = [aws.other]
    }
    acme = {
      source = "example.com/acme/acme"
    }
  }
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { Project = "x" }
  }
}

variable "region" {
  type        = string
  default     = "eu-central-1"
  description = <<-EOT
    Where; "quoted" ${"$"}{not} a problem
  EOT
  validation {
    condition     = can(regex("^[a-z]+-", var.region))
    error_message = "No region."
  }
}

variable "ports" {
  type = map(object({
    port  = number
    cidrs = optional(list(string), [])
  }))
  default = {}
}

locals {
  names   = [for k, v in var.ports : upper(k) if v.port > 0]
  by_name = { for name in local.names : name => name... }
  script  = <<EOF
#!/bin/sh
%{for name in local.names~}
echo "${name}" $${HOME} %%{http_code}
%{endfor~}
EOF
}

data "aws_availability_zones" "all" {
  state = "available"
}

resource "acme_thing" "unknown_provider" {
  whatever = true
  some_block {}
}

resource "aws_security_group" "web" {
  name_prefix = "web"
  ingress     = []

  dynamic "egress" {
    for_each = var.ports
    iterator = rule
    content {
      from_port   = rule.value.port
      to_port     = rule.value.port
      protocol    = "tcp"
      cidr_blocks = rule.value.cidrs
    }
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags, ingress]
  }
}

resource "aws_instance" "web" {
  count                  = length(data.aws_availability_zones.all.names)
  provider               = aws.other
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  monitoring             = "true"
  cpu_core_count         = 2
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = local.script
  depends_on             = [aws_security_group.web, module.net]

  root_block_device {
    volume_size = "20"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "echo ${self.id}"
  }
}

module "net" {
  source = "./net"
  cidr   = "10.0.0.0/16"
}

resource "terraform_data" "x" {
  input            = { a = [1, 2] }
  triggers_replace = aws_instance.web[*].id
}

output "ids" {
  value     = concat(aws_instance.web[*].id, [for i in aws_instance.web : i.arn])
  sensitive = true
}

output "first" {
  value = try(aws_instance.web[0].private_ip, null)
}

moved {
  from = aws_instance.old
  to   = aws_instance.web
}

check "up" {
  data "http" "site" {
    url = "https://example.com"
  }
  assert {
    condition     = data.http.site.status_code == 200
    error_message = "down"
  }
}
