"""No file of the house imports itself round a circle: whoever reads one never has to read all."""

from graphlib import TopologicalSorter

import grimp

ROOMS = ("platform_site", "credit", "experts", "trading", "disclosure", "supervision")


def test_no_file_imports_itself_round_a_circle():
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    sorter = TopologicalSorter({file: graph.find_modules_directly_imported_by(file) for file in graph.modules})

    sorter.prepare()  # CycleError names the files of the circle
