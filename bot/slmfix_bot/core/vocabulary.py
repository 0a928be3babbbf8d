"""The words of a language itself: a repair may write them although the program does not mention them."""

from __future__ import annotations

import builtins
import keyword
import sys

from slmfix_bot.core.family import family_of
from slmfix_bot.core.keywords import KEYWORDS

_SQL = """
select from where and or not in is null like between exists case when then else end as on using join inner left right
full outer cross natural group by having order asc desc limit offset fetch first next rows only union all intersect
except distinct insert into values update set delete create table view index drop alter add column primary key foreign
references default unique check constraint if begin commit rollback with recursive over partition window cast integer
int bigint smallint real float double precision numeric decimal varchar char text date time timestamp interval boolean
true false count sum avg min max round abs coalesce nullif length lower upper trim ltrim rtrim substr substring replace
instr strftime date datetime julianday printf group_concat total ifnull iif extract year month day hour minute second
concat now current_date current_time current_timestamp collate nocase glob regexp ilike similar to returning top
row_number rank dense_rank ntile lag lead first_value last_value explain pragma escape filter to_char to_date
""".split()
_BASH = """
if then elif else fi for in do done while until case esac select function time coproc echo printf read test true false
exit return break continue shift set unset export local declare readonly typeset eval exec source trap cd pwd null dev
shopt extglob
""".split()
_JSON = "true false null".split()
_YAML = "true false null yes no".split()
_ANSIBLE = """
hosts tasks pre_tasks post_tasks handlers roles vars vars_files vars_prompt gather_facts become become_user
become_method when loop loop_control loop_var with_items with_dict register notify listen tags block rescue always
name args environment delegate_to run_once ignore_errors changed_when failed_when until retries delay no_log
check_mode async poll add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron
debconf debug deb822_repository dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent git
group group_by hostname import_playbook import_role import_tasks include_role include_tasks include_vars iptables
known_hosts lineinfile meta mount_facts package package_facts pause ping pip raw reboot replace rpm_key script service
service_facts set_fact set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile template
unarchive uri user validate_argument_spec wait_for wait_for_connection yum yum_repository ansible builtin item
""".split()
_TOML = "true false inf nan".split()
_VERILOG = """
module endmodule input output inout wire reg logic assign always always_ff always_comb posedge negedge begin end if else
case casez casex endcase default for generate endgenerate genvar integer parameter localparam function endfunction task
endtask initial signed unsigned int bit or always_latch final repeat while forever fork join unique priority typedef
enum struct packed package endpackage interface endinterface automatic
""".split()
_DOCKERFILE = """
add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume
workdir as root home description bin sh bash
""".split()
_WORKFLOW = """
on name jobs steps uses run with env if needs runs-on strategy matrix shell working-directory id outputs inputs secrets
permissions defaults concurrency container services timeout-minutes continue-on-error type string boolean number push
pull_request workflow_dispatch schedule cron branches ubuntu latest bash true false null github_output github_env
github_state github_path using composite main image job step pwsh sh python
""".split()
_PYTHON = [*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *sys.stdlib_module_names]
_TYPING = "List Dict Set Tuple Optional Union Any Callable Iterable Iterator Sequence Mapping TypeVar Generic".split()

_TERRAFORM = """
true false null var local module data each count self path terraform for in if else endif endfor string number bool any
list map set object tuple optional
""".split()

_WORDS = {
    **KEYWORDS,
    "terraform": _TERRAFORM,
    "sql": _SQL,
    "bash": _BASH,
    "sh": _BASH,
    "python": [*_PYTHON, *_TYPING],
    "json": _JSON,
    "yaml": _YAML,
    "ansible": [*_YAML, *_ANSIBLE],
    "toml": _TOML,
    "verilog": _VERILOG,
    "dockerfile": _DOCKERFILE,
    "workflow": [*_WORKFLOW, *(part for word in _WORKFLOW for part in word.split("-"))],
}
VOCABULARY = {language: frozenset(word.casefold() for word in words) for language, words in _WORDS.items()}


def vocabulary(language: str) -> frozenset[str]:
    """Case-folded keywords and built-in names; empty for a language that is not listed."""
    return VOCABULARY.get(language) or VOCABULARY.get(family_of(language), frozenset())
