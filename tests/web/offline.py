"""verify/paper.py as a module: it is no package, it is downloaded."""

import importlib.util

from tests.databases import BASE

_source = importlib.util.spec_from_file_location("verify_paper", BASE / "verify" / "paper.py")
assert _source is not None
assert _source.loader is not None
_module = importlib.util.module_from_spec(_source)
_source.loader.exec_module(_module)

Wrong, check_signature = _module.Wrong, _module.check_signature
