/* What models claim, tried: within its claims no model of the registry is ever accused, and where a claim ends by
 * theory, a hunt beyond it finds what the theory says. A rule that a model's `bug` breaks is found broken. All of it
 * follows from the models' own tables.
 *
 * CLAIMS_SEEDS in the environment is how many seeds each hunt has. */
#include "tests/check_main.h"

#include "models/registry.h"
#include "sim/study/hunt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seeds(void) {
    const char *given = getenv("CLAIMS_SEEDS");
    return given != NULL ? strtoull(given, NULL, 10) : 20;
}

enum { MOST_PARAMS = 4 };

/* Settings that decide what is promised, beside the presets: claims that stand with them are hunted, too. */
static const struct design {
    const char *model;
    const char *params[MOST_PARAMS]; /* unused: NULL */
} designs[] = {
    {"chain", {"reads=craq"}},
    {"gossip", {"spreading=forever", "mode=push"}},
    {"gossip", {"spreading=forever", "mode=pull"}},
    {"leader", {"failover=detector", "replication=sync"}},
    {"leader", {"failover=never", "replication=async"}},
    {"leader", {"reads=session", "fencing=false"}},
    {"leader", {"replication=sync", "fencing=false"}},
    {"multileader", {"conflicts=counter", "topology=ring"}},
    {"multileader", {"conflicts=siblings", "topology=star"}},
    {"quorum", {"anti_entropy=50ms", "handoff=none"}},
    {"quorum", {"r=2", "w=2", "read_repair=blocking"}},
    {"quorum", {"r=2", "w=2", "read_repair=none"}},
    {"quorum", {"versions=siblings"}},
};

static const struct hunt_result *hunt(const struct model *model, const struct design *design,
                                      const struct boundary *boundary, uint64_t first, uint64_t last) {
    static struct hunt_result result;
    const struct model_list models = {.models = model_registry, .count = model_registry_count};
    struct swarm_options swarm = {.models = &models, .model = model, .boundary = boundary};
    swarm.params = design != NULL ? design->params : NULL;
    while (design != NULL && swarm.param_count < MOST_PARAMS && design->params[swarm.param_count] != NULL) {
        swarm.param_count++;
    }
    free(result.doubts);
    struct hunt_options options = {.swarm = &swarm, .seed_first = first, .seed_last = last, .finds_all = true};
    hunt_run(&options, &result);
    return &result;
}

static uint32_t count_claims(const struct model *model) {
    uint32_t count = 0;
    while (model->claims != NULL && model->claims[count].check != NULL) {
        count++;
    }
    return count;
}

static void expect_no_accusation(const struct model *model, const struct hunt_result *result) {
    ck_assert_msg(result->totals.failed == 0, "%s: seed %llu: %s: %s", model->name,
                  (unsigned long long)result->findings[0].seed, result->findings[0].trial.fingerprint.text,
                  result->findings[0].trial.detail);
}

START_TEST(a_model_is_not_accused_within_its_claims) {
    const struct model *model = model_registry[_i];
    const struct hunt_result *result = hunt(model, NULL, NULL, 1, seeds());
    expect_no_accusation(model, result);
    ck_assert_uint_eq(result->totals.runs, seeds());
    /* Who claims something must be judged: a run about which nothing could be said has tried nothing. */
    ck_assert_msg(count_claims(model) == 0 || result->totals.inconclusive <= seeds() / 5,
                  "%s: %llu of %llu runs inconclusive", model->name, (unsigned long long)result->totals.inconclusive,
                  (unsigned long long)seeds());
}
END_TEST

START_TEST(a_model_is_not_accused_with_other_promises) {
    const struct design *design = &designs[_i];
    const struct model *model = NULL;
    for (size_t i = 0; i < model_registry_count; i++) {
        model = strcmp(model_registry[i]->name, design->model) == 0 ? model_registry[i] : model;
    }
    ck_assert_ptr_nonnull(model);
    const struct hunt_result *result = hunt(model, design, NULL, 1, seeds() / 2);
    expect_no_accusation(model, result);
    ck_assert_uint_eq(result->totals.runs, seeds() / 2);
}
END_TEST

/* NULL: the model has no rules to break. */
static const char *const *bugs_of(const struct model *model) {
    const struct parameter *parameter = model->parameters;
    while (parameter->name != NULL && strcmp(parameter->name, "bug") != 0) {
        parameter++;
    }
    return parameter->name != NULL ? parameter->choices : NULL;
}

/* They take hundreds of seeds and more: results/bugs has them. */
static bool has_hard_bugs(const struct model *model) {
    return strcmp(model->name, "raft") == 0 || strcmp(model->name, "swim") == 0;
}

START_TEST(a_broken_rule_is_found) {
    const struct model *model = model_registry[_i];
    const char *const *bugs = bugs_of(model);
    const uint64_t step = 10, most = 50 * seeds();
    for (; bugs != NULL && *bugs != NULL && !has_hard_bugs(model); bugs++) {
        char setting[64];
        snprintf(setting, sizeof setting, "bug=%s", *bugs);
        struct design design = {.model = model->name, .params = {setting}};
        bool is_found = strcmp(*bugs, "none") == 0;
        for (uint64_t first = 1; first <= most && !is_found; first += step) {
            is_found = hunt(model, &design, NULL, first, first + step - 1)->totals.failed > 0;
        }
        ck_assert_msg(is_found, "%s: no hunt of %llu seeds finds %s", model->name, (unsigned long long)most, *bugs);
    }
}
END_TEST

static bool has_found(const struct hunt_result *result, const char *check) {
    char name[64];
    for (uint32_t i = 0; i < result->finding_count; i++) {
        fingerprint_check_name(&result->findings[i].trial.fingerprint, name, sizeof name);
        if (strcmp(name, check) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(a_claim_ends_where_its_model_says) {
    const struct model *model = model_registry[_i];
    const uint64_t step = 10, most = 50 * seeds();
    for (const struct boundary *boundary = model->boundaries; boundary != NULL && boundary->check != NULL; boundary++) {
        bool is_found = false;
        uint64_t first = 1;
        for (; first <= most && !is_found; first += step) {
            is_found = has_found(hunt(model, NULL, boundary, first, first + step - 1), boundary->check);
        }
        ck_assert_msg(is_found, "%s: %s holds beyond its claim (%s, %s) for %llu seeds", model->name, boundary->check,
                      boundary->faults != NULL ? boundary->faults : "no further faults",
                      boundary->params != NULL ? boundary->params : "any parameters", (unsigned long long)most);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("claims");
    TCase *cases = tcase_create("claims");
    tcase_set_timeout(cases, 1200);
    tcase_add_loop_test(cases, a_model_is_not_accused_within_its_claims, 0, (int)model_registry_count);
    tcase_add_loop_test(cases, a_model_is_not_accused_with_other_promises, 0,
                        (int)(sizeof designs / sizeof designs[0]));
    tcase_add_loop_test(cases, a_broken_rule_is_found, 0, (int)model_registry_count);
    tcase_add_loop_test(cases, a_claim_ends_where_its_model_says, 0, (int)model_registry_count);
    suite_add_tcase(suite, cases);
    return suite;
}
