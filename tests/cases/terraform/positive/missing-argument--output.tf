output "id" { # here
  description = "The identifier"
}
