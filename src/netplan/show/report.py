"""What a person reads: the verdict table and the reasons, within 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.texts.report import REPORT
from netplan.ground.units import KM, MS
from netplan.judge.verdict import LAST_MILE, SERVERS, Outcome, Reason, Verdict
from netplan.show.tables.columns import padded, right, wrapped
from netplan.show.tables.failures import failure_states
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.ground.texts import Language
    from netplan.judge.evaluation import Evaluation
    from netplan.judge.verdict import Hop, LinkUse, PairVerdict, PoolUse

__all__ = ["summary", "verdict_report"]

PAIRS_SHOWN = 3
LINKS_SHOWN = 5
STATES_SHOWN = 5


def verdict_report(evaluation: Evaluation, language: Language = "en") -> str:
    """Return the whole report as text: verdicts, failures, reasons, what is busiest, notes."""
    reader = Reader.of(evaluation.scenario, language, REPORT)
    names = dict.fromkeys(verdict.name for verdict in evaluation.verdicts)
    by_target = [[v for v in evaluation.verdicts if v.name == name] for name in names]
    failures = [[v for v in evaluation.failures if v.name == name] for name in names]
    blocks = [
        _heading(reader, evaluation),
        *(_verdict_table(reader, *found) for found in zip(by_target, failures, strict=True)),
        failure_states(reader, evaluation),
        *(_why(reader, verdicts) for verdicts in by_target),
        _next(reader, evaluation),
        _busiest(reader, evaluation.links),
        _busiest_servers(reader, evaluation.pools),
        _notes(reader, evaluation.notes),
        iter([summary(evaluation, language)]),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def summary(evaluation: Evaluation, language: Language = "en") -> str:
    """Return the result in one line."""
    reader = Reader.of(evaluation.scenario, language, REPORT)
    verdicts = (*evaluation.verdicts, *evaluation.failures)
    counts = reader.texts["comma"].join(_counts(reader, verdicts)) or reader.texts["no_target"]
    outcome = reader.texts.of("outcome", evaluation.outcome).upper()
    return reader.say("result", outcome=outcome, counts=counts)


def _counts(reader: Reader, verdicts: Sequence[Verdict]) -> Iterator[str]:
    for outcome in Outcome:
        count = sum(verdict.outcome is outcome for verdict in verdicts)
        if count:
            word = reader.texts.of("outcome", outcome)
            yield reader.say("count", count=count, outcome=word)


def _heading(reader: Reader, evaluation: Evaluation) -> Iterator[str]:
    yield from wrapped(reader.title(evaluation.scenario.name), indent=0)
    yield reader.say(
        "run", engine=evaluation.engine, seed=evaluation.seed, version=evaluation.version
    )


def _verdict_table(
    reader: Reader, verdicts: Sequence[Verdict], failures: Sequence[Verdict]
) -> Iterator[str]:
    """Show one target: what is promised, a row for each year, and how failures leave it."""
    first, texts = verdicts[0], reader.texts
    of = texts.of("of", first.of)
    share = (
        reader.say("share.all", of=of)
        if first.needed == 1
        else reader.say("share.part", share=100 * first.needed, of=of)
    )
    yield from wrapped(
        reader.say(
            "promise",
            name=reader.target(first.name),
            statistic=first.statistic,
            direction=texts.of("direction", first.direction),
            layer=_layer(reader, first),
            limit=first.limit / MS,
            share=share,
        ),
        indent=0,
    )
    yield _row(
        texts["head.year"],
        texts["head.verdict"],
        texts["head.covered"],
        texts["head.worst"],
        "ms",
        texts["head.why"],
    )
    for verdict in verdicts:
        yield _row(
            str(verdict.year),
            reader.outcome(verdict.outcome),
            f"{verdict.coverage:.1%}",
            *_worst(reader, verdict),
        )
    breach = next((v.year for v in verdicts if v.outcome is Outcome.MISSED), None)
    if breach is not None and len(verdicts) > 1:
        yield "  " + reader.say("first_missed", year=breach)
    yield from _in_failures(reader, failures)


def _layer(reader: Reader, verdict: Verdict) -> str:
    layer = reader.texts.of("layer", verdict.layer)
    if verdict.without is None:
        return layer
    without = reader.texts.of("component", verdict.without)
    return reader.say("without", layer=layer, component=without)


def _row(year: str, outcome: str, covered: str, pair: str, value: str, why: str) -> str:
    """Lay out a row of the verdict table."""
    return (
        f"  {padded(year, 6)}{padded(outcome, 11)}{right(covered, 8)}  {padded(pair, 30)}"
        f"{right(value, 9)}  {why}"
    )


def _worst(reader: Reader, verdict: Verdict) -> tuple[str, str, str]:
    """Return name, latency and reason of the worst pair."""
    worst = verdict.worst
    if worst is None:
        return "", "", ""
    return _pair(reader, worst), _value(worst), reader.texts[f"short.{worst.reason}"]


def _in_failures(reader: Reader, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Tell in how many failure states a target is met, and name the worst of the others."""
    if not verdicts:
        return
    counts = reader.texts["comma"].join(_counts(reader, verdicts))
    yield from wrapped(reader.say("failures", count=len(verdicts), counts=counts), indent=2)
    failing = [verdict for verdict in verdicts if verdict.outcome is not Outcome.MET]
    failing.sort(key=lambda verdict: (verdict.outcome is not Outcome.MISSED, verdict.coverage))
    for verdict in failing[:STATES_SHOWN]:
        pair, value, why = _worst(reader, verdict)
        yield from wrapped(
            reader.say(
                "failure",
                state=reader.state(verdict.state),
                year=verdict.year,
                outcome=reader.outcome(verdict.outcome),
                covered=verdict.coverage,
                pair=pair,
                value=value,
                why=why,
            )
        )
    if len(failing) > STATES_SHOWN:
        yield "    " + reader.say("more_states", count=len(failing) - STATES_SHOWN)


