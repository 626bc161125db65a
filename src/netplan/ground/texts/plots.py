"""What pictures say: key, English, Chinese."""

from __future__ import annotations

from typing import Final

from netplan.ground.texts.words import WORDS

__all__ = ["PLOTS"]

PLOTS: Final[dict[str, tuple[str, str]]] = WORDS | {
    "quantity": ("{statistic} {way}", "{way} {statistic}"),
    "way": ("{direction}, {layer}", "{layer}{direction}"),
    "facts": (
        "{year}{state}: {outcome} · {quantity}, below {limit:g} ms\n"
        "{missed} of {count} pairs missed, {undecided} undecided · {covered} of {of} surely met, "
        "{needed} needed",
        "{year} 年{state}：{outcome} · {quantity}，小于 {limit:g} ms\n"
        "{count} 个节点对中 {missed} 个未满足，{undecided} 个未判定 · {of}确定覆盖率 {covered}，"
        "要求 {needed}",
    ),
    "state": (", {state}", "（{state}）"),
    "target": ("target {number}", "target {number}"),
    "no_compute_node": ("(no compute)", "（无算力）"),
    "limit": ("limit {limit:g} ms", "限值 {limit:g} ms"),
    "beyond_right": (", beyond the right edge", "（在右边界之外）"),
    "beyond_left": (", beyond the left edge", "（在左边界之外）"),
    "outcome_count": ("{outcome}: {count}", "{outcome}：{count}"),
    "latency": ("latency, {way} [ms]", "{way}（ms）"),
    "axis": ("{quantity} [ms]", "{quantity}（ms）"),
    "worst_pairs": ("the {count} worst pairs", "最差的 {count} 个节点对"),
    "not_drawn_one": (
        "not drawn: 1 pair that was missed without simulation",
        "未绘出：1 个无需仿真即未满足的节点对",
    ),
    "not_drawn": (
        "not drawn: {count} pairs that were missed without simulation",
        "未绘出：{count} 个无需仿真即未满足的节点对",
    ),
    "other_pair": ("1 other pair", "其余 1 个节点对"),
    "other_pairs": ("{count} other pairs", "其余 {count} 个节点对"),
    "next_pairs": ("the next {most} of {count} other pairs", "其余 {count} 个中的 {most} 个节点对"),
    "curve": ("{pair}: {value} ms, {outcome}", "{pair}：{value} ms，{outcome}"),
    "not_measured": ("no pair was measured", "没有实测的节点对"),
    "within": ("share of packets that arrive within [1]", "在该时延内到达的报文比例"),
    "above": ("share of packets that take longer [1]", "时延更长的报文比例"),
    "mean_component": ("mean {name}", "平均{name}"),
    "statistic": (
        "{statistic} with its confidence interval, {outcome}",
        "{statistic} 及其置信区间，{outcome}",
    ),
    "no_compute": ("no compute", "无算力"),
    "floor_of": ("floor {floor:.3f} ms", "下限 {floor:.3f} ms"),
    "floor_reached": ("floor", "下限超限"),
    "lost": (", {loss} lost", "，丢包 {loss}"),
    "lost_alone": ("{loss} lost", "丢包 {loss}"),
    "no_route": ("no pair has a route", "没有节点对有路由"),
    "since_source": (
        "mean latency since the source, {way} [ms]\n"
        "queueing: mean of all packets that the link carries",
        "自源节点起的平均时延，{way}（ms）\n排队：链路所载全部报文的平均值",
    ),
    "hop": ("{total:.3f} ms{queueing}; {load} used", "{total:.3f} ms{queueing}；负荷 {load}"),
    "of_it_queueing": (", {waiting} of it queueing", "，其中排队 {waiting}"),
    "not_missed": (
        "{quantity}, of pairs that are not missed [ms]",
        "未超限节点对的{quantity}（ms）",
    ),
    "to": ("to", "宿"),
    "from": ("from", "源"),
    "leads_to": ("to {names}", "至 {names}"),
    "link_used": ("link used {load}", "链路负荷 {load}"),
    "load.0": ("below 50 %", "低于 50 %"),
    "load.1": ("50 to 80 %", "50–80 %"),
    "load.2": ("80 to 100 %", "80–100 %"),
    "load.3": ("100 % and more", "100 % 及以上"),
    "node": ("{role} node", "{role}"),
    "role.access": ("access", "接入节点"),
    "role.aggregation": ("aggregation", "汇聚节点"),
    "role.core": ("core", "核心节点"),
    "role.compute": ("compute", "算力中心"),
    "role.hub": ("hub", "国家枢纽节点"),
    "role.transit": ("transit", "中继站点"),
    "longitude": ("longitude [°]", "经度（°）"),
    "latitude": ("latitude [°]", "纬度（°）"),
    "missed_source": ("source of a missed pair", "未满足节点对的源"),
    "floor_line": ("floor: light in the shortest fibre", "下限：最短光纤中的光传播时延"),
    "by_year": ("targets by year", "逐年目标"),
    "row": (
        "{statistic} {direction}, {layer}, below {limit:g} ms",
        "{layer}{direction} {statistic}，小于 {limit:g} ms",
    ),
    "covered": ("{covered} of {of} met", "{of}覆盖率 {covered}"),
    "worst": ("worst {value:.3g} ms", "最差 {value:.3g} ms"),
    "worst_over": ("worst over {value:.3g} ms", "最差超过 {value:.3g} ms"),
}
