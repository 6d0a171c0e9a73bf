"""The operator's program: `bin/entrepot COMMAND`."""

from __future__ import annotations

import sys

from entrepot.ops.console import run


def main() -> None:
    """Run the command named on the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
