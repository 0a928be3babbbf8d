"""Sorts failing programs into the kinds of mistakes that language models make.

The category comes from the text, the language, and the validator's rule and message: by the rule where it says enough,
by the text (`category_syntax.py`) where the validator only says that it could not read on. Importable without torch.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from slmfix_bot.core.rules import SYNTAX_RULES
from slmfix_training.faults.category_syntax import syntax_category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

CATEGORIES: tuple[str, ...] = (
    "residue",
    "simulated-output",
    "truncation",
    "several-statements",
    "escapes",
    "dialect",
    "unclosed",
    "surplus-closer",
    "quotes",
    "separator",
    "keyword",
    "clause-order",
    "indentation",
    "jinja",
    "option-name",
    "option-value",
    "unknown-name",
    "module-name",
    "net-assignment",
    "redeclaration",
    "missing-import",
    "missing-argument",
    "placeholder",
    "misspelling",
    "other",
)

# The rules of all validators, by what the author of the program got wrong.
_RULES = {
    "unknown-name": """F822 F823 ambiguous-column not-a-value not-a-handler unknown-activity unknown-column
        unknown-context unknown-event unknown-function unknown-handler unknown-name unknown-property
        unknown-shell unknown-table
        unknown-type undefined-alias unknown-volume used-before-declaration selector-mismatch no-stage job-needs
        not-a-hierarchical-scope""",
    "module-name": "no-module unknown-kind unknown-module removed-api unknown-api-version two-modules",
    "net-assignment": "assign-to-net expression-not-assignable bad-procedural-assign",
    "redeclaration": """duplicate-declaration duplicate-definition duplicate-id duplicate-key duplicate-name
        duplicate-value port-decl-in-ansi-module redefinition redefinition-different-type
        redefinition-different-sym-kind F811""",
    "option-name": """unknown-key unknown-keyword unknown-option misplaced-key exclusive-options wrong-name two-loops
        free-text field-label invalid-primitive-port-conn superfluous-host-port no-loop""",
    "option-value": """wrong-type wrong-choice invalid-choice invalid-type invalid-arguments not-a-mapping not-a-list
        invalid-cron invalid-env-name invalid-id invalid-image invalid-name unknown-permission quoted-port
        relative-workdir expression events untrusted-input not-allowed-here matrix enum-value-overflow environment
        syntax-check workflow-call folder-needed json-array env-self-reference bad-concat-expression
        SC2170 SC2259 SC2260 SC2261""",
    "missing-argument": """call-arguments empty-value missing-argument missing-hosts missing-key missing-option
        missing-value wrong-arity body-param-no-initializer""",
    "missing-import": "missing-import",
    "jinja": "jinja unquoted-template delimiters-in-condition",
    "residue": "fence several-documents SC1128",
    "keyword": "SC1037 maintainer add-for-copy superfluous-sudo sudo-for-user sudo deprecated-command F632",
    "separator": "SC1035 SC1069 SC2067 blank-continuation trailing-comment",
    "quotes": "SC2145",
}
RULE_CATEGORY = {rule: category for category, rules in _RULES.items() for rule in rules.split()}
_IMPORTED = frozenset(
    """np pd plt sns tf nn torch numpy pandas scipy sklearn requests yaml List Dict Set Tuple Optional Union Any
    Callable Iterable Iterator Sequence Mapping Generator TypeVar NamedTuple dataclass field Enum defaultdict Counter
    deque OrderedDict namedtuple permutations combinations product chain groupby accumulate zip_longest reduce partial
    lru_cache cache wraps cmp_to_key sqrt ceil floor gcd log log2 log10 factorial isqrt pi inf heappush heappop heapify
    nlargest nsmallest bisect_left bisect_right insort datetime timedelta Path Decimal Fraction randint choice
    deepcopy md5 sha256 mean median ABC abstractmethod starmap islice ascii_lowercase ascii_uppercase ascii_letters
    digits punctuation""".split()
)
_FOREIGN_FUNCTIONS = frozenset(
    """year month day hour minute second quarter week weekday dayofweek dayofmonth concat concat_ws now curdate getdate
    dateadd datediff date_add date_sub date_format date_part date_trunc to_date to_char to_number timestampdiff
    timestampadd age extract nvl isnull ifnull isnumeric len charindex convert stddev stdev var variance if left right
    lpad rpad locate position substring_index regexp_replace regexp_like string_agg listagg array_agg json_arrayagg
    group_concat divide subtract multiply add greatest least truncate pow log10 div format datename datepart
    str_to_date to_days unix_timestamp from_unixtime last_day dayname monthname percentile_cont median mod any_value
    split_part strpos initcap repeat reverse space field find_in_set month_name trunc sysdate current_date_time try_cast
    safe_cast safe_divide to_timestamp make_date strftime julianday instr row_number rank dense_rank""".split()
)
_FILLER = re.compile(
    r"^(?:(?:your|my|the|some|any)_?)?(?:table|column|col|field|db|database|schema)_?(?:name|s|\d*)$|^\w*placeholder\w*$"
    r"|^your_\w+$|^<.*>$|^x{3,}$",
    re.IGNORECASE,
)


def categorise(program: Program, diagnostics: Sequence[Diagnostic]) -> str:
    """The category of a failing program, by its first diagnostic; one of `CATEGORIES`."""
    if not diagnostics:
        return "other"
    first = diagnostics[0]
    if first.rule in SYNTAX_RULES and first.rule not in RULE_CATEGORY:
        return syntax_category(program, first)
    category = RULE_CATEGORY.get(first.rule, "")
    if first.rule == "F821":
        return _undefined_in_python(first)
    if category == "unknown-name":
        return _wrong_name(program, first)
    if category in {"module-name", "option-name"} and _is_slip(first):
        return "misspelling"
    return category or _by_message(first.message)


def _name(diagnostic: Diagnostic) -> str:
    """The offending name without its qualifier."""
    if diagnostic.found:
        return diagnostic.found.rsplit(".", 1)[-1].strip("`\"'[]")
    quoted = re.search(r"[`'\"‘]([^`'\"’]+)[`'\"’]", diagnostic.message)
    return (quoted[1] if quoted else diagnostic.message.rsplit(" ", 1)[-1]).rsplit(".", 1)[-1]


def _undefined_in_python(diagnostic: Diagnostic) -> str:
    name = _name(diagnostic)
    if name in {"true", "false", "null", "undefined", "nil"}:
        return "dialect"
    if name in sys.stdlib_module_names or name in _IMPORTED:
        return "missing-import"
    return "misspelling" if _is_slip(diagnostic) else "unknown-name"


def _wrong_name(program: Program, diagnostic: Diagnostic) -> str:
    name = _name(diagnostic)
    if diagnostic.rule == "unknown-function" and program.language == "sql":
        return "dialect" if name.casefold() in _FOREIGN_FUNCTIONS else "unknown-name"
    if _FILLER.match(name):
        return "placeholder"
    return "misspelling" if _is_slip(diagnostic) else "unknown-name"


def _is_slip(diagnostic: Diagnostic) -> bool:
    """Whether the name is one slip of the fingers away from the nearest legal one. A plural is none: it is a guess."""
    if not diagnostic.expected or len(name := _name(diagnostic)) < 4:
        return False
    meant = diagnostic.expected[0].rsplit(".", 1)[-1]
    if name.casefold().rstrip("s") == meant.casefold().rstrip("s") or re.sub(r"\d", "", name) == re.sub(
        r"\d", "", meant
    ):
        return False
    return bool(_one_slip(name.casefold(), meant.casefold()))


def _one_slip(one: str, two: str) -> bool:
    """Whether one letter is missing, surplus, other, or two neighbours changed places."""
    if one == two or abs(len(one) - len(two)) > 1 or ("_" in one and "_" not in two):
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    left, right = one[start:], two[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:] and len(left) > 1
    return left[1:] == right or left == right[1:] or left[1:] == right[1:] or swapped


_MESSAGES = (
    (r"not defined|unknown|undefined|undeclared|no such", "unknown-name"),
    (r"duplicate|already|redefin", "redeclaration"),
    (r"missing|required|needs", "missing-argument"),
    (r"unexpected key|not a keyword|unsupported", "option-name"),
    (r"must be|expected|invalid|not a valid", "option-value"),
)


def _by_message(message: str) -> str:
    """For rules of validators that no table lists, such as the user's own."""
    return next((category for pattern, category in _MESSAGES if re.search(pattern, message, re.I)), "other")
