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
    "missed_pair": ("missed pair ({count})", "未满足的节点对（{count} 个）"),
    "missed_pairs_worst": (
        "the {shown} worst of {count} missed pairs",
        "{count} 个未满足节点对中最差的 {shown} 个",
    ),
    "boundaries": (
        "prefectures: Apache ECharts 4.9.0, schematic, not a reviewed map: no review number",
        "地市边界：Apache ECharts 4.9.0，仅为示意，未经审核，无审图号",
    ),
    "link_down": ("link down", "中断的链路"),
    "node_down": ("node down", "失效的节点"),
    "cut_breaks": (
        "down in a failure that breaks the target ({broken} of {judged} failures)",
        "其中断将使目标不满足的链路（{judged} 种故障中的 {broken} 种）",
    ),
    "loads_of_normal": (
        "link loads are those of the normal state",
        "链路负荷为正常状态下的数值",
    ),
    "not_judged_in": (
        "down: {state}; verdict and loads are those of the normal state: not judged in this one",
        "故障：{state}；判定与链路负荷均为正常状态下的结果（未对该故障作判定）",
    ),
    "reach_of": ("Latency circles of {node}", "{node}的时延圈"),
    "reach_facts": (
        "{year} · {direction}, {layer}, empty network, along the routes\n"
        "share of the people at these sites: {shares}",
        "{year} 年 · {layer}{direction}，空载网络，沿路由计算\n站点人口覆盖率：{shares}",
    ),
    "list": (", ", "，"),
    "reach_share": ("below {limit:g} ms {share}", "小于 {limit:g} ms {share}"),
    "reach_below": ("sites below {high:g} ms: {count}", "小于 {high:g} ms：{count} 个站点"),
    "reach_between": (
        "sites at {low:g} to {high:g} ms: {count}",
        "{low:g}–{high:g} ms：{count} 个站点",
    ),
    "reach_beyond": (
        "sites at {low:g} ms or more: {count}",
        "{low:g} ms 及以上：{count} 个站点",
    ),
    "no_curve": (
        "no curve: the optical layer does not depend on load, and closed forms\n"
        "say nothing of maxima, of servers and last miles, and of bursty traffic",
        "无曲线：光层时延与负荷无关；解析公式不适用于最大值、\n算力与接入时延以及突发业务",
    ),
    "load_basis": (
        "closed forms: each port an M/G/1 queue with priorities, routes unchanged",
        "解析公式：各端口视为带优先级的 M/G/1 队列，路由不变",
    ),
    "load_closed_forms": (
        "closed forms, network of {year}",
        "解析公式，{year} 年网络",
    ),
    "load_factor": (
        "all demands together, as a multiple of those of {year} [1]",
        "总需求（以 {year} 年为 1）",
    ),
    "load_busiest": (
        "load of the busiest port on the way ({way}) in the network of {year}",
        "{year} 年网络中沿途最忙端口（{way}）的负荷",
    ),
    "load_knee": (
        "knee: load over latency is greatest, at {factor:.3g} × ({load} of the busiest port)",
        "拐点：负荷与时延之比最大，{factor:.3g} 倍（最忙端口 {load}）",
    ),
    "load_breaks": (
        "limit reached at {factor:.3g} × ({load} of the busiest port)",
        "达到限值：{factor:.3g} 倍（最忙端口 {load}）",
    ),
    "load_beyond": (
        "beyond the limit even without load",
        "无负荷时已超过限值",
    ),
    "load_full": (
        "more than the busiest port carries: packets are lost",
        "超过最忙端口的容量：发生丢包",
    ),
    "load_point": ("simulated, {outcome}", "仿真结果，{outcome}"),
    "difference_names": ("{year} · A: {one} · B: {two}", "{year} 年 · A：{one} · B：{two}"),
    "difference_basis": (
        "{confidence} interval of each pair by itself; pairs: {parts}",
        "各节点对单独的 {confidence} 置信区间；节点对：{parts}",
    ),
    "difference_paired": (
        "{count} from the same packets in both (common random numbers)",
        "{count} 个基于两者相同的报文（公共随机数）",
    ),
    "difference_independent": (
        "{count} as from independent runs, whose intervals are wider",
        "{count} 个按独立仿真处理，区间较宽",
    ),
    "difference_exact": (
        "{count} that are constants of the routes",
        "{count} 个为路由常量",
    ),
    "difference_points": (
        "{count} without interval, as one side did not measure them",
        "{count} 个无区间，因至少一方未实测",
    ),
    "difference_shown": (
        "the {shown} of {count} pairs that change their outcome or differ most",
        "{count} 个节点对中结论改变或差异最大的 {shown} 个",
    ),
    "difference_left": (
        "not drawn: {count} pairs without a latency in both",
        "未绘出：{count} 个未在两者中均有时延的节点对",
    ),
    "difference_axis": ("B − A of {quantity} [{unit}]", "{quantity}之差 B − A（{unit}）"),
    "difference_outcome": ("B: {outcome} ({count})", "B：{outcome}（{count}）"),
    "difference_unsure": ("interval holds 0, or too few packets", "区间含 0，或报文过少"),
    "no_difference": (
        "no pair has a latency in both results",
        "没有在两者中均有时延的节点对",
    ),
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
