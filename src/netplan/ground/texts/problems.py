"""What is wrong with an input, said in Chinese.

The loader makes its messages in English, of parts: what must be there, what was found, what to do.
Here each part is known by its shape, and so are the phrases inside of it. A part that is not known
stays in English.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netplan.ground.errors import Problem
    from netplan.ground.texts.language import Language

__all__ = ["is_translated", "message_in_language", "problem_in_language"]

_MESSAGES = (
    # keys
    (r"unknown key", "未知的键"),
    (r"known here: (.+)", r"此处可用：\1"),
    (r"the unit is part of the key", "单位是键名的一部分"),
    (r"did you mean (.+) \[(.+)\]\?", r"是否应为 \1（单位 \2）？"),
    (r"did you mean (.+)\?", r"是否应为 \1？"),
    (r"missing", "缺少此键"),
    (r"give (one of .+|an? .+) \((.+)\)", r"请给出\1"),
    (r"give (one of .+|an? .+)", r"请给出\1"),
    (r"give the capacity of one member in Gbit/s", "请给出单个成员端口的容量（Gbit/s）"),
    (r"give the path of a topology file", "请给出拓扑文件的路径"),
    (r"give it in km, or coordinates \(at\) to (.+)", r"请以 km 给出，或为 \1 给出坐标（at）"),
    (
        r"give the delay of this (\w+) node in µs, or for the role in (\S+)",
        r"请以 µs 给出该 \1 节点的处理时延，或在 \2 中按类型给出",
    ),
    (r"begin the file with (.+)", r"文件须以 \1 开头"),
    (r"rates are for (\d+) and (\d+) is asked for", r"流量为 \1 年的，而方案要求 \2 年"),
    (r"give a rate, or 0", "请给出年增长率，或写 0"),
    (r"every row needs an id", "每行都需要 id"),
    (r"written twice", "重复书写"),
    (r"first at (\S+)", r"首次出现于 \1"),
    (r"keep one", "请保留一处"),
    (r"(.+) stands twice", r"\1 出现两次"),
    # values
    (r"must be (greater than|at least|less than|at most) (.+), got (.+)", r"应\1 \2，实为\3"),
    (r"must be (.+), got (.+)", r"应为\1，实为\2"),
    (r"must not be empty", "不得为空"),
    (r"give at least one entry, or leave the key out", "请至少给出一项，或省略此键"),
    (r"put it in quotes if it is a name", "若为名称，请加引号"),
    (r"the unit is (.+)", r"单位为 \1"),
    (r"it is a fraction: (\S+) % is (\S+)", r"此处为比例：\1 % 即 \2"),
    (r"latitude comes first, then longitude", "先写纬度，后写经度"),
    (r"must differ from the source, (.+)", r"不得与源 \1 相同"),
    (
        r"must not be after the first of the years, (\d+), got (\d+)",
        r"不得晚于首个年份 \1，实为 \2",
    ),
    (r"(\d+) stands after (\d+)", r"\1 排在 \2 之后"),
    (r"put the years in order", "请按顺序书写年份"),
    (
        r"a name has 1 to 80 characters, no white space and none of > / , ;",
        "名称为 1 至 80 个字符，不含空白及 > / , ;",
    ),
    (
        r"none of > / , ;, got (.+)",
        r"不含 > / , ;，实为\1",
    ),
    (r"give exactly one of (.+) or (\w+), not (.+)", r"\1, \2 须且仅须给出其一，现为\3"),
    # names
    (r"unknown (.+?) ('.*')", r"未知的\1 \2"),
    (r"there is (.+) and (\d+) more", r"现有：\1，另有 \2 个"),
    (r"there (?:is|are) (.+)", r"现有：\1"),
    (r"(.+) is a transit site, without a router", r"\1 为中继站点，没有路由器"),
    (r"end the link at a router", "链路两端须为路由器节点"),
    (r"name another node", "请改用其他节点"),
    (r"its link ('.+') has (\d+) characters, over (\d+)", r"其链路 \1 有 \2 个字符，超过 \3"),
    (r"shorten it", "请缩短"),
    (r"connect a router", "请连接路由器节点"),
    (r"both ends are (.+)", r"两端同为 \1"),
    (r"name two different nodes", "请给出两个不同的节点"),
    (r"(\w+) (.+) exists only from (\d+) on", r"\1 \2 自 \3 年起才存在"),
    (r"there is a (\w+) (.+) already", r"\1 \2 已存在"),
    (r"change it with set, or rename it", "请用 set 修改，或改名"),
    (r"rename (?:it|one)", "请改名"),
    (
        r"(.+) stands for several, which a gravity demand takes",
        r"\1 代表多个节点，仅用于 gravity 流量",
    ),
    (r"name one node here", "此处须为单个节点"),
    (r"another target is called (.+)", r"另有目标名为 \1"),
    (
        r"a node may not have this name, which stands for (.+)",
        r"节点不得使用此名称，它代表\1",
    ),
    (
        r"a span has no members to set",
        "光缆段没有可设置的 members",
    ),
    (r"it has (.+)", r"可设置：\1"),
    # the network
    (r"selects no pair", "未选中任何节点对"),
    (r"name roles or nodes that the topology has", "请使用拓扑中已有的类型或节点名称"),
    (r"no route for (\d+) of (\d+) pairs: (.+)", r"\2 个节点对中 \1 个无路由：\3"),
    (r"add links", "请增加链路"),
    (r"demand (\S+): no route from (\S+) to (\S+)", r"流量 \1：从 \2 到 \3 无路由"),
    (r"connect them with links, or leave the demand out", "请用链路连通，或删除该流量"),
    (r"no compute node can be reached from (.+)", r"从 \1 无法到达任何算力节点"),
    (r"connect them, or leave them out", "请连通，或删去"),
    # servers and last miles
    (
        r"servers stand at nodes of role compute, and this is (\w+)",
        r"服务器只设在 compute 类型的节点，而此节点为 \1",
    ),
    (r"add a compute node for them", "请为其增设 compute 节点"),
    (
        r"a request is one packet: leave segment_bytes out, or requests",
        "一个请求即一个报文：请省略 segment_bytes 或 requests",
    ),
    (r"class (\S+) needs no servers", r"业务类别 \1 不需要服务器"),
    (r"class (\S+) is not served", r"业务类别 \1 不由服务器处理"),
    (r"give it requests: true", "请设 requests: true"),
    (r"give it requests: true, or probe", "请设 requests: true，或改用探测"),
    (r"no demand sends requests to available_compute", "没有流量将请求发往 available_compute"),
    (r"name compute nodes, or add one", "请指定算力节点，或添加此类流量"),
    (r"must be (\w+) with measure: carried", r"在 measure: carried 时应为 \1"),
    (r"requests come back", "请求会返回应答"),
    (r"carried packets have no reply", "承载的报文没有应答"),
    (r"requests pass servers", "请求经过服务器"),
    (
        r"demand (\S+): its requests find no servers at (\S+)",
        r"流量 \1：其请求在 \2 没有服务器",
    ),
    (r"give compute to that node", "请为该节点设置 compute"),
    (r"service counts the last mile, which (.+) lacks", r"service 层包含接入段，而 \1 未设置"),
    (
        r"give access to the nodes, to defaults.nodes, or to the class that the target names",
        "请在节点、defaults.nodes 或目标所指的业务类别中设置 access",
    ),
    (
        r"service counts compute, but there are no servers at (.+)",
        r"service 层包含算力处理，而 \1 没有服务器",
    ),
    (
        r"give compute to these nodes, or say without: compute",
        "请为这些节点设置 compute，或写 without: compute",
    ),
    (r"without: compute needs layer: service", "without: compute 须配 layer: service"),
    (r"(\w+) has no compute", r"\1 层不含算力处理"),
    (r"without: compute needs measure: probes", "without: compute 须配 measure: probes"),
    (r"requests are served", "请求由服务器处理"),
    (r"uniform_ms: give the least first, then the most", "uniform_ms：先写最小值，后写最大值"),
    (r"no target to check", "没有可检查的目标"),
    (r"add one", "请添加一个"),
    (
        r"offered (\S+) Gbit/s from (\S+) to (\S+), (\S+) of its busiest member, without a buffer "
        r"limit, so its delay grows for ever",
        r"从 \2 到 \3 的负荷为 \1 Gbit/s，达最忙成员的 \4，且缓存无限，时延将无限增长",
    ),
    (r"add capacity or give it a buffer, e\.g\. (.+)", r"请扩容或设置缓存上限，如 \1"),
    # planning
    (r"no target is called (.+)", r"没有名为 \1 的目标"),
    (r"there are: none", "现无任何目标"),
    (r"there are: (.+)", r"现有：\1"),
    (r"no target to date", "没有可推算时间的目标"),
    (
        r"sources of the circles: no node or role is called (.+)",
        r"时延圈的站点：没有名为 \1 的节点或类型",
    ),
    (
        r"centres of the circles: no node or role is called (.+)",
        r"时延圈的中心：没有名为 \1 的节点或类型",
    ),
    (r"sources of the circles: no node is selected", "时延圈的站点：未选中任何节点"),
    (r"centres of the circles: no node is selected", "时延圈的中心：未选中任何节点"),
    (r"name roles or nodes of the topology", "请使用拓扑中已有的类型或节点名称"),
    (
        r"circles know the layers optical and network, not service",
        "时延圈仅适用于光层（optical）与网络层（network），不含业务层（service）",
    ),
    (r"nothing fails", "未设任何故障"),
    (r"(\d+) states, but at most (\d+)", r"故障状态共 \1 种，上限为 \2 种"),
    (r"raise it or name fewer", "请调高上限，或减少故障"),
    (r"no failure state is called (.+)", r"没有名为 \1 的故障状态"),
    (r"no target must hold in failure states", "没有须在故障状态下满足的目标"),
    (r"say so with holds_in: \[normal, failure\]", "请写明 holds_in: [normal, failure]"),
    (r"name kinds in failures\.each", "请在 failures.each 中列出类型"),
    (
        r"no target of the network layer, (\S+), was judged there",
        r"其中没有评估过网络层 \1 的目标",
    ),
    (r"is a results folder, the other is a scenario", "是结果文件夹，而另一个是方案文件"),
    (r"give two of a kind", "请给出同类的两个"),
    (r"run the scenario again with (.+)", r"请用 \1 重新运行方案"),
    # pictures
    (r"no kind (.+)", r"没有图类 \1"),
    (r"no target (.+)", r"没有目标 \1"),
    (r"no year (.+)", r"没有年份 \1"),
    (r"no pair (.+)", r"没有节点对 \1"),
    (r"no state (.+)", r"没有故障 \1"),
    (r"no node (.+)", r"没有节点 \1"),
    (r"a picture of kind (\w+) has no such option, only (.+)", r"\1 图没有该选项，仅有：\2"),
    (r"leave it out", "请去掉该选项"),
    (r"no other results", "缺少另一结果"),
    (r"name those to compare with", "请指定用于比较的结果文件夹"),
    (r"(.+) asks for (.+) here and for (.+) there", r"目标 \1 在两者中要求不同：\2 与 \3"),
    (r"choose another target", "请选用其他目标"),
    (r"circles are those of the normal state", "时延圈仅适用于正常状态"),
    (r"leave the state or the circles out", "请去掉 state 或 circles"),
    (
        r"there is nothing to draw: no node of these results has coordinates \(at\)",
        "无可绘制的内容：结果中的节点均无坐标（at）",
    ),
    (r"cannot write (\S+)", r"无法写出 \1"),
    (r"name a file that ends in (.+)", r"文件名须以 \1 结尾"),
    # files
    (r"no such file", "没有此文件"),
    (r"the folder (.+) does not exist either", r"文件夹 \1 也不存在"),
    (r"is a folder", "是文件夹"),
    (r"name a file in it", "请指定其中的文件"),
    (r"cannot be read \((.+)\)", r"无法读取（\1）"),
    (r"not UTF-8", "不是 UTF-8 编码"),
    (r"encoded in UTF-16", "采用 UTF-16 编码"),
    (r"save it as UTF-8", "请另存为 UTF-8"),
    (r"the file is empty", "文件为空"),
    (r"choose another place", "请另选位置"),
    (
        r"must be at least (\S+) for a demand of (\S+) Gbit/s",
        r"对于 \2 Gbit/s 的流量，应不小于 \1",
    ),
    (r"only one column", "只有一列"),
    (r"separate the cells with commas", "请用逗号分隔单元格"),
    (r"no demands", "没有流量"),
    (r"give one row for each pair", "请为每个节点对写一行"),
    (r"is a file, not a results folder", "是文件，不是结果文件夹"),
    (r"this is a (\w+) file", r"这是 \1 文件"),
    (r"a (\w+) file \((.+)\) is needed here", r"此处需要 \1 文件（\2）"),
    (r"is not there", "不存在"),
    (r"is damaged", "已损坏"),
    (r"is not JSON", "不是 JSON"),
    (r"write results with (.+)", r"请用 \1 生成结果"),
    (r"(\d+) problems?", r"共 \1 处问题"),
    (r"nothing was simulated or written", "未进行仿真，也未写出任何文件"),
    (r"interrupted", "已中断"),
    # what a command tells besides
    (r"(.+): sound", r"\1：无误"),
    (r"(.+): written", r"\1：已写出"),
    (r"Results are in (.+)", r"结果位于 \1"),
    (r"nothing has changed since these results", "自上次结果以来输入未变"),
    (r"Picture is in (.+)", r"图片位于 \1"),
    (r"no font has Chinese characters, so it is in English", "未找到中文字体，图片为英文"),
    (r"install (\S+) or another", r"请安装 \1 等中文字体"),
    (r"Report is in (.+)", r"报告位于 \1"),
)
_PHRASES = (
    (r"greater than", "大于"),
    (r"at least", "不小于"),
    (r"less than", "小于"),
    (r"at most", "不大于"),
    (r"the text (.+)", r"文本 \1"),
    (r"one of (.+) or a mapping of (.+)", r"\1 之一，或含 \2 的映射"),
    (r"one of (.+)", r"\1 之一"),
    (r"(an? .+) or (a mapping of .+)", r"\1，或\2"),
    (r"a mapping of (.+)", r"含 \1 的映射"),
    (r"a number in (\S+)", r"以 \1 为单位的数"),
    (r"a whole number in (\S+)", r"以 \1 为单位的整数"),
    (r"a list of (\d+) (\w+)", r"\1 项\2的列表"),
    (r"a list of (\w+)", r"\1列表"),
    (r"a year from (\d+) to (\d+)", r"\1 至 \2 年"),
    (r"mean, max or a percentile such as (.+)", r"mean、max 或百分位数（如 \1）"),
    (r"a name", "名称"),
    (r"a whole number", "整数"),
    (r"a finite number", "有限数"),
    (r"a number", "数"),
    (r"a text", "文本"),
    (r"true or false", "true 或 false"),
    (r"a mapping", "映射"),
    (r"a list", "列表"),
    (r"nothing", "空"),
    (r"none", "一个都没有"),
    (r"numbers", "数"),
    (r"names", "名称"),
    (r"texts", "文本"),
    (r"entries", "元素"),
    (r"mappings", "映射"),
    (r"(\d+) entr(?:y|ies)", r"\1 项"),
    (r"node", "节点"),
    (r"node or role", "节点或类型"),
    (r"link", "链路"),
    (r"span", "光缆段"),
    (r"class", "业务类别"),
    (r"all nodes of role (\w+)", r"类型为 \1 的所有节点"),
    (r"compute nodes with servers left", "尚有空闲服务器的算力节点"),
)
_BREAK = re.compile(r"; (?=(?:[^']*'[^']*')*[^']*$)")
"""Between the parts of a message, not inside quotes."""
_HAN = re.compile("[\u4e00-\u9fff]")
_PUNCTUATION = re.compile(r"[\s，。；：、（）？]")
_YEAR = re.compile(r"(.*) \(in (\d{4})\)", re.DOTALL)
_FILE = re.compile(r"(\S+): ((?:no such|is a folder|cannot|larger).*)", re.DOTALL)
"""A message about another file than the one it stands in."""


def problem_in_language(problem: Problem, language: Language) -> str:
    """Return a problem as one line in a language: where, what, and what to do about it."""
    return str(replace(problem, message=message_in_language(problem.message, language)))


def message_in_language(message: str, language: Language) -> str:
    """Return a message without a place in a language.

    Examples
    --------
    >>> message_in_language("must be greater than 0, got the text '-5'", "zh")
    "应大于 0，实为文本 '-5'"
    >>> message_in_language("unknown key; did you mean 'below_ms'?", "zh")
    "未知的键；是否应为 'below_ms'？"
    """
    return message if language == "en" else _message(message)


def is_translated(message: str) -> bool:
    """Whether every part of a message has a Chinese form."""
    year = _YEAR.fullmatch(message)
    parts = _BREAK.split(message if year is None else year[1])
    return all(_known(part) is not None for part in parts)


def _message(message: str) -> str:
    year = _YEAR.fullmatch(message)
    if year is not None:
        return f"{_message(year[1])}（{year[2]} 年）"
    parts = [(part, _known(part)) for part in _BREAK.split(message)]
    text = ""
    for part, chinese in parts:
        text += ("；" if chinese else "; ") * bool(text) + (chinese or part)
    return text


def _known(part: str) -> str | None:
    """Return a part of a message in Chinese, none if its shape is not known."""
    file = _FILE.fullmatch(part)
    if file is not None:
        inner = _known(file[2])
        return None if inner is None else f"{file[1]}：{inner}"
    for pattern, chinese in _MESSAGES:
        found = re.fullmatch(pattern, part, re.DOTALL)
        if found is not None:
            return _filled(found, chinese)
    return None


def _filled(found: re.Match[str], chinese: str) -> str:
    """Put the groups into the places of a template, each said in Chinese if it is a phrase."""
    parts = re.split(r"\\(\d)", chinese)
    parts[1::2] = [_phrase(found[int(number)]) for number in parts[1::2]]
    return reduce(_joined, parts)


def _joined(left: str, right: str) -> str:
    """Set a space between Chinese and anything else, as between words."""
    needs_space = left and right and bool(_HAN.match(left[-1])) != bool(_HAN.match(right[0]))
    beside = f"{left[-1:]}{right[:1]}"
    return f"{left} {right}" if needs_space and not _PUNCTUATION.search(beside) else left + right


def _phrase(words: str) -> str:
    for pattern, chinese in _PHRASES:
        found = re.fullmatch(pattern, words, re.DOTALL)
        if found is not None:
            return _filled(found, chinese)
    return words
