"""Showing: tables, report, pictures, the HTML page, files for pipelines."""
