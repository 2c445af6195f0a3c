/* The YCSB workloads, from the scenario's letter to the operations of a run. */
#include "models/registry.h"
#include "sim/study/run.h"

#include <math.h>
#include <string.h>

#include "tests/check_main.h"

static struct scenario *scenario;
static struct run *run;

static const struct history *run_letter(const char *letter) {
    struct text text = {0}, errors = {0};
    text_add(&text,
             "{\"title\": \"t\", \"duration\": \"20s\", \"warmup\": \"1s\","
             " \"systems\": {\"store\": {\"model\": \"raft\", \"nodes\": 3}},"
             " \"workload\": {\"kind\": \"kv\", \"clients\": 5, \"arrivals\": {\"poisson\": \"500/s\"},"
             " \"ycsb\": \"%s\"}}",
             letter);
    struct model_list list = {model_registry, model_registry_count};
    struct scenario_options reading = {.models = &list};
    scenario = scenario_parse(text.bytes, text.length, "ycsb.json", &reading, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    struct run_options options = {0};
    run = run_execute(scenario, &options);
    text_free(&text);
    text_free(&errors);
    return load_history(run->load);
}

static void tear_down(void) {
    run_free(run);
    scenario_free(scenario);
}

/* Within 3.29 standard deviations, which chance exceeds once in a thousand. */
static void assert_share(double seen, double total, double share) {
    double deviation = sqrt(total * share * (1 - share));
    ck_assert_msg(fabs(seen - total * share) <= 3.29 * deviation, "%g of %g, expected a share of %g", seen, total,
                  share);
}

static double count_kind(const struct history *history, enum operation_kind kind) {
    double count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->operations[i].kind == kind;
    }
    return count;
}

static const struct {
    const char *letter;
    double reads;
} mixes[] = {{"A", 0.5}, {"B", 0.95}, {"C", 1}, {"D", 0.95}};

START_TEST(a_letter_gives_its_mix) {
    const struct history *history = run_letter(mixes[_i].letter);
    ck_assert_uint_gt(history->count, 9000);
    double reads = count_kind(history, OP_READ), writes = count_kind(history, OP_WRITE);
    ck_assert_double_eq(reads + writes, history->count);
    assert_share(reads, history->count, mixes[_i].reads);
}
END_TEST

START_TEST(a_favours_the_first_keys) {
    const struct history *history = run_letter("A");
    double first = 0, sum = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_uint_lt(history->operations[i].key, 1000);
        first += history->operations[i].key == 0;
    }
    for (int i = 1; i <= 1000; i++) {
        sum += pow(i, -0.99);
    }
    assert_share(first, history->count, 1 / sum);
}
END_TEST

START_TEST(d_inserts_new_keys_and_reads_the_newest) {
    const struct history *history = run_letter("D");
    uint64_t next = 1000;
    double newest = 0, reads = 0, sum = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->kind == OP_WRITE) {
            ck_assert_uint_eq(operation->key, next++);
        } else {
            ck_assert_uint_lt(operation->key, next);
            newest += operation->key == next - 1;
            reads++;
        }
    }
    for (int i = 1; i <= 1000; i++) {
        sum += pow(i, -0.99);
    }
    assert_share(newest, reads, 1 / sum);
}
END_TEST

START_TEST(f_modifies_what_it_read) {
    const struct history *history = run_letter("F");
    double cas = count_kind(history, OP_CAS), reads = count_kind(history, OP_READ);
    ck_assert_double_eq(cas + reads, history->count);
    assert_share(cas, reads, 0.5); /* half of the reads belong to a cas */
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        bool is_found = operation->kind != OP_CAS;
        for (uint32_t k = i; k-- > 0 && !is_found;) {
            const struct operation *read = &history->operations[k];
            is_found = read->kind == OP_READ && read->process == operation->process && read->key == operation->key &&
                       read->completed == operation->invoked && read->result == operation->expected;
        }
        ck_assert(is_found);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("ycsb");
    TCase *tests = tcase_create("ycsb");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_loop_test(tests, a_letter_gives_its_mix, 0, 4);
    tcase_add_test(tests, a_favours_the_first_keys);
    tcase_add_test(tests, d_inserts_new_keys_and_reads_the_newest);
    tcase_add_test(tests, f_modifies_what_it_read);
    suite_add_tcase(suite, tests);
    return suite;
}
