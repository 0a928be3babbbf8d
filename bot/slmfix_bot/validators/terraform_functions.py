"""The functions of the Terraform language and how many arguments they take."""

from __future__ import annotations

_BY_COUNT = {
    (0, None): "coalesce coalescelist concat max merge min range setproduct try",
    (0, 0): "plantimestamp timestamp uuid",
    (1, None): "cidrsubnets format formatlist join setintersection setunion",
    (1, 1): """abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename can
    ceil chomp cidrnetmask compact csvdecode dirname distinct ephemeralasnull file filebase64 filebase64sha256
    filebase64sha512 fileexists filemd5 filesha1 filesha256 filesha512 flatten floor issensitive jsondecode jsonencode
    keys length lower md5 nonsensitive one pathexpand reverse sensitive sha1 sha256 sha512 signum sort strrev sum title
    tobool tolist tomap tonumber toset tostring transpose trimspace upper urlencode values yamldecode yamlencode""",
    (1, 2): "bcrypt",
    (2, 3): "lookup",
    (2, 2): """chunklist cidrhost contains element endswith fileset formatdate indent index log parseint pow regex
    regexall rsadecrypt setsubtract split startswith strcontains templatefile templatestring textdecodebase64
    textencodebase64 timeadd timecmp trim trimprefix trimsuffix uuidv5 zipmap""",
    (3, 3): "cidrsubnet matchkeys replace slice substr",
}
FUNCTIONS = {name: count for count, names in _BY_COUNT.items() for name in names.split()}
# Functions of OpenTofu and of older versions, and what a type constraint looks like.
OTHERS = frozenset(
    """base64gunzip cidrcontains flipmap urldecode list map type issensitive defaults convert
    object set tuple optional""".split()
)
