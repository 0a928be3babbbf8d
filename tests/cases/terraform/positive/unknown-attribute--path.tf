locals {
  here = path.modul # here
}
