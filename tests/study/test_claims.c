/* What models claim, tried: within its claims no model of the registry is ever accused, and where a claim ends by
 * theory, a hunt beyond it finds what the theory says. All of it follows from the models' own tables.
 *
 * CLAIMS_SEEDS in the environment is how many seeds each hunt has. */
#include "tests/check_main.h"

#include "models/registry.h"
#include "sim/study/hunt.h"

#include <stdlib.h>
#include <string.h>

static uint64_t seeds(void) {
    const char *given = getenv("CLAIMS_SEEDS");
    return given != NULL ? strtoull(given, NULL, 10) : 20;
}

static const struct hunt_result *hunt(const struct model *model, const struct boundary *boundary, uint64_t first,
                                      uint64_t last) {
    static struct hunt_result result;
    const struct model_list models = {.models = model_registry, .count = model_registry_count};
    struct swarm_options swarm = {.models = &models, .model = model, .boundary = boundary};
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

START_TEST(a_model_is_not_accused_within_its_claims) {
    const struct model *model = model_registry[_i];
    const struct hunt_result *result = hunt(model, NULL, 1, seeds());
    ck_assert_msg(result->totals.failed == 0, "%s: seed %llu: %s: %s", model->name,
                  (unsigned long long)result->findings[0].seed, result->findings[0].trial.fingerprint.text,
                  result->findings[0].trial.detail);
    ck_assert_uint_eq(result->totals.runs, seeds());
    /* Who claims something must be judged: a run about which nothing could be said has tried nothing. */
    ck_assert_msg(count_claims(model) == 0 || result->totals.inconclusive <= seeds() / 5,
                  "%s: %llu of %llu runs inconclusive", model->name, (unsigned long long)result->totals.inconclusive,
                  (unsigned long long)seeds());
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
    const uint64_t step = 40, most = 50 * seeds();
    for (const struct boundary *boundary = model->boundaries; boundary != NULL && boundary->check != NULL; boundary++) {
        bool is_found = false;
        uint64_t first = 1;
        for (; first <= most && !is_found; first += step) {
            is_found = has_found(hunt(model, boundary, first, first + step - 1), boundary->check);
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
    tcase_add_loop_test(cases, a_claim_ends_where_its_model_says, 0, (int)model_registry_count);
    suite_add_tcase(suite, cases);
    return suite;
}
