#include "tests/measure/made.h"

void made_begin(struct made *made, int64_t warmup_ms, int64_t ended_ms) {
    *made = (struct made){0};
    arena_init(&made->arena, "test", (size_t)1 << 30);
    made->history.arena = &made->arena;
    made->workload = (struct workload_config){.name = "", .deadline = SIM_SECOND};
    made->config = (struct measures_config){.workloads = &made->workload,
                                            .workload_count = 1,
                                            .warmup = warmup_ms * SIM_MILLISECOND,
                                            .duration = ended_ms * SIM_MILLISECOND};
    made->evidence = (struct evidence){&made->history, &made->config, NULL, 0, ended_ms * SIM_MILLISECOND};
    made->interval = (struct interval){made->config.warmup, made->evidence.ended};
    made->all = (struct window){"all", &made->interval, 1};
}

void made_end(struct made *made) {
    arena_free_all(&made->arena);
}

uint32_t made_add(struct made *made, enum operation_kind kind, enum outcome outcome, int64_t invoked_ms,
                  int64_t completed_ms, uint64_t key, int64_t value) {
    return history_add(&made->history,
                       (struct operation){
                           .invoked = invoked_ms * SIM_MILLISECOND,
                           .completed = completed_ms == OPEN ? SIM_NEVER : completed_ms * SIM_MILLISECOND,
                           .key = key,
                           .value = kind == OP_READ ? 0 : value,
                           .result = kind == OP_READ && outcome == OUTCOME_OK ? value : 0,
                           .process = made->history.count,
                           .sequence = 1,
                           .served_by = NODE_NONE,
                           .kind = (uint8_t)kind,
                           .outcome = (uint8_t)outcome,
                           .attempts = 1,
                       });
}

struct operation *made_operation(struct made *made, uint32_t index) {
    return &made->history.operations[index];
}

struct filter made_filter(const struct made *made) {
    return (struct filter){&made->evidence, &made->all, FILTER_ANY, FILTER_ANY, FILTER_ANY};
}

struct staleness made_staleness(const struct made *made) {
    struct stories stories = stories_make(&made->evidence);
    struct staleness staleness = staleness_measure(&made->evidence, &stories);
    stories_free(&stories);
    return staleness;
}

struct samples made_trials(const struct made *made) {
    struct stories stories = stories_make(&made->evidence);
    struct samples trials = staleness_trials(&made->evidence, &stories);
    stories_free(&stories);
    return trials;
}
