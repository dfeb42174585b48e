# shellcheck shell=bash
# The one way this project gets its Python packages. Source it, then:
#
#   use_venv requirements.txt        a virtual environment with what the job needs, first on PATH
#   use_venv requirements-dev.txt    with the test tools as well
#
# It is made in .venv, or in $VENV if that is set, and brought up to date only when the requirements have changed.
#
# Packages are wheels with a known hash, and nothing else: no code of a package runs while it is installed. What installs
# them is given the names below from the environment and no others, so no secret.

_FROM_THE_ENVIRONMENT=(
  PATH HOME USER LANG LC_ALL TMPDIR TEMP TMP SYSTEMROOT LD_LIBRARY_PATH XDG_CACHE_HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS
  HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
  SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
)
# Where a machine of one's own gets packages from. PIP_USER, PIP_TARGET, PIP_CONSTRAINT and the like are not among them:
# they would say what is installed, or where to.
_FOR_PIP=(
  PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX PIP_TRUSTED_HOST PIP_CERT PIP_CLIENT_CERT PIP_PROXY
  PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_RETRIES PIP_CACHE_DIR PIP_NO_CACHE_DIR PIP_CONFIG_FILE
)

# Runs $2… with only those variables that $1 names (an array's name).
_with_only() {
  local names="$1[@]" name kept=()
  for name in "${!names}"; do
    if [ -n "${!name:-}" ]; then kept+=("$name=${!name}"); fi
  done
  shift
  env -i ${kept[@]+"${kept[@]}"} "$@"
}

# Prints the path of the first Python of 3.11 or newer; $PYTHON is tried first. Of a virtual environment it is the one
# that this was made from.
_find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
    "$candidate" -I -c \
      'import sys; sys.version_info < (3, 11) and sys.exit(1); print(getattr(sys, "_base_executable", "") or sys.executable)' \
      2>/dev/null && return
  done
  echo "No Python 3.11 or newer was found. Install one, or set PYTHON to its path." >&2
  return 1
}

# Whether the Python $1 has a pip that can install for another Python (22.3 or newer). A virtual environment without a
# pip of its own is made in a fifth of a second, one with it takes two.
_has_pip() {
  "$1" -I -c 'import pip, sys; sys.exit([int(n) for n in pip.__version__.split(".")[:2]] < [22, 3])' 2>/dev/null
}

# Makes the environment $2 with the Python $1.
_make_venv() {
  if _has_pip "$1"; then set -- "$@" --without-pip; fi
  if ! _with_only _FROM_THE_ENVIRONMENT "$1" -I -m venv --clear "${@:2}"; then
    echo "Python could not make a virtual environment (on Debian and Ubuntu: install python3-pip, or python3-venv)." >&2
    return 1
  fi
}

# Installs $3… into the environment $2 with the Python $1; with the machine's own settings for pip, or without any of
# them if that leads to nothing (a proxy that is gone, a target elsewhere).
_install() {
  local python=$1 venv=$2 pip said
  local options=(
    install --quiet --quiet --disable-pip-version-check --no-input --no-compile
    --only-binary :all: --require-hashes --no-deps "${@:3}"
  )
  pip=("$venv/bin/python" -I -m pip)
  if _has_pip "$python"; then pip=("$python" -I -m pip --python "$venv/bin/python"); fi
  local _BOTH=("${_FROM_THE_ENVIRONMENT[@]}" "${_FOR_PIP[@]}")
  if said=$(_with_only _BOTH "${pip[@]}" "${options[@]}" 2>&1) && _has_packages "$venv"; then return; fi
  echo "With this machine's settings for pip it did not work; trying without them." >&2
  if _with_only _FROM_THE_ENVIRONMENT PIP_CONFIG_FILE=/dev/null "${pip[@]}" "${options[@]}" >&2; then
    _has_packages "$venv" && return
  fi
  printf 'With those settings, pip had said:\n%s\n' "$said" >&2
  return 1
}

_has_packages() {
  compgen -G "$1/lib*/python*/site-packages/*.dist-info" >/dev/null
}

use_venv() {
  local root requirements stamp venv python
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  venv=${VENV:-$root/.venv}
  requirements=$root/$1
  stamp=$venv/.installed-$1
  if ! "$venv/bin/python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(_find_python) || return
    _make_venv "$python" "$venv" || return
  fi
  if ! cmp -s "$requirements" "$stamp"; then
    echo "Installing $1 …" >&2
    python=${python:-$(_find_python)} || return
    _install "$python" "$venv" -r "$requirements" || return
    cp "$requirements" "$stamp"
  fi
  export PATH="$venv/bin:$PATH" VIRTUAL_ENV="$venv"
}
