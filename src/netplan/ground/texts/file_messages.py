"""What may be wrong with files as such, YAML and tables: each part in English, and in Chinese."""

from __future__ import annotations

from typing import Final

__all__ = ["FILE_MESSAGES"]

FILE_MESSAGES: Final = (
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
    # YAML
    (r"a tab where YAML wants spaces", "此处为制表符"),
    (r"indent with spaces", "请用空格缩进"),
    (r"a plain text may not begin with this character", "文本不得以此字符开头"),
    (r"put it in quotes", "请加引号"),
    (r"a second ': ' on one line, or wrong indentation", "一行中出现第二个 ': '，或缩进有误"),
    (r"put texts that contain ': ' in quotes", "含 ': ' 的文本请加引号"),
    (r"put texts that begin with (\S) in quotes", r"以 \1 开头的文本请加引号"),
    (r"a key may not stand here", "此处不得出现键"),
    (r"a colon inside a text", "文本中含冒号"),
    (
        r"put the text in quotes, or a space after the colon",
        "请给文本加引号，或在冒号后加空格",
    ),
    (
        r"a value is missing before this, or a comma or bracket is too many",
        "此处之前缺少值，或多了逗号、括号",
    ),
    (r"the quoted text that begins here never ends", "由此开始的引号未闭合"),
    (r"add the quote", "请补上引号"),
    (r"a comma or (.) is missing in the list that begins here", r"由此开始的列表缺少逗号或 \1"),
    (r"a comma or (.) is missing in the mapping that begins here", r"由此开始的映射缺少逗号或 \1"),
    (
        r"wrong indentation, or something stands after a quoted text or a closing bracket",
        "缩进有误，或引号、括号之后还有内容",
    ),
    (r"wrong indentation, or text after \| or >", "缩进有误，或 |、> 之后有文本"),
    (r"wrong indentation", "缩进有误"),
    (r"items of one list begin with - in one column", "同一列表的各项均以 - 开头并左对齐"),
    (
        r"a line without ': ' where a key and its value are wanted",
        "此行须为键与值，而缺少 ': '（半角冒号加空格）",
    ),
    (r"something stands after the end of the document", "文档结束之后还有内容"),
    (r"remove it", "请删除"),
    (r"unknown escape in double quotes", "双引号中有未知的转义"),
    (
        r"use single quotes, or write \\\\ for a backslash",
        r"请改用单引号，或将反斜杠写作两个",
    ),
    (r"a list item '- ' may not stand here", "此处不得出现列表项 '- '"),
    (r"begin it on a line of its own", "请另起一行"),
    (r"a tag \(!\) may not stand here", "此处不得出现标签（!）"),
    (r"an alias \(\*\) may not stand here", "此处不得出现别名（*）"),
    (r"an anchor \(&\) may not stand here", "此处不得出现锚点（&）"),
    (r"unknown directive", "未知的指令"),
    (r"begin no line with %", "行首不得为 %"),
    (r"this is not valid YAML", "不是有效的 YAML"),
    (r"the character (.+) is not allowed in YAML", r"YAML 中不得含字符 \1"),
    (r"merge keys are not part of YAML 1\.2", "YAML 1.2 没有合并键"),
    (r"write the keys out, or use extends", "请逐一写出各键，或用 extends"),
    (r"the tag (.+) means nothing here", r"标签 \1 在此无意义"),
    (r"unknown alias (\S+)", r"未知的别名 \1"),
    (r"define (\S+) first", r"请先定义 \1"),
    (r"the alias (\S+) stands inside itself", r"别名 \1 包含自身"),
    (r"a key must be a plain text, not a mapping or list", "键须为普通文本，不得为映射或列表"),
    (r"a second document begins here", "由此开始第二个文档"),
    (r"keep one document to a file", "一个文件只放一个文档"),
    (r"nested more than (\d+) levels deep", r"嵌套超过 \1 层"),
    # tables
    (r"no column (\w+) and no column (\w+) and no column (\w+)", r"缺少列 \1、\2、\3"),
    (r"no column (\w+) and no column (\w+)", r"缺少列 \1、\2"),
    (r"no column (\w+)", r"缺少列 \1"),
    (r"found (.+)", r"现有：\1"),
    (r"empty", "为空"),
    (r"the first row must name the columns: (.+)", r"首行须为列名：\1"),
    (r"a column has no name", "有一列没有列名"),
    (r"(\d+) cells?, but (\d+) columns?", r"本行 \1 格，表头 \2 列"),
    (
        r"a quote in the middle of a cell, or one that never ends",
        "单元格中间有引号，或引号未闭合",
    ),
    (r'write it as ""', '引号须写作 ""'),
    (r"no packets", "没有报文"),
    (r"give one row for each packet", "请为每个报文写一行"),
    (r"must not be before the packet above, got (.+)", r"不得早于上一行的报文，实为 \1"),
    (r"and so on", "其余类似"),
    (r"the rest of this file was not checked", "该文件其余部分未检查"),
    # options
    (r"must be PATH=VALUE, such as (.+)", r"应为 PATH=VALUE，如 \1"),
    (r"is a list", "是列表"),
    (r"its indices are (\d+) to (\d+)", r"序号为 \1 至 \2"),
    (r"goes round in a circle: (.+)", r"循环引用：\1"),
    (
        r"first run on this machine: compiling, about (\d+) seconds",
        r"本机首次运行：正在编译仿真引擎，约 \1 秒",
    ),
)
