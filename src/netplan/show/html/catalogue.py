"""Every text of the page: key, English, Chinese.

Chinese terms are those of the national documents on computing networks: 时延圈, 光层, 网络层,
单向时延, 往返时延, 覆盖率.
"""

from __future__ import annotations

from typing import Final

from netplan.ground.texts.words import WORDS
from netplan.show.html.catalogue_states import STATES

__all__ = ["CATALOGUE"]

_WORDS = {
    "reason.": ("–", "–"),
    "reason.impossible": ("too far: light alone takes longer", "距离过远：仅光传播即超限"),
    "reason.latency": ("too slow", "时延超限"),
    "reason.loss": ("packets are lost", "丢包超限"),
    "reason.no_compute": ("no compute node that the target allows", "无符合目标的算力节点"),
    "reason.disconnected": ("the failure leaves no route", "故障后无可用路由"),
    "reason.overload": ("the servers are offered too much", "算力服务器过载"),
    "reason.not_measured": ("no samples of it are saved", "未保存其样本"),
    "reason.budget": ("too few independent packets in the budget", "预算内独立样本不足"),
    "component.equipment": ("optical equipment", "光层设备"),
    "component.processing": ("router processing", "节点处理"),
    "component.transmission": ("transmission", "发送（串行化）"),
    "role.access": ("access site", "接入节点"),
    "role.aggregation": ("aggregation node", "汇聚节点"),
    "role.core": ("core node", "核心节点"),
    "role.compute": ("compute centre", "算力中心"),
    "role.hub": ("national hub", "国家枢纽节点"),
    "role.transit": ("transit site", "中继站点"),
}

_VERDICTS = {
    "page.title": ("Latency verdicts: {scenario}", "时延评估报告：{scenario}"),
    "page.skip": ("Skip to the verdicts", "跳到评估结论"),
    "page.contents": ("Contents", "目录"),
    "page.kicker": ("Latency verdicts", "时延评估报告"),
    "page.no_script": (
        "Scripts are off: charts, the map and the list of all pairs are not shown. The verdicts, "
        "their causes and the other tables are complete.",
        "浏览器已禁用脚本：图表、地图与全部节点对列表不显示；评估结论、成因及其余表格完整。",
    ),
    "lead.all_met": (
        "All {n} targets are met in {year}.",
        "{year} 年全部 {n} 项目标均满足。",
    ),
    "lead.counts": (
        "In {year}, {met} of {n} targets are met, {missed} missed and {undecided} undecided.",
        "{year} 年共 {n} 项目标：{met} 项满足，{missed} 项未满足，{undecided} 项未判定。",
    ),
    "lead.breach": (
        "{target}: first missed in {year}.",
        "{target}：{year} 年起未满足。",
    ),
    "lead.doubt": (
        "{target}: undecided from {year} on.",
        "{target}：{year} 年起无法判定是否满足。",
    ),
    "promise": (
        "{statistic} {direction}, {layer}, below {limit} ms, {share}",
        "{statistic} {direction}，{layer}，小于 {limit} ms，{share}",
    ),
    "promise.all": ("for all {of}", "全部{of}"),
    "promise.share": ("for {share} of {of}", "{of}覆盖率不低于 {share}"),
    "section.verdicts": ("Verdicts", "评估结论"),
    "verdicts.caption": (
        "Outcome of each target in each year. Covered: the share that surely meets the limit.",
        "各目标逐年评估结论。覆盖率：确定满足时延要求的比例。",
    ),
    "verdicts.target": ("Target", "目标"),
    "verdicts.covered": ("{share} covered", "覆盖率 {share}"),
    "verdicts.worst": ("worst {value} ms", "最差 {value} ms"),
    "verdicts.worst_above": ("worst above {value} ms", "最差超过 {value} ms"),
    "verdicts.none": ("The scenario has no target.", "该方案未设目标。"),
    "section.years": ("Targets by year", "目标逐年走势"),
    "years.lead": (
        "Left: the share that surely meets the limit; a dashed line where less than all is asked. "
        "Right: the slowest pair as a share of the limit. Hover for values, click a name to hide.",
        "左图：确定满足时延要求的比例（要求低于 100 % 处为虚线）；右图：最慢节点对时延占限值的"
        "百分比。悬停查看数值，点击图例可隐藏。",
    ),
}

