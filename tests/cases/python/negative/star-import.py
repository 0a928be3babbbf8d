from os.path import *

print(join("a", _("b")))
