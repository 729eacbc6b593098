"""The command line ``shadowtest``: plans, shows and compares shadow tests, and checks their declarations."""
