resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "echo ${self.identifier} ${self.id}" # here
  }
}
