"""Texts of the sections on circles, failure states and servers: key, English, Chinese."""

from __future__ import annotations

from typing import Final

__all__ = ["STATES"]

_CIRCLES = {
    "section.circles": ("Latency circles", "时延圈"),
    "circles.lead": (
        "Who lies within 1, 5 and 20 ms of compute and of the national hubs, one way, by the "
        "routes of the network without traffic: propagation and equipment on the optical layer; "
        "routers and the sending of a full frame on top on the network layer.",
        "各算力中心与国家枢纽 1、5、20 ms 单向时延圈内的站点与人口，按无业务负荷时的路由计算："
        "光层含光纤传播与光层设备时延，网络层另加路由器处理与整帧发送时延。",
    ),
    "circles.none": (
        "The network has no compute node and no hub, or no site, to draw circles for.",
        "网络中没有可供计算时延圈的算力节点、枢纽或站点。",
    ),
    "circles.no_inputs": (
        "The results folder has no inputs.json, from which circles are computed.",
        "结果文件夹中没有计算时延圈所需的 inputs.json。",
    ),
    "circles.coverage": (
        "Share of the {sites} sites, and of the {people} people there, that have compute or a hub "
        "within each limit",
        "{sites} 个站点及其 {people}人口中，各限值内有算力或枢纽者的比例",
    ),
    "circles.within": ("{what} <\u00a0{limit}\u00a0ms", "{what} <\u00a0{limit}\u00a0ms"),
    "circles.layer": ("Layer", "层次"),
    "circles.nearest": ("Nearest", "最近"),
    "circles.sites": ("Sites", "站点"),
    "circles.people": ("People", "人口"),
    "circles.centres": (
        "Share of the people within the circles of every centre in {year}, optical layer",
        "{year} 年各中心时延圈内的人口比例（光层）",
    ),
    "circles.centre": ("Centre", "中心"),
    "circles.role": ("Kind", "类型"),
    "circles.who": (
        "Which cities and counties: the circles of each centre",
        "圈内城市与区县：逐个中心",
    ),
    "circles.summary": (
        "below {limit} ms: {people} people ({share}), {sites} sites",
        "小于 {limit} ms：人口 {people}（{share}），{sites} 个站点",
    ),
    "circles.nobody": ("nobody", "无"),
    "circles.cities": ("whole cities: {names}", "整个城市：{names}"),
    "circles.counties": ("parts of others: {names}", "其他城市的部分区县：{names}"),
    "centre.compute in the own city": ("compute in the own city", "本市算力"),
    "centre.any compute node": ("any compute node", "任一算力节点"),
    "centre.any hub": ("any national hub", "任一国家枢纽"),
}