_CAUSES = {
    "section.causes": ("Causes and remedies", "成因与措施"),
    "causes.none": ("Every target is met in every year.", "各目标逐年均满足。"),
    "causes.years": ("Not met in {years}.", "{years} 年未满足或未判定。"),
    "causes.in_year": (
        "In {year}, {missed} of {n} pairs miss the limit and {undecided} are undecided.",
        "{year} 年，{n} 个节点对中 {missed} 个未满足，{undecided} 个未判定。",
    ),
    "causes.reasons": ("Reasons: {reasons}.", "原因：{reasons}。"),
    "causes.reason_count": ("{reason} ({n})", "{reason}（{n} 对）"),
    "causes.links_caption": (
        "Links to blame in {year}: the hop that costs each pair most; where packets are lost, the "
        "most loaded hop",
        "{year} 年主要责任链路：各节点对时延最大的一跳；丢包时为负荷最高的一跳",
    ),
    "causes.pairs_caption": (
        "The worst {shown} of {n} pairs not met in {year}",
        "{year} 年未满足要求的 {n} 个节点对中最差的 {shown} 个",
    ),
    "causes.budget": (
        "Mean latency budget of these pairs by component; the limit applies to the {statistic}, "
        "not to the mean.",
        "上述节点对的平均时延构成；限值针对 {statistic}，而非平均值。",
    ),
    "loss.found": ("loss {loss}", "丢包 {loss}"),
    "loss.open": ("loss {loss}, perhaps up to {most}", "丢包 {loss}，可能高达 {most}"),
    "causes.hop_facts": ("mean {cost} ms, offered {load}", "平均 {cost} ms，负荷 {load}"),
    "causes.hops": ("Hop by hop: the {n} pairs above", "逐跳构成：上述 {n} 个节点对"),
    "causes.hops_caption": (
        "{pair}: mean latency by hop and component [ms]; {length} km, {estimated} km estimated",
        "{pair}：逐跳平均时延构成（ms）；路由长 {length} km，其中估算 {estimated} km",
    ),
    "causes.more": (
        "{n} more pairs are in the list of all pairs.",
        "其余 {n} 个节点对见“全部节点对”列表。",
    ),
    "column.pair": ("Pair", "节点对"),
    "column.source": ("Source", "源"),
    "column.destination": ("Destination", "宿"),
    "column.outcome": ("Outcome", "结论"),
    "column.reason": ("Reason", "原因"),
    "column.estimate": ("Latency [ms]", "时延（ms）"),
    "column.interval": ("Confidence interval [ms]", "置信区间（ms）"),
    "column.floor": ("Floor [ms]", "传播下限（ms）"),
    "column.of_limit": ("Of the limit", "占限值"),
    "column.loss": ("Loss", "丢包率"),
    "column.packets": ("Packets", "报文数"),
    "column.length": ("Route [km]", "路由（km）"),
    "column.estimated": ("Estimated [km]", "估算（km）"),
    "column.blame": ("Hop to blame", "责任链路"),
    "column.remedies": ("Would cure it", "可行措施"),
    "column.link": ("Link", "链路"),
    "column.channel": ("Direction", "方向"),
    "column.pairs": ("Pairs", "节点对数"),
    "column.hop_cost": ("Mean [ms]", "平均时延（ms）"),
    "column.load": ("Busiest member, offered", "最忙成员负荷"),
    "column.hop": ("Hop", "跳"),
    "column.total": ("Total", "合计"),
}

