"""Sentences that results carry in English, said in the reader's language.

Results files are in English, so that they do not depend on who ran them. What a sentence looks like
is known from where it is made (`netplan.judge.judgement`, `netplan.judge.study`); one that is not
known stays as it is. Names of nodes and links stay in any case; those of targets stand in “” in
Chinese, so that whoever knows their Chinese names can put them there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netplan.ground.texts.language import Language

__all__ = ["in_language", "is_translated", "state_in_language"]

_CHINESE = (
    # remedies
    (r"more capacity on (\S+) \((\S+)% offered\)", r"扩容链路 \1（负荷 \2 %）"),
    (r"hollow-core fibre on the route", "该路由改用空芯光纤"),
    (r"a route of at most (\S+) km \(now (\S+)\)", r"路由缩短至 \1 km 以内（现为 \2 km）"),
    (
        r"a route of at most (\S+) km there and back \(now (\S+)\)",
        r"路由往返合计缩短至 \1 km 以内（现为 \2 km）",
    ),
    (r"an optical bypass of routers on the way", "途中设光层直达，绕过路由器"),
    (r"compute nearer to the source", "在更靠近源的位置部署算力"),
    (r"a compute node that the target allows", "增设符合目标要求的算力节点"),
    (r"a second way", "增设第二路由"),
    (r"more capacity on the detour", "扩容迂回路由"),
    (r"a shorter detour", "缩短迂回路由"),
    (
        r"more than (\S+) servers at (\S+) \(now (\S+)\), or faster ones",
        r"\2 的服务器应多于 \1 台（现为 \3 台），或改用更快的服务器",
    ),
    (r"more servers at (\S+) \(now (\S+)\)", r"增加 \1 的服务器（现为 \2 台）"),
    (r"faster servers at (\S+) \(now (\S+)\)", r"\1 改用更快的服务器（现为 \2 台）"),
    (r"requests to other compute nodes", "将请求分流至其他算力节点"),
    (r"a faster last mile", "改用更快的接入技术"),
    # notes
    (
        r"(\S+) packets in (\S+) s measured after (\S+) ms of warm-up each "
        r"\(longest route \+ 10 relaxation times\)",
        r"测量 \2 s 内的 \1 个报文，每次运行先预热 \3 ms（最长路由时延 + 10 倍弛豫时间）",
    ),
    (
        r"the ports that remember longest need (\S+) ms, more than the packets suffice for: "
        r"pairs over them stay open or are missed",
        r"弛豫最慢的端口需预热 \1 ms，超出报文预算："
        r"经过这些端口的节点对只能判为未满足或未判定",
    ),
    (
        r"segments change a delay by at most (\S+) µs, and by at most (\S+)% of a limit",
        r"分段发送对时延的影响不超过 \1 µs，且不超过限值的 \2 %",
    ),
    (
        r"only (\S+) of the longest burst cycles were covered, (\S+) are wanted: raise "
        r"simulation.packets.at_most",
        r"仅覆盖最长突发周期的 \1 个，应不少于 \2 个：请调高 simulation.packets.at_most",
    ),
    (
        r"(\S+) \((\S+)\): offered (\S+) of (\S+) Gbit/s \((\S+)%; busiest member (\S+)%\)",
        r"链路 \1（\2）：负荷 \3 Gbit/s，容量 \4 Gbit/s（\5 %；最忙成员 \6 %）",
    ),
    (
        r"largest demands: (.+) and (\d+) more",
        r"最大流量需求（Gbit/s）：\1，另有 \2 项",
    ),
    (r"largest demands: (.+)", r"最大流量需求（Gbit/s）：\1"),
    (
        r"closed forms agree with the simulation at (\d+) of (\d+) ports and for "
        r"(\d+) of (\d+) pairs, as far as sampling and approximation allow",
        r"在抽样误差与近似误差范围内，解析公式与仿真在 \1/\2 个端口、\3/\4 个节点对上一致",
    ),
    (
        r"closed forms agree with the simulation at (\d+) of (\d+) ports, as far as sampling and "
        r"approximation allow",
        r"在抽样误差与近似误差范围内，解析公式与仿真在 \1/\2 个端口上一致",
    ),
    (
        r"closed forms agree with the simulation for (\d+) of (\d+) pairs, as far as sampling and "
        r"approximation allow",
        r"在抽样误差与近似误差范围内，解析公式与仿真在 \1/\2 个节点对上一致",
    ),
    (
        r"servers at (\S+): offered (\S+) of (\S+) requests/s \((\S+)%\), so they wait longer "
        r"and longer",
        r"\1 的服务器：请求 \2 个/s，处理能力 \3 个/s（\4 %），等待将无限增长",
    ),
    (r"give it more servers", "请增加服务器"),
    (
        r"servers at (\S+): offered (\S+)% of what they can serve, more than "
        r"max_utilisation, (\S+)%",
        r"\1 的服务器：负荷为处理能力的 \2 %，超过 max_utilisation（\3 %）",
    ),
    (
        r"spans shorter than the great circle between their ends: (.+) and (\d+) more",
        r"短于两端大圆距离的光缆段：\1，另有 \2 条",
    ),
    (
        r"spans shorter than the great circle between their ends: (.+)",
        r"短于两端大圆距离的光缆段：\1",
    ),
    (r"check length_km and at", "请核对 length_km 与 at"),
    (r"ports that do not: (.+)", r"不一致的端口：\1"),
    (r"pairs that do not: (.+)", r"不一致的节点对：\1"),
    (
        r"closed forms: nothing to compare with \(no Poisson traffic, or too few packets\)",
        "解析公式：无可比对象（无泊松流量，或报文过少）",
    ),
    (r"offered more than (\S+)%: (.+)", r"负荷超过 \1 %：\2"),
    (r"waits there are long and vary much", "该处排队时延长且波动大"),
    (
        r"(.+): closed forms predict (\S+) within (\S+)% of (\S+) ms for (.+)",
        r"“\1”：解析公式预测 \2 与限值 \4 ms 相差不足 \3 %：\5",
    ),
    (
        r"(.+): (\d+) of (\d+) pairs were not measured this way \((.+?)(?: and (\d+) more)?\): "
        r"run the scenario with this target",
        r"“\1”：\3 个节点对中有 \2 个没有这样的样本（如 \4）：请用含此目标的方案重新运行",
    ),
    (
        r"failure states are not judged: their samples are not kept",
        "未评估故障状态：其样本未予保存",
    ),
    # what latency circles are made from
    (r"(\S+) of “(.+)”, upper bounds", r"“\2”的 \1 上界"),
    # why targets turn
    (
        r"(\d+) pairs? too far \((.+): light alone (\S+) ms\)",
        r"\1 个节点对距离过远（\2：仅光传播即需 \3 ms）",
    ),
    (r"(\d+) pairs? without compute \((.+)\)", r"\1 个节点对无算力节点（\2）"),
    (r"(\d+) pairs? cut off \((.+)\)", r"\1 个节点对中断（\2）"),
    (r"(\d+) pairs? overload the servers \((.+)\)", r"\1 个节点对使服务器过载（\2）"),
    (
        r"(\d+) pairs? loses? packets on (\S+) \((\S+)% offered\)",
        r"\1 个节点对在 \2 丢包（负荷 \3 %）",
    ),
    (
        r"(\d+) pairs? too slow on (\S+) \((\S+)% offered\)",
        r"\1 个节点对在 \2 时延超限（负荷 \3 %）",
    ),
    (r"(\d+) pairs? loses? packets \((.+)\)", r"\1 个节点对丢包（\2）"),
    (r"(\d+) pairs? too slow \((.+)\)", r"\1 个节点对时延超限（\2）"),
    (r"the scenario names (.+)", r"方案中提到了 \1"),
)
_FAILED = {"span": "光缆段", "link": "链路", "node": "节点", "risk group": "风险组"}
_STATES = {"normal": "正常状态", "worst of all failures": "各故障中最差"}
_BREAK = re.compile(r"; (?![^(]*\))")
"""Between the parts of a sentence, not inside brackets."""
_YEAR = re.compile(r"(\d{4}): (.*)", re.DOTALL)


def in_language(sentence: str, language: Language) -> str:
    """Return a sentence of a results document in a language.

    Examples
    --------
    >>> in_language("compute nearer to the source", "zh")
    '在更靠近源的位置部署算力'
    >>> in_language("2026: waits there are long and vary much", "zh")
    '2026 年：该处排队时延长且波动大'
    """
    if language == "en":
        return sentence
    year = _YEAR.fullmatch(sentence)
    if year is not None:
        return f"{year[1]} 年：{in_language(year[2], language)}"
    return "；".join(_chinese(part) or part for part in _BREAK.split(sentence))


def state_in_language(name: str, language: Language) -> str:
    """Return the name of a failure state in a language; a name that a user gave it stays.

    Examples
    --------
    >>> state_in_language("span a~b + risk group bridge", "zh")
    '光缆段 a~b + 风险组 bridge'
    """
    if language == "en":
        return name
    if name in _STATES:
        return _STATES[name]
    return " + ".join(map(_failed, name.split(" + ")))


def _failed(name: str) -> str:
    for english, chinese in _FAILED.items():
        if name.startswith(f"{english} "):
            return f"{chinese} {name.removeprefix(f'{english} ')}"
    return name


def is_translated(sentence: str) -> bool:
    """Whether every part of a sentence has a Chinese form."""
    year = _YEAR.fullmatch(sentence)
    text = sentence if year is None else year[2]
    return all(_chinese(part) is not None for part in _BREAK.split(text))


def _chinese(part: str) -> str | None:
    for pattern, chinese in _CHINESE:
        found = re.fullmatch(pattern, part)
        if found is not None:
            return found.expand(chinese)
    return None
