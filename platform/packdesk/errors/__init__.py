"""What can go wrong, as data: problems of packs, findings about records, and the one root exception."""

from packdesk.errors.catalogue import CATALOGUE, Entry, sentence
from packdesk.errors.findings import Finding
from packdesk.errors.problems import Problem, Severity, render
from packdesk.errors.refusals import PackdeskError, Refused
from packdesk.errors.wording import counted, fill

__all__ = ["CATALOGUE", "Entry", "Finding", "PackdeskError", "Problem", "Refused", "Severity", "counted", "fill", "render", "sentence"]