_MAP = {
    "section.map": ("Map", "地图"),
    "map.lead": (
        "Links by the offered load of their busiest member, sites by role. Crosses mark the "
        "sources of pairs that miss the chosen target. Links that leave the picture say where to. "
        "In a failure state the loads shown are still those of the normal state.",
        "链路按最忙成员负荷着色，节点按类型标示；叉号为所选目标未满足节点对的源节点；"
        "图外链路标注去向。选择故障状态时，负荷仍为正常状态下的负荷。",
    ),
    "links.none": ("The results hold no link.", "结果中没有链路。"),
    "map.none": ("No site of these results has coordinates.", "结果中的节点均无坐标。"),
    "map.credit": (
        "Prefecture boundaries: Apache ECharts 4.9.0 (Apache License 2.0), simplified; schematic "
        "only. ECharts 5 removed this map. A product published in China must use a reviewed map "
        "and show its review number (审图号); this one has none.",
        "地市边界：Apache ECharts 4.9.0（Apache-2.0 许可），经简化，仅为示意。ECharts 5 已移除该"
        "地图。在中国公开使用的产品应采用经审核的地图并标注审图号；本图未经审核，无审图号。",
    ),
}

_PAIRS = {
    "section.pairs": ("Latency distributions, all pairs", "时延分布与全部节点对"),
    "pairs.lead": (
        "Choose pairs; the chart shows the slowest of them, the table all. Choose a pair in the "
        "table for its hops and remedies.",
        "筛选节点对：图中显示其中最慢者，表中列出全部；在表中选择一行可查看逐跳构成与措施。",
    ),
    "pairs.filters": ("Filters", "筛选"),
    "pairs.caption": (
        "Pairs that match the filters; the column headings sort",
        "符合筛选条件的节点对；点击表头排序",
    ),
    "filter.target": ("Target", "目标"),
    "filter.year": ("Year", "年份"),
    "filter.city": ("City", "城市"),
    "filter.outcome": ("Outcome", "结论"),
    "filter.text": ("Name contains", "名称包含"),
    "filter.scale": ("Chart", "图形"),
    "js.all": ("all", "全部"),
    "filter.cdf": ("share of packets within", "累积分布"),
    "filter.tail": ("share of packets above (tail)", "尾部分布"),
    "js.shown": (
        "{n} pairs match; {rows} are listed, {curves} drawn.",
        "符合条件 {n} 对；表中列出 {rows} 对，图中 {curves} 对。",
    ),
    "js.left_out": (
        " {n} pairs, fast ones first, are left out to keep the file small; pairs.csv has them.",
        "另有 {n} 对（先略去时延小者）为控制文件大小未收录，见 pairs.csv。",
    ),
    "js.more": ("Show {n} more", "再显示 {n} 对"),
    "js.within": ("share of packets that arrive within", "在该时延内到达的报文比例"),
    "js.above": ("share of packets that take longer", "时延更长的报文比例"),
    "js.latency": ("latency [ms]", "时延（ms）"),
    "js.limit": ("limit {limit} ms", "限值 {limit} ms"),
    "js.mean": ("mean latency [ms]", "平均时延（ms）"),
    "js.no_curve": (
        "None of these pairs has a measured distribution: they were decided without simulation.",
        "上述节点对均无实测分布：无需仿真即可判定。",
    ),
    "js.coverage": ("surely covered", "确定覆盖率"),
    "js.of_limit": ("slowest pair, share of the limit", "最慢节点对占限值"),
    "js.needed": ("needed", "要求"),
    "js.offered": ("offered load", "负荷"),
    "js.load_0": ("below 50 %", "低于 50 %"),
    "js.load_1": ("50 to 80 %", "50–80 %"),
    "js.load_2": ("80 to 100 %", "80–100 %"),
    "js.load_3": ("100 % and more", "100 % 及以上"),
    "js.schematic": ("schematic, not a reviewed map", "示意图，未经审核"),
    "js.boundaries": ("prefectures", "地市边界"),
    "js.missed_source": ("source of a missed pair", "未满足节点对的源"),
    "js.missed_pairs": ("{n} missed pairs", "{n} 个节点对未满足"),
    "js.people": ("{n} people", "人口 {n}"),
    "js.remedies": ("Would cure it, each alone", "可行措施（任一即可）"),
    "js.hops": ("Mean latency by hop and component [ms]", "逐跳平均时延构成（ms）"),
    "js.no_detail": (
        "The hops of this pair are left out to keep the file small; pairs.csv and results.json "
        "have them.",
        "为控制文件大小，未收录该节点对的逐跳数据；见 pairs.csv 与 results.json。",
    ),
    "js.choose": ("show hops of {pair}", "查看 {pair} 的逐跳构成"),
    "js.zoom": ("Zoom", "缩放"),
    "js.pan": ("Pan", "平移"),
    "js.zoom_in": ("Zoom in", "放大"),
    "js.zoom_out": ("Zoom out", "缩小"),
    "js.reset": ("Reset the view", "复位"),
    "js.picture": ("Save as a picture", "保存图片"),
}

