resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  lifecycle {
    ignore_changes = [ami, tags["Name"], user_dat] # here
  }
}
