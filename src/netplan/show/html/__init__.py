"""The report as one HTML file: verdicts first, then causes, map, distributions, links, method.

The file loads nothing from anywhere, says nothing of when or where it was made, and is the same for
the same results. Nothing else in netplan imports Jinja2 or plotly.
"""

from netplan.show.html.page import html_report, write_report

__all__ = ["html_report", "write_report"]
