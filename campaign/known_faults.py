"""Seeds whose lives break an invariant because of a fault that the handler still has, each with the fault.

They are left out where a range of seeds has to hold, and where mutants are looked for. Each is a test of its own, which
fails once the fault is mended.
"""

_TAKES_OVER_IN_VAIN = "a Create takes a test over, though its stack does not wait for it any more"
_LEAVES_TAGS = "a takeover that fails on its way leaves the lease, and when it started the test, on the test"
_NOT_YET_TAGGED = "a takeover is rolled back before its tags show: the Delete leaves the test, which then is tagged"
_FORGETS_THAT = "a takeover that starts the test does not note that it took it over, so a rollback deletes the test"

SEEDS: dict[int, str] = {
    **dict.fromkeys((1610, 2661, 3396, 3840), _TAKES_OVER_IN_VAIN),
    **dict.fromkeys((735, 1967), _LEAVES_TAGS),
    **dict.fromkeys((482, 653, 723, 1086, 1329, 1413, 1625, 1728), _NOT_YET_TAGGED),
    **dict.fromkeys((3009,), _FORGETS_THAT),
}
