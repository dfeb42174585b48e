# shellcheck shell=bash
# The one way this project gets its Python packages. Source it from the repository's root, then:
#
#   use_venv requirements.txt        a virtual environment with what the job needs, first on PATH
#   use_venv requirements-dev.txt    the same with the test tools as well
#
# It is made in .venv, or in $VENV if that is set, and brought up to date only when the requirements have changed.

# Prints the first Python of 3.11 or newer; $PYTHON is tried first.
_find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  echo "No Python 3.11 or newer was found. Install one, or set PYTHON to its path." >&2
  return 1
}

use_venv() {
  local root requirements stamp venv python
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  venv=${VENV:-$root/.venv}
  requirements=$root/$1
  stamp=$venv/.installed-$1
  if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(_find_python) || return
    if ! "$python" -m venv --clear "$venv"; then
      echo "Python could not make a virtual environment (on Debian and Ubuntu: install python3-venv)." >&2
      return 1
    fi
  fi
  if ! cmp -s "$requirements" "$stamp"; then
    echo "Installing $1 …" >&2
    "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-compile \
      --require-hashes -r "$requirements" >&2 || return
    cp "$requirements" "$stamp"
  fi
  export PATH="$venv/bin:$PATH" VIRTUAL_ENV="$venv"
}
