resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}

output "ip" {
  value = aws_instance.web.public_ip_address # here
}
