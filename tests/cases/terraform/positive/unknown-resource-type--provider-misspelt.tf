data "kubernets_namespace" "main" { # here
  metadata {
    name = "main"
  }
}