_REST = {
    "section.links": ("Busiest links", "最忙链路"),
    "links.lead": (
        "In {year}, {full} of {n} directed links have a member that is offered 100 % or more, and "
        "{high} more one that is offered 80 % or more.",
        "{year} 年，{n} 条单向链路中有 {full} 条的某成员负荷达到或超过 100 %，另有 {high} 条达到"
        "或超过 80 %。",
    ),
    "links.caption": (
        "The {n} busiest of {of} directed links: offered load of the busiest member by year, loss "
        "and waiting in {year}",
        "{of} 条单向链路中最忙的 {n} 条：最忙成员逐年负荷，{year} 年丢包率与排队时延",
    ),
    "links.mean_wait": ("Mean wait [ms]", "平均排队（ms）"),
    "links.max_wait": ("Longest wait [ms]", "最长排队（ms）"),
    "section.lengths": ("Assumptions behind the lengths", "光缆长度的依据与假设"),
    "lengths.lead": (
        "Latency over distance is mostly the length of the cable. The table says how many "
        "kilometres stand behind each verdict, how many of them are estimates, and how wrong all "
        "estimates of a route would have to be, in the same direction, to change the outcome of "
        "the most sensitive pair (its estimated part scaled, everything else as it is).",
        "长途时延主要取决于光缆长度。下表列出每项结论所依据的光缆公里数、其中估算的公里数，"
        "以及一条路由的估算长度须同向偏差多少才会改变最敏感节点对的结论（仅按比例调整估算部分，"
        "其余不变）。",
    ),
    "lengths.caption": ("Kilometres of cable behind each verdict", "各项结论所依据的光缆公里数"),
    "lengths.year": ("Year", "年份"),
    "lengths.cable": ("Cable [km]", "光缆（km）"),
    "lengths.estimated": ("Estimated [km]", "估算（km）"),
    "lengths.share": ("Estimated share", "估算占比"),
    "lengths.turn": ("Error that changes a pair", "足以改变结论的偏差"),
    "lengths.longer": ("{share} longer: {pair}", "实际长 {share}：{pair}"),
    "lengths.shorter": ("{share} shorter: {pair}", "实际短 {share}：{pair}"),
    "lengths.never": ("no error below 200 %", "偏差 200 % 以内不变"),
    "lengths.note": (
        "Operators' routes, port rates and traffic are not public: what the input files assume is "
        "marked there, with the source of each length. A verdict is as good as they are.",
        "运营商的实际路由、端口速率与流量均未公开；输入文件中的假设均有标注，并注明各长度的来源。"
        "结论的可信度取决于这些输入。",
    ),
    "section.method": ("Method", "方法说明"),
    "method.run": ("This run", "本次运行"),
    "section.inputs": ("Inputs and versions", "输入与版本"),
    "inputs.caption": ("What this report was made from", "本报告的数据来源"),
    "inputs.item": ("Item", "项目"),
    "inputs.value": ("Value", "内容"),
    "inputs.scenario": ("Scenario", "方案"),
    "inputs.digest": ("SHA-256 of all input files", "全部输入文件的 SHA-256"),
    "inputs.file": ("SHA-256 of {file}", "{file} 的 SHA-256"),
    "inputs.version": ("netplan that simulated", "仿真所用 netplan 版本"),
    "inputs.reporter": ("netplan that wrote this page", "生成本页的 netplan 版本"),
    "inputs.engine": ("Engine", "仿真引擎"),
    "inputs.seed": ("Seed", "随机种子"),
    "inputs.charts": ("Charts", "图表"),
    "inputs.note": (
        "The same inputs, seed and versions give the same results, and the same results this same "
        "file, byte for byte: a second party can check both.",
        "相同的输入、随机种子与版本得到相同的结果；相同的结果逐字节得到相同的本文件，可由第三方复核。",
    ),
    "footer.names": (
        "Sites, populations and lengths come from the topology file. The files for Liaoning that "
        "netplan ships contain GeoNames data (CC BY 4.0) and figures of the 2020 census.",
        "站点、人口与长度均取自拓扑文件；netplan 附带的辽宁数据含 GeoNames 数据（CC BY 4.0）与"
        "第七次全国人口普查数据。",
    ),
    "footer.offline": (
        "This file is complete: it loads nothing from any network.",
        "本文件自成一体，不从任何网络加载内容。",
    ),
}

