job "web" {
  datacenters = ["dc1"]
  group "web" {
    count = 1
  }
}