def _pair(reader: Reader, pair: PairVerdict) -> str:
    return reader.pair(pair.source, pair.target, reader.texts["nothing"])


def _value(pair: PairVerdict) -> str:
    if pair.estimate is not None:
        return f"{pair.estimate / MS:.3f}"
    return f">{pair.floor / MS:.3f}" if pair.floor is not None else "-"


def _why(reader: Reader, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Explain the pairs that are not met, in the last year of a target that is not met."""
    failing = [verdict for verdict in verdicts if verdict.outcome is not Outcome.MET]
    if not failing:
        return
    verdict = failing[-1]
    pairs = [pair for pair in verdict.pairs if pair.outcome is not Outcome.MET]
    pairs.sort(key=lambda pair: (pair.outcome is Outcome.MISSED, _size(pair)), reverse=True)
    yield from wrapped(
        reader.say(
            f"why.{_outcome_of(failing)}",
            name=reader.target(verdict.name),
            years=", ".join(str(verdict.year) for verdict in failing),
            year=verdict.year,
            count=len(pairs),
            of=len(verdict.pairs),
        ),
        indent=0,
    )
    for pair in pairs[:PAIRS_SHOWN]:
        yield from _explain(reader, pair)
    if len(pairs) > PAIRS_SHOWN:
        yield "  " + reader.say("more", count=len(pairs) - PAIRS_SHOWN)
    cable, estimated = verdict.cable
    if cable:
        yield from wrapped(reader.say("cable", cable=cable / KM, share=estimated / cable), indent=2)


def _outcome_of(failing: Sequence[Verdict]) -> Outcome:
    missed = any(verdict.outcome is Outcome.MISSED for verdict in failing)
    return Outcome.MISSED if missed else Outcome.UNDECIDED


def _next(reader: Reader, evaluation: Evaluation) -> Iterator[str]:
    """Say what may decide the pairs that are open, if there are any."""
    pairs = [pair for verdict in evaluation.verdicts for pair in verdict.pairs]
    if any(pair.reason is Reason.BUDGET for pair in pairs):
        is_full = any(use.busiest_member >= 1 for use in evaluation.links)
        said = [reader.texts["decide"], *([reader.texts["relieve"]] if is_full else [])]
        yield from wrapped(reader.texts["space"].join(said), indent=0)


def _size(pair: PairVerdict) -> float:
    return pair.estimate or pair.floor or 0.0


def _explain(reader: Reader, pair: PairVerdict) -> Iterator[str]:
    because = reader.texts[f"because.{pair.reason}"]
    told = reader.say("pair", pair=_pair(reader, pair), because=because, value=_interval(pair))
    yield from wrapped(told.rstrip(), indent=2)
    if pair.reason is Reason.BUDGET and round(pair.loss_high or 0.0, 4):
        yield from wrapped(reader.say("open_loss", loss=pair.loss, most=pair.loss_high))
    elif pair.loss:
        yield from wrapped(reader.say("loss", loss=pair.loss))
    if pair.components:
        split = reader.texts["comma"].join(
            f"{reader.texts.of('component', name)} {value / MS:.3f}"
            for name, value in pair.components.items()
        )
        yield from wrapped(reader.say("means", split=split))
    for key, hop in _worst_hops(pair):
        yield from wrapped(_hop(reader, pair, key, hop))
    if pair.remedies:
        cures = reader.texts["or"].join(map(reader.sentence, pair.remedies))
        yield from wrapped(reader.say("cure", cures=cures))


def _worst_hops(pair: PairVerdict) -> Iterator[tuple[str, Hop]]:
    """Yield the hop that costs most and, where packets are lost, the fullest one before it."""
    slowest, fullest = pair.slowest, pair.blame
    if slowest is None or fullest is None:
        return
    if len(pair.hops) == 1:
        yield "only_hop", slowest
    elif pair.reason is not Reason.LOSS:
        yield "slowest", slowest
    elif fullest is slowest:
        yield "fullest_and_slowest", slowest
    else:
        yield "fullest", fullest
        yield "slowest", slowest


def _interval(pair: PairVerdict) -> str:
    if pair.estimate is None:
        return f"{pair.floor / MS:.3f} ms" if pair.floor is not None else ""
    low = f"{(pair.low or 0.0) / MS:.3f}"
    high = f"{pair.high / MS:.3f}" if pair.high is not None else "∞"
    return f"{pair.estimate / MS:.3f} ms [{low}, {high}]"


def _hop(reader: Reader, pair: PairVerdict, key: str, hop: Hop) -> str:
    hops, link = len(pair.hops), f"{hop.link} ({hop.source}>{hop.target})"
    if hop.link in (SERVERS, LAST_MILE):
        link = reader.say(f"hop.{hop.link}", node=reader.node(hop.source))
    return reader.say(key, count=hops, link=link, cost=hop.total / MS, load=hop.utilisation)


def _busiest(reader: Reader, links: Sequence[LinkUse]) -> Iterator[str]:
    """List the busiest channels of the last year."""
    if not links:
        return
    year = max(use.year for use in links)
    of_year = [use for use in links if use.year == year]
    busiest = sorted(of_year, key=lambda use: -use.busiest_member)[:LINKS_SHOWN]
    yield reader.say("busiest", year=year)
    yield _link_row(
        reader.texts["head.link"],
        reader.texts["head.from"],
        reader.texts["head.offered"],
        reader.texts["head.lost"],
        reader.texts["head.wait"],
    )
    for use in busiest:
        yield _link_row(
            use.link,
            reader.node(use.source),
            f"{use.busiest_member:.0%}",
            f"{use.loss:.2%}" if use.loss is not None else "-",
            f"{use.mean_queueing / MS:.4f} ms" if use.mean_queueing is not None else "-",
        )


def _busiest_servers(reader: Reader, pools: Sequence[PoolUse]) -> Iterator[str]:
    """List the busiest servers of the last year."""
    year = max((use.year for use in pools), default=0)
    asked = [use for use in pools if use.year == year and use.requests]
    if not asked:
        return
    yield reader.say("servers", year=year)
    heads = ("node", "servers", "requests", "offered", "wait")
    yield _server_row(*(reader.texts[f"head.{head}"] for head in heads))
    for use in sorted(asked, key=lambda use: -use.utilisation)[:LINKS_SHOWN]:
        yield _server_row(
            reader.node(use.node),
            str(use.servers),
            f"{use.requests:,.0f}",
            f"{use.utilisation:.0%}",
            f"{use.mean_wait / MS:.4f} ms" if use.mean_wait is not None else "-",
        )


def _server_row(node: str, servers: str, requests: str, offered: str, wait: str) -> str:
    return (
        f"  {padded(node, 28)}{right(servers, 10)}{right(requests, 14)}{right(offered, 12)}"
        f"{right(wait, 14)}"
    )


def _link_row(link: str, source: str, offered: str, lost: str, wait: str) -> str:
    return (
        f"  {padded(link, 32)}{padded(source, 18)}{right(offered, 8)}{right(lost, 8)}"
        f"{right(wait, 12)}"
    )


def _notes(reader: Reader, notes: Sequence[str]) -> Iterator[str]:
    if notes:
        yield reader.texts["notes"]
        for note in notes:
            yield from wrapped(reader.sentence(note), indent=2)
