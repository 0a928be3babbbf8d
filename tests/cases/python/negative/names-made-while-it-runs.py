import sys

from google.protobuf.internal import builder as _builder

DESCRIPTOR = None
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
print(_REQUEST)

if sys.version_info[0] == 2:
    text = unicode
else:
    text = str
