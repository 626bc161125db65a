"""What the tables of the planning commands say: key, English, Chinese.

A text that counts something has two keys, ``.one`` and ``.many``.
"""

from __future__ import annotations

from typing import Final

from netplan.ground.texts.words import WORDS

__all__ = ["TABLES"]

_SHARED = {
    "comma": (", ", "，"),
    "semicolon": ("; ", "；"),
    "colon": (": ", "："),
    "year": ("{year}", "{year} 年"),
    "and_more": ("{named} and {count} more", "{named}，另有 {count} 个"),
    "pairs.one": ("{count} pair", "{count} 个节点对"),
    "pairs.many": ("{count} pairs", "{count} 个节点对"),
    "compute": ("compute", "算力节点"),
    "kind.node": ("node", "节点"),
    "kind.span": ("span", "光缆段"),
    "kind.link": ("link", "链路"),
    "kind.compute": ("compute", "算力节点"),
    "kind.demand": ("demand", "流量需求"),
    "kind.class": ("class", "流量类别"),
    "kind.growth": ("growth", "增长率"),
    "kind.target": ("target", "目标"),
    "kind.years": ("years", "年份"),
    "kind.routing": ("routing", "路由"),
    "kind.failures": ("failures", "故障"),
    "kind.simulation": ("simulation", "仿真"),
}

_CIRCLES = {
    "circles.coverage": (
        "Coverage: share of the {count} sites and of their people, {what}",
        "覆盖率：{count} 个站点及其人口中在圈内的比例，{what}",
    ),
    "circles.below": ("< {limit:g} ms", "< {limit:g} ms"),
    "circles.within": (
        "Circles in {when}: whole cities, sites and share of the people within",
        "{when}的时延圈：圈内的完整城市数、站点数与人口比例",
    ),
    "circles.outside": (
        "{limit:g} ms or farther from {centre} in {year} [ms]: {named}",
        "{year} 年距{centre} {limit:g} ms 及以上的站点（ms）：{named}",
    ),
    "circles.no_way": ("(no way)", "不通"),
    "centre.compute in the own city": ("compute in the own city", "本市算力节点"),
    "centre.any compute node": ("any compute node", "任一算力节点"),
    "centre.any hub": ("any hub", "任一国家枢纽"),
    "head.nearest": ("nearest", "最近"),
    "head.centre": ("centre", "中心"),
    "head.city": ("city", "城市"),
    "head.sites": ("sites", "站点"),
    "head.people": ("people", "人口"),
}

