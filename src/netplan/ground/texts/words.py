"""Words for the values that results hold: key, English, Chinese.

Chinese terms are those of the national documents on computing networks: 光层, 网络层, 单向时延,
往返时延, 覆盖率.
"""

from __future__ import annotations

from typing import Final

__all__ = ["WORDS"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "outcome.met": ("met", "满足"),
    "outcome.missed": ("missed", "未满足"),
    "outcome.undecided": ("undecided", "未判定"),
    "layer.optical": ("optical layer", "光层"),
    "layer.network": ("network layer", "网络层"),
    "layer.service": ("service layer", "业务层"),
    "direction.one_way": ("one way", "单向时延"),
    "direction.round_trip": ("round trip", "往返时延"),
    "of.pairs": ("pairs", "节点对"),
    "of.sites": ("sites", "站点"),
    "of.population": ("population", "人口"),
    "component.propagation": ("propagation", "光纤传播"),
    "component.equipment": ("equipment", "光层设备"),
    "component.processing": ("processing", "节点处理"),
    "component.transmission": ("transmission", "发送"),
    "component.queueing": ("queueing", "排队"),
    "component.access": ("access", "接入段"),
    "component.compute": ("compute", "算力处理"),
    "short.": ("", ""),
    "short.impossible": ("too far", "距离过远"),
    "short.latency": ("too slow", "时延超限"),
    "short.loss": ("loss", "丢包"),
    "short.no_compute": ("no compute", "无算力"),
    "short.disconnected": ("cut off", "中断"),
    "short.overload": ("overload", "算力过载"),
    "short.budget": ("too few", "样本不足"),
    "short.not_measured": ("unmeasured", "未测量"),
}
