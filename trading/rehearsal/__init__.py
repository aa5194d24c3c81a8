"""Procedures played from registration to archive through the real services: training tool, smoke test, documentation.

A script is a generator of steps; `play` drives it. The same scripts stand behind the demo province (stopped half way).
"""