_FAILURES = {
    "section.failures": ("Failure states", "故障状态"),
    "lead.normal": ("In the normal state: {lead}", "正常状态：{lead}"),
    "lead.failures": (
        "In failure states ({states}): {missed} verdicts missed, {undecided} undecided.",
        "故障状态（{states} 种）：{missed} 项结论未满足，{undecided} 项未判定。",
    ),
    "causes.none_normal": (
        "Every target is met in every year of the normal state.",
        "正常状态下各目标逐年均满足。",
    ),
    "failures.no_states": (
        "There are no failure states in this scenario.",
        "该方案未设故障状态。",
    ),
    "failures.no_target": (
        "The scenario has failure states, but no target must hold in them (holds_in).",
        "该方案设有故障状态，但没有目标要求在故障下满足（holds_in）。",
    ),
    "failures.lead": (
        "Failure states that were judged, those of each year counted: {states}. Of these, "
        "{breaking} break pairs that are not missed otherwise.",
        "共评估 {states} 种故障状态（逐年计）；其中 {breaking} 种使更多节点对未满足。",
    ),
    "failures.normal_only": (
        "Judged in the normal state only: {names}.",
        "仅在正常状态下评估：{names}。",
    ),
    "failures.targets": (
        "The worst failure state of each target and year",
        "各目标逐年的最差故障状态",
    ),
    "failures.year": ("Year", "年份"),
    "failures.counts": ("States met / missed / undecided", "满足 / 未满足 / 未判定的状态数"),
    "failures.worst": ("Worst state", "最差状态"),
    "failures.covered": ("Covered", "覆盖率"),
    "failures.ranked": (
        "The {n} worst of {of} states that break pairs; the column headings sort, by people too",
        "使节点对不再满足的 {of} 种状态中最差的 {n} 种；点击表头可按受影响人口等排序",
    ),
    "failures.state": ("State", "状态"),
    "failures.broken": ("Pairs broken", "不再满足的节点对"),
    "failures.open": ("Pairs undecided", "未判定的节点对"),
    "failures.people": ("People affected", "受影响人口"),
    "failures.by_target": ("Of which target", "所属目标"),
    "failures.down": ("What is down", "中断的链路"),
    "failures.target_count": ("{target}: {n}", "{target}：{n}"),
    "failures.nothing_breaks": (
        "No failure state breaks a pair.",
        "没有故障状态使节点对不再满足。",
    ),
    "failures.bases": (
        "What was simulated and what was not: pairs of all failure states by what decided them",
        "仿真与未仿真的部分：全部故障状态下的节点对，按判定依据",
    ),
    "basis.simulation": ("simulated", "仿真"),
    "basis.routes": ("by its routes", "按路由"),
    "basis.normal_state": ("as in the normal state", "同正常状态"),
    "basis.offered_load": ("by offered load", "按负荷"),
    "basis.closed_form": ("by closed form", "按解析公式"),
    "failures.why_not": (
        "Not simulated is what needs no simulation: no route is left, or light alone or the fixed "
        "delay of the detour reaches the limit (by its routes); the failure leaves the pair's "
        "routes alone and puts no more load on them (as in the normal state); on its way so much "
        "is offered that more than the loss limit must be lost (by offered load); a cautious "
        "closed form stays below the limit. Pairs that end at a failed node are not judged.",
        "无需仿真者不予仿真：无可用路由，或仅光传播、迂回路由的固定时延即达限值（按路由）；故障不改变"
        "该节点对的路由，也不增加其负荷（同正常状态）；途中负荷过高，丢包必超限值（按负荷）；保守的"
        "解析公式低于限值（按解析公式）。端点已故障的节点对不予评估。",
    ),
}

_SERVERS = {
    "section.servers": ("Compute servers", "算力服务器"),
    "servers.none": (
        "No request is served in this scenario: no compute node has servers that a demand asks.",
        "该方案中没有服务器处理请求：没有流量需求指向设有服务器的算力节点。",
    ),
    "servers.lead": (
        "Utilisation is the requests offered over those that the servers can serve; at 100 % or "
        "more, requests wait longer and longer. Waits are before service.",
        "利用率为请求数与服务器处理能力之比；达到或超过 100 % 时等待将无限增长。"
        "等待时间为服务开始前的等待。",
    ),
    "servers.caption": (
        "The {n} pools of servers: utilisation by year, the rest in the last year of each",
        "{n} 个服务器池：逐年利用率，其余为各自最后一年",
    ),
    "servers.node": ("Compute node", "算力节点"),
    "servers.servers": ("Servers", "服务器数"),
    "servers.requests": ("Requests [1/s]", "请求（个/s）"),
    "servers.mean": ("Mean wait [ms]", "平均等待（ms）"),
    "servers.longest": ("Longest wait [ms]", "最长等待（ms）"),
    "servers.predicted": ("Mean by closed form [ms]", "解析平均等待（ms）"),
}

_HOPS = {
    "hop.servers": ("servers at {node}", "{node} 的服务器"),
    "hop.last mile": ("last mile of {node}", "{node} 接入段"),
}

_FILTERS = {
    "filter.class": ("Class", "类别"),
    "filter.state": ("State", "状态"),
    "js.normal": ("normal", "正常"),
    "js.any_class": ("none (lowest priority)", "未指定（最低优先级）"),
    "js.in_state": (
        " In this state {n} of {judged} pairs are not met; only those are kept.",
        "该状态下 {judged} 个节点对中有 {n} 个未满足或未判定，结果只保留这些。",
    ),
    "js.no_curve_in_state": (
        "Distributions are kept for the normal state only.",
        "仅保留正常状态的时延分布。",
    ),
    "js.down": ("down in this state", "该状态下中断"),
}

STATES: Final[dict[str, tuple[str, str]]] = _CIRCLES | _FAILURES | _SERVERS | _HOPS | _FILTERS
"""Text in English and Chinese by key."""
