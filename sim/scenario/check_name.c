/* The names of checks that "expect" may use. */
#include "sim/scenario/scenario.h"

#include <string.h>

enum { SUPPORTED = 22 };

/* Those that this version can judge first. */
const char *const scenario_check_names[] = {"linearizable",
                                            "election-safety",
                                            "leader-append-only",
                                            "log-matching",
                                            "leader-completeness",
                                            "state-machine-safety",
                                            "no-lost-writes",
                                            "convergence",
                                            "exactly-once",
                                            "progress",
                                            "stable-leader",
                                            "membership",
                                            "littles-law",
                                            "sequential",
                                            "sequential-per-key",
                                            "causal",
                                            "causal-memory",
                                            "causal-convergence",
                                            "read-your-writes",
                                            "monotonic-reads",
                                            "monotonic-writes",
                                            "writes-follow-reads",
                                            "agreement",
                                            "validity",
                                            "mutual-exclusion",
                                            "unique-ids",
                                            "read-committed",
                                            "snapshot-isolation",
                                            "serializable",
                                            "strict-serializable",
                                            NULL};

bool scenario_check_is_supported(const char *name) {
    for (size_t i = 0; i < SUPPORTED; i++) {
        if (strcmp(scenario_check_names[i], name) == 0) {
            return true;
        }
    }
    return false;
}
