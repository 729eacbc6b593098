"""The command line ``shadowtest``: checks declarations of shadow tests where they are written."""
