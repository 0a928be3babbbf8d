"""Every method on every failing case. Whatever a method or a program does, the run goes on."""

from __future__ import annotations

import signal
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NoReturn

from benchmarks.quality.cases import even
from benchmarks.quality.measures import Judge, Record
from benchmarks.quality.methods import Attempt, Context, Method
from benchmarks.quality.registry import open_methods
from benchmarks.quality.remembering import Remembering

from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.quality.cases import Case

    from slmfix_bot.core.diagnostic import Validation

SECONDS = 120.0  # for one attempt, in addition to what the engine may take

Key = tuple[str, str]  # origin and group


@dataclass(kw_only=True)
class Result:
    """`counts` has for each origin and group how many cases failed, were accepted untouched or could not be judged;
    `titles` name the methods, `missing` says why one could not take part; `unmeasured` are cases that broke the
    measuring itself."""

    records: list[Record] = field(default_factory=list)
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    unmeasured: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Takes over what another process found."""
        self.records += other.records
        self.unmeasured += other.unmeasured
        self.titles |= other.titles
        self.missing |= other.missing
        for key, counts in other.counts.items():
            self.counts.setdefault(key, Counter()).update(counts)


class AttemptTimeout(Exception):
    """The time for one attempt is over."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises AttemptTimeout in the main thread when the time is up; a native call that hangs is not interrupted."""

    def stop(*_: object) -> NoReturn:
        msg = f"no answer after {seconds:g} s"
        raise AttemptTimeout(msg)

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def attempt(
    method: Method, case: Case, before: Validation, seconds: float = SECONDS
) -> tuple[Attempt | None, float, str | None]:
    """What the method made of the case, the milliseconds it took, and what it raised."""
    started = time.perf_counter()
    made, raised = None, None
    try:
        with time_limit(seconds):
            made = method.repair(case.program, before)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # panics of native libraries and SystemExit are no Exceptions
        raised = f"{type(error).__name__}: {error}"[:200]
    return made, 1000 * (time.perf_counter() - started), raised


def run_cases(
    cases: Sequence[Case],
    names: Sequence[str],
    context: Context,
    tell: Callable[[str, Result], None] | None = None,
) -> Result:
    """Group by group, so that an even sample of the failing cases can be taken for slow methods. `tell` hears after
    each group how far the run is and what it has."""
    shared = Remembering(context.validator)
    context = replace(context, validator=shared)
    methods, missing = open_methods(names, context)
    result = Result(missing=missing, titles={name: method.title for name, method in methods.items()})
    for key, members in _grouped(cases).items():
        started = time.monotonic()
        failing = _failing(members, context, result.counts.setdefault(key, Counter()))
        _measure(failing, methods, context, shared, result)
        if tell is not None:
            seconds = time.monotonic() - started
            tell(f"{key[0]} {key[1]}: {len(failing)} failing of {len(members)}, {seconds:.0f} s", result)
    return result


def _grouped(cases: Sequence[Case]) -> dict[Key, list[Case]]:
    groups: dict[Key, list[Case]] = {}
    for case in cases:
        groups.setdefault((case.origin, case.group), []).append(case)
    return groups


def _failing(cases: Sequence[Case], context: Context, counts: Counter[str]) -> list[tuple[Case, Validation]]:
    failing = []
    for case in cases:
        before = context.validator.validate(case.program)
        kind = "skipped" if before.skipped is not None else "failing" if before.errors else "untouched"
        counts[kind] += 1
        if kind == "failing":
            failing.append((case, before))
    return failing


def _measure(
    failing: Sequence[tuple[Case, Validation]],
    methods: dict[str, Method],
    context: Context,
    shared: Remembering,
    result: Result,
) -> None:
    samples = {
        name: {case.id for case, _ in even(failing, method.sample)}
        for name, method in methods.items()
        if failing and method.supports(failing[0][0].program)
    }
    timed = {case.id for case, _ in even(failing, context.times)}
    for case, before in failing:
        shared.shares = case.id not in timed
        try:
            with time_limit(SECONDS):
                judge = Judge(shared, case, before)
        except Exception as error:
            result.unmeasured.append(f"{case.id}: {type(error).__name__}")
            continue
        for name, chosen in samples.items():
            if case.id not in chosen:
                continue
            made, ms, raised = attempt(methods[name], case, before, SECONDS + context.seconds)
            try:
                with time_limit(SECONDS):
                    record = judge.record(name, made, None if shared.shares else ms, raised)
                result.records.append(record)
            except Exception as error:
                result.unmeasured.append(f"{case.id} by {name}: {type(error).__name__}")


def _run_group(cases: list[Case], names: list[str], settings: dict[str, Any]) -> Result:
    with ValidatorPool() as pool:
        return run_cases(cases, names, Context(validator=pool, **settings))


def run_parallel(
    cases: Sequence[Case],
    names: list[str],
    settings: dict[str, Any],
    jobs: int,
    tell: Callable[[str, Result], None] | None = None,
) -> Result:
    """The same in several processes, a language at a time in each. `settings` are the fields of Context, its validator
    aside. What a process had when it died is lost, and said to be."""
    result = Result()
    groups = _grouped(cases)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as executor:
        waiting = {executor.submit(_run_group, members, names, settings): key for key, members in groups.items()}
        for done in as_completed(waiting):
            origin, group = waiting[done]
            try:
                result.add(done.result())
            except Exception as error:
                result.unmeasured.append(f"all of {origin} {group}: {type(error).__name__}")
            if tell is not None:
                tell(f"{origin} {group}: {len(result.counts)} of {len(groups)} done", result)
    result.records.sort(key=lambda record: (record.origin, record.group))
    return result
