"""What the verdict report says: key, English, Chinese."""

from __future__ import annotations

from typing import Final

from netplan.ground.texts.words import WORDS

__all__ = ["REPORT"]

REPORT: Final[dict[str, tuple[str, str]]] = WORDS | {
    "run": (
        "engine {engine}, seed {seed}, netplan {version}",
        "仿真引擎 {engine}，随机种子 {seed}，netplan {version}",
    ),
    "promise": (
        "{name}: {statistic} {direction}, {layer}, < {limit:g} ms, {share}",
        "{name}：{layer}{direction} {statistic}，小于 {limit:g} ms，{share}",
    ),
    "share.all": ("all {of}", "全部{of}"),
    "share.part": ("{share:.4g} % of the {of}", "{of}覆盖率不低于 {share:.4g} %"),
    "head.year": ("year", "年份"),
    "head.verdict": ("verdict", "结论"),
    "head.covered": ("covered", "覆盖率"),
    "head.worst": ("worst pair", "最差节点对"),
    "head.why": ("why", "原因"),
    "because.": ("", ""),
    "because.impossible": ("too far: light alone needs", "距离过远，仅光传播即需 "),
    "because.latency": ("too slow:", "时延超限，"),
    "because.loss": ("packets are lost; delay", "丢包超限，时延 "),
    "because.no_compute": (
        "no compute node that the target allows",
        "没有目标所允许的算力节点",
    ),
    "because.disconnected": ("cut off, no route is left", "中断，无可用路由"),
    "because.not_measured": ("the saved samples hold none of it", "保存的样本中没有该节点对"),
    "because.overload": ("the servers are offered too much", "算力服务器过载"),
    "because.budget": ("too few independent packets in the budget:", "预算内独立样本不足，"),
    "nothing": ("(none)", "（无）"),
    "first_missed": ("first missed in {year}", "{year} 年起未满足"),
    "failures": ("in {count} failure states: {counts}", "{count} 种故障状态下：{counts}"),
    "failure": (
        "{year}, {state}: {outcome}, {covered:.1%} covered, worst {pair} {value} ms {why}",
        "{year} 年 {state}：{outcome}，覆盖率 {covered:.1%}，最差 {pair} {value} ms {why}",
    ),
    "more_states": ("and {count} more not met", "另有 {count} 种未满足或未判定"),
    "ranked": (
        "Failure states that break pairs: {count} of {of}, by pairs that are met without them",
        "使节点对不再满足的故障状态：{of} 种中 {count} 种，按正常时满足而此时未满足的对数排序",
    ),
    "head.state": ("state", "故障状态"),
    "head.pairs": ("pairs", "节点对"),
    "head.people": ("people", "涉及人口"),
    "more_ranked": ("and {count} more", "另有 {count} 种"),
    "bases": (
        "what decided the {count:,} pairs of all failure states: {counts}",
        "各故障状态共 {count:,} 个节点对的判定依据：{counts}",
    ),
    "basis.simulation": ("simulation {count:,}", "仿真 {count:,}"),
    "basis.routes": ("their routes {count:,}", "路由 {count:,}"),
    "basis.normal_state": ("unchanged from the normal state {count:,}", "与正常状态相同 {count:,}"),
    "basis.offered_load": ("offered load {count:,}", "负荷 {count:,}"),
    "basis.closed_form": ("a closed form {count:,}", "解析公式 {count:,}"),
    "why.missed": (
        "Why “{name}” is not met ({years}). In {year}, {count} of {of} pairs:",
        "“{name}”未满足的原因（{years} 年）。{year} 年 {of} 个节点对中 {count} 个未满足或未判定：",
    ),
    "why.undecided": (
        "Why “{name}” is undecided ({years}). In {year}, {count} of {of} pairs:",
        "“{name}”未判定的原因（{years} 年）。{year} 年 {of} 个节点对中 {count} 个未判定：",
    ),
    "pair": ("{pair}: {because} {value}", "{pair}：{because}{value}"),
    "loss": ("loss {loss:.2%}", "丢包率 {loss:.2%}"),
    "open_loss": (
        "loss {loss:.2%}, perhaps up to {most:.2%}",
        "丢包率 {loss:.2%}，可能高达 {most:.2%}",
    ),
    "means": ("mean ms: {split}", "平均时延构成（ms）：{split}"),
    "comma": (", ", "，"),
    "space": (" ", ""),
    "slowest": (
        "costs most of {count} hops: {link} with {cost:.3f} ms, offered {load:.0%}",
        "{count} 跳中时延最大：{link}，{cost:.3f} ms，负荷 {load:.0%}",
    ),
    "fullest": (
        "fullest of {count} hops: {link} with {cost:.3f} ms, offered {load:.0%}",
        "{count} 跳中负荷最高：{link}，{cost:.3f} ms，负荷 {load:.0%}",
    ),
    "fullest_and_slowest": (
        "fullest of {count} hops, and costs most: {link} with {cost:.3f} ms, offered {load:.0%}",
        "{count} 跳中负荷最高、时延最大：{link}，{cost:.3f} ms，负荷 {load:.0%}",
    ),
    "only_hop": (
        "the only hop: {link} with {cost:.3f} ms, offered {load:.0%}",
        "仅一跳：{link}，{cost:.3f} ms，负荷 {load:.0%}",
    ),
    "hop.servers": ("servers at {node}", "{node} 的服务器"),
    "hop.last mile": ("the last mile", "接入段"),
    "without": ("{layer} without {component}", "{layer}（不含{component}）"),
    "cure": ("would cure it: {cures}", "可行措施：{cures}"),
    "or": ("; or ", "；或"),
    "more": (
        "and {count} more (--out DIR or --json FILE has them all)",
        "另有 {count} 个（--out DIR 或 --json FILE 中有全部）",
    ),
    "decide": (
        "More packets may decide what is open: raise simulation.packets.at_most.",
        "未判定者可提高 simulation.packets.at_most 后再判。",
    ),
    "relieve": (
        "Relieve the full links first: they take most packets to measure.",
        "请先扩容满负荷链路：测量它们所需的报文最多。",
    ),
    "cable": (
        "{cable:,.0f} km of cable stand behind this verdict, {share:.0%} of them estimated",
        "该结论所依据的光缆共 {cable:,.0f} km，其中 {share:.0%} 为估算",
    ),
    "busiest": (
        "Busiest links in {year} (offered: busiest member; lost, mean wait: all)",
        "{year} 年最忙链路（负荷为最忙成员的；丢包率与排队为全部成员的）",
    ),
    "head.link": ("link", "链路"),
    "head.from": ("from", "起点"),
    "head.offered": ("offered", "负荷"),
    "head.lost": ("lost", "丢包率"),
    "head.wait": ("mean wait", "平均排队"),
    "servers": ("Busiest servers in {year}", "{year} 年最忙算力服务器"),
    "head.node": ("node", "节点"),
    "head.servers": ("servers", "服务器数"),
    "head.requests": ("requests/s", "请求数/s"),
    "notes": ("Notes", "说明"),
    "result": ("Result: {outcome} ({counts})", "总体结论：{outcome}（{counts}）"),
    "count": ("{count} {outcome}", "{outcome} {count} 项"),
    "no_target": ("no target", "未设目标"),
}
