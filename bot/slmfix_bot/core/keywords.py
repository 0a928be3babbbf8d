"""Keywords of the languages that have no module of their own; a repair may write them."""

from __future__ import annotations

_C = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
return short signed sizeof static struct switch typedef union unsigned void volatile while include define ifdef ifndef
endif null true false bool
""".split()
_CPP = """
class public private protected virtual override final template typename namespace using new delete this try catch throw
operator friend explicit constexpr noexcept nullptr std auto static_cast
""".split()
_JAVA = """
abstract assert boolean break byte case catch char class const continue default do double else enum extends final
finally float for if implements import instanceof int interface long native new null package private protected public
record return short static super switch synchronized this throw throws try var void volatile while true false string
""".split()
_JAVASCRIPT = """
async await break case catch class const constructor continue debugger default delete do else export extends false
finally for from function get if import in instanceof let new null of return set static super switch this throw true try
typeof undefined var void while with yield
""".split()
_TYPESCRIPT = """
abstract any as asserts bigint boolean declare enum implements infer interface is keyof namespace never number object
override private protected public readonly satisfies string symbol type unique unknown
""".split()
_GO = """
break case chan const continue default defer else fallthrough for func go goto if import interface map package range
return select struct switch type var nil true false string int error bool byte
""".split()
_RUST = """
as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub
ref return self static struct super trait true type unsafe use where while str bool string vec option some none ok err
""".split()
_PHP = """
abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty
endif endwhile extends final finally fn for foreach function global if implements include instanceof interface isset
match namespace new null or private protected public readonly require return static switch this throw trait true false
try unset use var while yield
""".split()
_RUBY = """
alias and begin break case class def defined do else elsif end ensure false for if in module next nil not or redo
require rescue retry return self super then true undef unless until when while yield
""".split()
_PROTOBUF = """
syntax edition import public weak package option message enum service rpc returns stream oneof map extend extensions
reserved optional required repeated group to max true false double float int32 int64 uint32 uint64 sint32 sint64
fixed32 fixed64 sfixed32 sfixed64 bool string bytes proto2 proto3
""".split()
_GRAPHQL = """
query mutation subscription fragment on type interface union enum input scalar schema directive extend implements
repeatable true false null int float string boolean id
""".split()
_JQ = "if then elif else end reduce foreach as def import include and or not try catch label true false null".split()
_PROMQL = "by without on ignoring group_left group_right offset bool and or unless start end".split()
_MAKE = "include define endef ifeq ifneq ifdef ifndef else endif export unexport override private undefine".split()
_CMAKE = """
if elseif else endif foreach endforeach while endwhile function endfunction macro endmacro block endblock set unset not
and or true false on off in lists items public private interface
""".split()

KEYWORDS = {
    "c": _C,
    "cpp": [*_C, *_CPP],
    "cmake": _CMAKE,
    "csharp": [*_JAVA, *"namespace using get set init base foreach in is out override readonly ref sealed".split()],
    "go": _GO,
    "graphql": _GRAPHQL,
    "java": _JAVA,
    "javascript": _JAVASCRIPT,
    "jq": _JQ,
    "kotlin": [*_JAVA, *"fun val when object companion data in is as override open sealed lateinit".split()],
    "make": _MAKE,
    "php": _PHP,
    "promql": _PROMQL,
    "protobuf": _PROTOBUF,
    "ruby": _RUBY,
    "rust": _RUST,
    "scala": [*_JAVA, *"def val object trait match lazy implicit override sealed with type".split()],
    "swift": [*_RUST, *"func var guard class protocol extension init deinit switch case import override nil".split()],
    "typescript": [*_JAVASCRIPT, *_TYPESCRIPT],
}
