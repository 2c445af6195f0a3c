/* Registers judged by levels of consistency below linearizability. */
#include "sim/check/recorded/registers.h"

#include <stdio.h>
#include <string.h>

const char *judge_register_level_name(uint32_t level) {
    if (level == JUDGE_LINEARIZABLE) {
        return "linearizable";
    }
    if (level == JUDGE_SESSIONS) {
        return "sessions";
    }
    return level < JUDGE_SESSIONS ? consistency_model_names[level - JUDGE_FIRST_CONSISTENCY]
                                  : session_guarantee_name((enum session_guarantee)(level - JUDGE_FIRST_SESSION));
}

struct speech {
    struct recorded *recorded;
    const uint32_t *origins;
};

static void describe(void *context, uint32_t operation, char *text, size_t size) {
    const struct speech *speech = context;
    char line[RECORDED_LINE_BYTES];
    snprintf(text, size, "%s", recorded_describe(speech->recorded, speech->origins[operation], line));
}

static void judge_session(const struct session_result *result, uint32_t guarantee, struct judgement *judgement) {
    const char *name = session_guarantee_name((enum session_guarantee)guarantee);
    if (result->check.verdict == VERDICT_INCONCLUSIVE) {
        judgement_doubt(judgement, "%s: %s", name, result->check.detail);
    } else if (result->check.verdict == VERDICT_VIOLATED) {
        struct text *out = judgement_find(judgement, name, NULL);
        if (out != NULL) {
            text_add(out, "%s", result->check.detail);
            judgement->findings[judgement->finding_count - 1].count = result->violations;
        }
    }
}

void judge_level(const struct history *history, const uint32_t *origins, struct recorded *recorded,
                 const struct judge_options *options, int64_t initial, struct judgement *judgement) {
    struct speech speech = {recorded, origins};
    struct order_speaker spoken = {describe, &speech};
    const struct order_speaker *speaker = origins != NULL ? &spoken : NULL;
    uint32_t level = options->register_level;
    if (level >= JUDGE_SESSIONS) {
        struct session_result results[SESSION_GUARANTEE_COUNT];
        session_check(history, UINT16_MAX, initial, speaker, results);
        judgement->looked_at += results[0].check.looked_at;
        for (uint32_t g = 0; g < SESSION_GUARANTEE_COUNT; g++) {
            if (level == JUDGE_SESSIONS || level == JUDGE_FIRST_SESSION + g) {
                judge_session(&results[g], g, judgement);
            }
        }
        return;
    }
    struct consistency_options limits = {.max_steps = options->max_steps, .initial = initial, .speaker = speaker};
    struct check_result result =
        consistency_check(history, UINT16_MAX, (enum consistency_model)(level - JUDGE_FIRST_CONSISTENCY), &limits);
    judgement->looked_at += result.looked_at;
    if (result.verdict == VERDICT_INCONCLUSIVE) {
        judgement_doubt(judgement, "%s", result.detail);
    } else if (result.verdict == VERDICT_VIOLATED) {
        static const char *const names[] = {"not sequential", "not sequential per key", "not causal",
                                            "no causal memory", "no causal convergence"};
        struct text *out = judgement_find(judgement, names[level - JUDGE_FIRST_CONSISTENCY], NULL);
        if (out != NULL) {
            text_add(out, "%s", result.detail);
        }
    }
}
