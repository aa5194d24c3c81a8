#!/bin/sh
# Everything `make run` needs is installed below this folder. Repeating it costs a second.
set -eu
cd "$(dirname "$0")"

fail() {
  echo "setup: $1" >&2
  exit 1
}

# -- Python ------------------------------------------------------------------------------------------------------------
good() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 && good "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

if ! { [ -x .venv/bin/python ] && good .venv/bin/python; }; then
  python=$(find_python)
  [ -n "$python" ] || fail "Python 3.11 or newer is needed and was not found; install it, or name it: make run PYTHON=/path/to/python3"
  free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -gt 1800000 ] || fail "the disk is full: $((free_kb / 1024)) MB free here, the first set-up needs 1800 MB"
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 ||
    fail "Python's venv module does not work; on Debian or Ubuntu: apt install python3-venv"
fi

stamp() { cksum "$@" | cksum; }

wanted=$(stamp requirements.lock)
if [ "$(cat .venv/.installed 2>/dev/null)" != "$wanted" ]; then
  echo "setup: installing Python packages …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock ||
    fail "pip could not install the packages (its words are above); set-up can be repeated"
  echo "$wanted" >.venv/.installed
  rm -f .venv/.papers
fi

# -- What the browser gets ------------------------------------------------------------------------------------------------
omit="--omit=dev"
[ "${1:-}" = "--with-tests" ] && omit=""
wanted="$(stamp package.json package-lock.json) $omit"
installed=$(cat node_modules/.installed 2>/dev/null || true)
if [ "$installed" != "$wanted" ] && [ "$installed" != "$(stamp package.json package-lock.json) " ]; then
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
    fail "Node.js 18 or newer with npm is needed to fetch what the browser gets; install it and start again"
  node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
    fail "Node.js 18 or newer is needed; $(node --version) was found"
  echo "setup: installing browser packages …"
  # No install scripts run: nothing here needs one.
  npm ci $omit --ignore-scripts --no-audit --no-fund --loglevel=error ||
    fail "npm could not install the packages (its words are above); set-up can be repeated"
  echo "$wanted" >node_modules/.installed
fi
if command -v node >/dev/null 2>&1; then
  node assets/build.mjs >/dev/null || fail "the browser's files could not be built (its words are above)"
elif [ ! -e static/vendor/icons.svg ]; then
  fail "Node.js 18 or newer is needed to build what the browser gets; install it and start again"
fi

# -- Papers ------------------------------------------------------------------------------------------------------------
# Asked until it is there: loading it is a fifth of what a start costs.
if [ ! -e .venv/.papers ]; then
  if .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then
    touch .venv/.papers
  else
    echo "setup: papers (PDF) need the library Pango; on Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
  fi
fi