_CURES = {
    "cure.nothing": ("Nothing is missed in {when}.", "{when}没有未满足的节点对。"),
    "cure.missed": ("Missed in {when}: {pairs}", "{when}未满足：{pairs}"),
    "cure.missed_of": ("{target}: {count}", "{target}：{count} 个"),
    "cure.undecided": (
        "{pairs} undecided; not looked at (raise --packets)",
        "{pairs}未判定，未予分析（请调高 --packets）",
    ),
    "cure.cures": ("{number}. {what}: cures {pairs}", "{number}. {what}：可使 {pairs}满足"),
    "cure.breaks": ("but breaks {pairs}: {named}", "但会使 {pairs}不再满足：{named}"),
    "cure.simulated": (
        "simulated, the slowest of them: {counts}",
        "对其中最慢者的仿真结果：{counts}",
    ),
    "cure.count": ("{count} {outcome}", "{outcome} {count} 个"),
    "cure.of_target": ("{target} ({count}): {named}", "{target}（{count} 个）：{named}"),
    "cure.left_of": (
        "{target} ({count}), {why}: {named}",
        "{target}（{count} 个），{why}：{named}",
    ),
    "change.capacity": ("capacity on {subject}", "扩容链路 {subject}"),
    "change.servers": (
        "more servers at {subject}: {amount:g} more",
        "{subject} 增加 {amount:g} 台服务器",
    ),
    "change.bypass": ("a link over existing cable, {subject}", "利用现有光缆新增链路 {subject}"),
    "change.compute": ("a compute node, {subject}", "新增算力节点 {subject}"),
    "change.hollow core": (
        "hollow-core fibre on {subject}, {amount:g} km",
        "光缆段 {subject} 改用空芯光纤，{amount:g} km",
    ),
    "change.cable": ("a new cable, {subject}, {amount:g} km", "新建光缆 {subject}，{amount:g} km"),
    "members.one": (
        "{what}: {count:g} more member, {all} in all",
        "{what}：增加 {count:g} 个成员，共 {all} 个",
    ),
    "members.many": (
        "{what}: {count:g} more members, {all} in all",
        "{what}：增加 {count:g} 个成员，共 {all} 个",
    ),
    "cure.members": ("{link} ({members} members)", "{link}（{members} 个成员）"),
    "cure.several": (
        "No single change cures {pairs} more, but capacity on several links together does: {links}",
        "另有 {pairs}无法靠单项措施满足，但同时扩容多条链路即可：{links}",
    ),
    "cure.kept_together": (
        "All of this together, as simulated, also cures {pairs}:",
        "经仿真验证，以上措施合在一起还可满足 {pairs}：",
    ),
    "cure.left": ("No single change cures {pairs}:", "以下 {pairs}无法靠单项措施满足："),
    "cure.spared": (
        "Left missed, since the coverage of their target is reached: {pairs}",
        "目标的覆盖率已达要求，可不处理：{pairs}",
    ),
    "cure.also_full": (
        "Offered more than they carry, though no missed pair goes over them: {links}",
        "以下链路负荷超过容量，但未满足的节点对均不经过：{links}",
    ),
    "cure.load": ("{link} ({load:.0%})", "{link}（{load:.0%}）"),
    "cure.together": ("With everything above built:", "以上各项全部建成后："),
    "cure.not_simulated": ("not simulated", "未经仿真"),
    "cure.in_failures": (
        "Failure states are not looked at here; --state looks at one, as run names them.",
        "此处未分析故障状态；可用 --state 指定一种（名称见 run 的输出）。",
    ),
    "cure.paste": ("To paste into the scenario:", "可粘贴到方案文件中的内容："),
    "cure.append": (
        "To append to the expansion in {file}, line {line}:",
        "可追加到 {file} 第 {line} 行 expansion 的内容：",
    ),
    "left.cut_off": ("no way is left", "无可用路由"),
    "left.no_compute": (
        "no compute node that the target allows",
        "没有目标所允许的算力节点",
    ),
    "left.too_full": ("too full: {links}", "负荷过高：{links}"),
    "left.full": (
        "{link} is too full, or its flows are too large",
        "{link} 负荷过高，或其单流速率过大",
    ),
    "left.far": ("too far", "距离过远"),
}

_DATES = {
    "dates.planned": ("As planned", "按计划建设"),
    "dates.without": ("If nothing is built", "若不建设"),
    "dates.turn": ("{year}: {why}", "{year} 年：{why}"),
    "dates.steps": (
        "By when the steps are needed (-: by no target, if the others are built)",
        "各项建设的需要时间（-：其他各项建成时，没有目标需要它）",
    ),
    "head.built": ("built", "建成"),
    "head.needed": ("needed", "需要"),
    "head.step": ("step", "建设内容"),
    "dates.open": ("open", "未定"),
    "dates.with_it": (
        "{step} (and {count} that build on it)",
        "{step}（及依赖它的 {count} 项）",
    ),
    "dates.needed_for": ("{targets}: {why}", "{targets}：{why}"),
    "step.name": ("{name}: {what}", "{name}：{what}"),
    "step.set": ("{subject}: {values}", "{subject}：{values}"),
    "step.new": ("new {kind} {id}", "新增{kind} {id}"),
    "dates.spare": (
        "Of the {of} steps marked -, {count} can be left out all at once:",
        "标为 - 的 {of} 项中，有 {count} 项可同时不建：",
    ),
    "dates.stand_in": (
        "The others stand in for each other. Without any of them:",
        "其余各项可互相替代。若全部不建：",
    ),
    "dates.missed": ("{year}, {target}: {why}", "{year} 年，{target}：{why}"),
    "dates.in_state": ("{state}: {why}", "{state}：{why}"),
    "dates.failures": (
        "{year}, {target}: missed in {missed} of {count} failure states",
        "{year} 年，{target}：{count} 种故障状态中有 {missed} 种不达标",
    ),
    "dates.undecided": (
        "; {count} undecided within the packets allowed ({names})",
        "；{count} 种在报文预算内未能判定（{names}）",
    ),
    "dates.not_simulated": (
        "; {count} left open by closed forms and not simulated ({names})",
        "；{count} 种解析公式未能判定且未作仿真（{names}）",
    ),
}

