"""The report of a trained model, part by part: how good it is, where it is wrong, how it was made.

from pages._ui.report import report, report_title
"""

from pages._ui.report.heading import ROUTES, report_title
from pages._ui.report.learning import curves
from pages._ui.report.parts import report

__all__ = ["ROUTES", "curves", "report", "report_title"]
