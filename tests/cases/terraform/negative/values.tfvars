region = "eu-central-1"
ports = {
  web = { port = 80 }
}