_METHOD = {
    "method.layers": (
        "Layers. Optical: propagation in the fibre and optical equipment. Network: optical, and "
        "processing in routers, transmission at the port's rate and queueing. Service: network, "
        "access to the site, and the compute server. The components of a packet add up to its "
        "delay exactly.",
        "层次。光层：光纤传播时延与光层设备时延；网络层：光层时延加路由器处理、端口发送（串行化）"
        "与排队时延；业务层：网络层时延加接入段与算力服务器时延。每个报文的各时延分量之和严格等于其总时延。",
    ),
    "method.direction": (
        "Directions. One way: from entry at the source to full reception at the destination "
        "(RFC 7679). Round trip: there and back, with a real reply on the return route (RFC 2681), "
        "never a doubled one-way delay.",
        "方向。单向时延：报文进入源节点至宿节点完整接收（RFC 7679）；往返时延：由真实应答报文沿回程"
        "路由测得（RFC 2681），并非单向时延的两倍。",
    ),
    "method.outcomes": (
        "Outcomes. A pair is met or missed only when its whole confidence interval lies on one "
        "side of the limit and rests on enough independent packets; otherwise more packets are "
        "simulated, up to a budget, and what is then still open is undecided, not met.",
        "结论。仅当置信区间整体位于限值一侧且独立样本充足时，节点对才判为满足或未满足；否则增加仿真"
        "报文，直至预算用尽，仍无法判断者记为“未判定”，不视为满足。",
    ),
    "method.floor": (
        "Floor. Propagation on the shortest route there is. Where it reaches the limit, the pair "
        "is missed before any simulation: no upgrade but a shorter route or faster fibre helps.",
        "传播下限。最短可用路由上的光传播时延。下限已达限值者无需仿真即判未满足：除缩短路由或改用"
        "更快光纤外，任何升级均无效。",
    ),
    "method.packets": (
        "Packets. Carried traffic loads the ports of every hop (store and forward, finite "
        "buffers); small Poisson probes measure every pair of a target, so that a pair with little "
        "traffic is judged as well as a busy one. Lost packets and packets still under way at the "
        "end are counted, never left out in silence.",
        "报文。业务流量逐跳加载端口（存储转发，缓存有限）；泊松探测报文测量目标所含的每个节点对，"
        "流量小的节点对与流量大的同样可判。丢失的报文与结束时仍在途的报文均予统计，不会被默默剔除。",
    ),
    "method.intervals": (
        "Confidence intervals. The beginning of every run is left out as warm-up. Intervals of "
        "percentiles come from batches of consecutive packets, whose delays depend on each other. "
        "The allowed error is spent over repeated looks (half of what is left each time) and over "
        "all pairs of a target (Holm's method).",
        "置信区间。每次运行剔除预热阶段；分位数的置信区间由连续报文分批得到，以反映时延之间的相关性。"
        "允许误差在多次判断之间逐次减半分配，并按 Holm 方法在目标的所有节点对之间分配。",
    ),
    "method.means": (
        "Budgets by component and by hop are means over packets. They add up to the mean delay, "
        "not to the percentile that is judged.",
        "按分量与按跳的时延构成为报文平均值，其和为平均时延，而非用于判定的分位数。",
    ),
}

_LONG_WORDS = {key: text for key, text in WORDS.items() if not key.startswith("short.")}

CATALOGUE: Final[dict[str, tuple[str, str]]] = (
    _LONG_WORDS | _WORDS | _VERDICTS | _CAUSES | _MAP | _PAIRS | _REST | _METHOD | STATES
)
"""Text in English and Chinese by key."""
