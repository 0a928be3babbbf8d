resource "terraform_data" "a" {
  provisioner "local-exe" { # here
    command = "true"
  }
}
