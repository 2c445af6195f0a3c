#include "sim/machine/config.h"

static const struct {
    const char *name;
    bool is_supported;
} kinds[FAULT_KIND_COUNT] = {
    [FAULT_PARTITION] = {"partition", true},
    [FAULT_CRASH] = {"crash", true},
    [FAULT_RESTART] = {"restart", true},
    [FAULT_PAUSE] = {"pause", true},
    [FAULT_LOSE_DISK] = {"lose-disk", true},
    [FAULT_TORN_WRITE] = {"torn-write", true},
    [FAULT_CORRUPT_DISK] = {"corrupt-disk", true},
    [FAULT_SLOW_DISK] = {"slow-disk", true},
    [FAULT_STALL_DISK] = {"stall-disk", true},
    [FAULT_LYING_SYNC] = {"lying-sync", true},
    [FAULT_FULL_DISK] = {"full-disk", true},
    [FAULT_CLOCK_JUMP] = {"clock-jump", true},
    [FAULT_CLOCK_DRIFT] = {"clock-drift", true},
    [FAULT_SLOW_NODE] = {"slow-node", true},
    [FAULT_DEGRADE] = {"degrade", true},
    [FAULT_DROP_MESSAGES] = {"drop-messages", true},
    [FAULT_MEMBER_ADD] = {"member-add", false},
    [FAULT_MEMBER_REMOVE] = {"member-remove", false},
    [FAULT_TRANSFER_LEADER] = {"transfer-leader", false},
};

const char *fault_kind_name(enum fault_kind kind) {
    return kinds[kind].name;
}

bool fault_kind_is_supported(enum fault_kind kind) {
    return kinds[kind].is_supported;
}