_COMPARISON = {
    "comparison.same_inputs": ("Inputs: the same", "输入：相同"),
    "comparison.inputs": ("Inputs", "输入"),
    "comparison.more": (
        "and {count} more (--json FILE writes them all)",
        "另有 {count} 项（用 --json FILE 可全部写出）",
    ),
    "comparison.change": ("{subject}{years}: {what}", "{subject}{years}：{what}"),
    "comparison.years": (" ({years})", "（{years}）"),
    "comparison.added": ("only in B", "仅 B 有"),
    "comparison.removed": ("only in A", "仅 A 有"),
    "comparison.none": ("none", "无"),
    "comparison.demands": (
        "{count:.0f} demands of class {name} ({year}): {before:,.6g} -> {after:,.6g} Gbit/s in all",
        "{year} 年 {name} 类流量需求 {count:.0f} 项：合计 {before:,.6g} -> {after:,.6g} Gbit/s",
    ),
    "comparison.demands_moved": (
        "{count:.0f} demands of class {name} ({year}) moved or shared out anew, still "
        "{after:,.6g} Gbit/s in all",
        "{year} 年 {name} 类流量需求 {count:.0f} 项改变去向或分摊，合计仍为 {after:,.6g} Gbit/s",
    ),
    "comparison.verdicts": (
        "Verdicts: {count} differ, {same} are the same",
        "结论：{count} 项不同，{same} 项相同",
    ),
    "comparison.outcomes": ("{before} -> {after}", "{before}变为{after}"),
    "comparison.flip": ("{where}: {before} -> {after}", "{where}：{before} -> {after}"),
    "comparison.flips": (
        "{where}: {pairs} {outcomes}: {named}",
        "{where}：{pairs}由{outcomes}：{named}",
    ),
    "comparison.cause": ("{outcomes} ({side}: {reason})", "{outcomes}（{side}：{reason}）"),
    "comparison.cause_on": (
        "{outcomes} ({side}: {reason}; {link}, {load:.0%} offered)",
        "{outcomes}（{side}：{reason}；{link}，负荷 {load:.0%}）",
    ),
    "comparison.where": ("{target}, {year}", "{target}，{year} 年"),
    "comparison.where_failed": ("{target}, {year} {state}", "{target}，{year} 年 {state}"),
    "comparison.differences": (
        "{target}, {year}: {statistic} of B less that of A, with intervals of {confidence:.0%} for "
        "each pair",
        "{target}，{year} 年：B 与 A 的 {statistic} 之差，各节点对的置信度为 {confidence:.0%}",
    ),
    "comparison.faster": (
        "{faster} pairs faster in B, {slower} slower, {rest} not surely different",
        "B 中 {faster} 个节点对更快，{slower} 个更慢，{rest} 个无确定差异",
    ),
    "comparison.unpaired": ("unpaired", "未配对"),
    "comparison.unpaired_why": (
        "unpaired: the saved runs did not meet the same packets; compare the scenario files "
        "for narrower intervals",
        "未配对：两次保存的运行所遇报文不同；直接比较方案文件可得到更窄的区间",
    ),
}

_FORECAST = {
    "head.round": ("first round", "首轮"),
    "head.runs": ("runs", "运行"),
    "head.streams": ("streams", "测量流"),
    "head.packets": ("packets", "报文"),
    "head.hops": ("packet-hops", "报文跳数"),
    "forecast.decided": (
        "{count} of the years need no simulation",
        "有 {count} 个年份无需仿真",
    ),
    "forecast.states": (
        "{count} failure states; what their routes and loads do not decide is simulated on top",
        "共 {count} 种故障状态；其路由与负荷不能判定的部分另行仿真",
    ),
    "forecast.time": (
        "about {first} for the first round, at most {most} if all packet budgets are spent",
        "首轮约需 {first}；若用尽全部报文预算，最多 {most}",
    ),
    "forecast.assumed": (
        "Assumed: {rate:g} million packet-hops a second and core ({engine} engine, drawing and "
        "recording included), {workers} at a time; about {memory:,.0f} MB of memory",
        "假设：每核每秒 {rate:g} 百万报文跳（{engine} 引擎，含流量生成与记录），同时运行 "
        "{workers} 个；内存约 {memory:,.0f} MB",
    ),
    "duration.s": ("{value:.0f} s", "{value:.0f} 秒"),
    "duration.min": ("{value:.0f} min", "{value:.0f} 分钟"),
    "duration.h": ("{value:.1f} h", "{value:.1f} 小时"),
}

TABLES: Final[dict[str, tuple[str, str]]] = (
    WORDS | _SHARED | _CIRCLES | _CURES | _DATES | _COMPARISON | _FORECAST
)
