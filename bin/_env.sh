# Shared by the commands beside it: finds or makes the project's Python environment in .venv.
# Plain sh, so that it runs under dash, bash 3.2 and the macOS shell alike.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
environment=$root/.venv

say() { printf '%s\n' "$*" >&2; }

# A pyenv shim exists for versions that are not active, so each candidate is run, not only looked up.
find_python() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

explain_missing() {
    say "Entrepot needs Python 3.11 or later with the module venv, or the program uv; $1."
    case $(uname -s) in
        Darwin) say "Install one of them, for example: brew install uv" ;;
        *) say "Install one of them, for example: apt-get install python3 python3-venv" ;;
    esac
    exit 1
}

has_uv() { uv --version >/dev/null 2>&1; }

create_environment() {
    if python=$(find_python); then
        if has_uv; then
            uv venv --quiet --clear --python "$("$python" -c 'import sys; print(sys.executable)')" "$environment"
        elif "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            "$python" -m venv --clear "$environment"
        else
            explain_missing "$python is there, but venv is not"
        fi
    elif has_uv; then
        uv venv --quiet --clear --python '>=3.11' "$environment"
    else
        explain_missing "neither was found"
    fi
}

# install FILE: make the environment hold exactly what FILE pins, checked by hash.
install() {
    if has_uv; then
        VIRTUAL_ENV=$environment uv pip sync --quiet --require-hashes "$1"
    else
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    fi
}

checksum() { cksum <"$1"; }

# prepare_environment runtime|development
# A marker in .venv holds the checksum of what was installed. The development set contains the runtime set, and an
# environment that once had it is kept at it.
prepare_environment() {
    marker=$environment/entrepot-requirements
    wanted=$1
    if [ -f "$marker.development" ]; then wanted=development; fi
    case $wanted in
        development) file=$root/requirements-dev.txt ;;
        *) file=$root/requirements.txt ;;
    esac
    if [ -f "$marker.$wanted" ] && [ "$(cat "$marker.$wanted")" = "$(checksum "$file")" ]; then
        return 0
    fi
    if ! "$environment/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        say "Making the Python environment in .venv"
        create_environment || exit 1
    fi
    say "Installing the pinned packages ($wanted); without uv this takes about a minute"
    if ! install "$file"; then
        say "The packages could not be installed (see above). Check the network connection and run the command again."
        exit 1
    fi
    checksum "$file" >"$marker.$wanted"
}

run_python() {
    PYTHONPATH=$root/src exec "$environment/bin/python" "$@"
}
