#include "sim/machine/config.h"

static const char *const names[FAULT_KIND_COUNT] = {
    [FAULT_PARTITION] = "partition",
    [FAULT_CRASH] = "crash",
    [FAULT_RESTART] = "restart",
    [FAULT_PAUSE] = "pause",
    [FAULT_LOSE_DISK] = "lose-disk",
    [FAULT_TORN_WRITE] = "torn-write",
    [FAULT_CORRUPT_DISK] = "corrupt-disk",
    [FAULT_SLOW_DISK] = "slow-disk",
    [FAULT_STALL_DISK] = "stall-disk",
    [FAULT_LYING_SYNC] = "lying-sync",
    [FAULT_FULL_DISK] = "full-disk",
    [FAULT_CLOCK_JUMP] = "clock-jump",
    [FAULT_CLOCK_DRIFT] = "clock-drift",
    [FAULT_SLOW_NODE] = "slow-node",
    [FAULT_DEGRADE] = "degrade",
    [FAULT_DROP_MESSAGES] = "drop-messages",
    [FAULT_MEMBER_ADD] = "member-add",
    [FAULT_MEMBER_REMOVE] = "member-remove",
    [FAULT_TRANSFER_LEADER] = "transfer-leader",
};

const char *fault_kind_name(enum fault_kind kind) {
    return names[kind];
}
