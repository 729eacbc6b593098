"""``python -m shadowtest``."""

from shadowtest.entry import main

main()
