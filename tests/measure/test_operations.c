/* Latency, availability, throughput, outages and series of hand-made histories. */
#include "sim/measure/operations.h"
#include "sim/measure/outage.h"
#include "sim/measure/series.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#define MS SIM_MILLISECOND

/* After a warm-up of 1 s, of a run of 11 s: four reads ok (10, 20, 30, 2000 ms; the last past its deadline of 1 s), one
 * failed, one unknown, one under way with time left, one under way without; and a write. */
static void make_history(struct made *made) {
    made_begin(made, 1000, 11000);
    made_add(made, OP_READ, OUTCOME_OK, 999, 1500, 1, 0); /* in the warm-up */
    made_add(made, OP_READ, OUTCOME_OK, 1000, 1010, 1, 0);
    made_add(made, OP_READ, OUTCOME_OK, 2000, 2020, 1, 0);
    made_add(made, OP_WRITE, OUTCOME_OK, 2500, 2540, 1, 7);
    made_add(made, OP_READ, OUTCOME_OK, 3000, 3030, 1, 0);
    made_add(made, OP_READ, OUTCOME_OK, 4000, 6000, 1, 7);
    made_add(made, OP_READ, OUTCOME_FAIL, 5000, 5001, 1, 0);
    made_add(made, OP_READ, OUTCOME_INFO, 6000, 7000, 1, 0);
    made_add(made, OP_READ, OUTCOME_INFO, 10000, OPEN, 1, 0);
    made_add(made, OP_READ, OUTCOME_INFO, 10001, OPEN, 1, 0);
}

static bool quantile(const struct samples *samples, const struct filter *filter, uint32_t permille, int64_t *value) {
    struct chosen chosen = samples_choose(samples, filter);
    bool has_any = chosen_quantile(&chosen, permille, value);
    chosen_free(&chosen);
    return has_any;
}

START_TEST(latency_counts_operations_that_succeeded) {
    struct made made;
    make_history(&made);
    struct samples latency = operations_latency(&made.evidence);
    struct filter filter = made_filter(&made);
    filter.kind = OP_READ;
    double mean;
    int64_t value;
    struct chosen reads = samples_choose(&latency, &filter);
    ck_assert(chosen_mean(&reads, &mean));
    chosen_free(&reads);
    ck_assert_double_eq(mean, 515e6);
    ck_assert(quantile(&latency, &filter, 500, &value));
    ck_assert_int_eq(value, 20 * MS);
    ck_assert(quantile(&latency, &filter, 1000, &value));
    ck_assert_int_eq(value, 2000 * MS);
    filter.kind = OP_WRITE;
    ck_assert(quantile(&latency, &filter, 500, &value));
    ck_assert_int_eq(value, 40 * MS);
    filter.kind = OP_APPEND;
    ck_assert(!quantile(&latency, &filter, 500, &value));
    samples_free(&latency);
    made_end(&made);
}
END_TEST

START_TEST(availability_leaves_out_what_still_had_time) {
    struct made made;
    make_history(&made);
    struct filter filter = made_filter(&made);
    filter.kind = OP_READ;
    double share;
    ck_assert(operations_availability(&filter, &share));
    ck_assert_double_eq(share, 3.0 / 7.0);
    filter.kind = OP_CAS;
    ck_assert(!operations_availability(&filter, &share));
    made_end(&made);
}
END_TEST

START_TEST(throughput_is_per_second_of_the_window) {
    struct made made;
    make_history(&made);
    struct filter filter = made_filter(&made);
    filter.kind = OP_READ;
    double rate;
    ck_assert(operations_throughput(&filter, &rate));
    ck_assert_double_eq(rate, 0.4);
    struct interval late[] = {{8000 * MS, 9000 * MS}};
    struct window window = {NULL, late, 1}, empty = {"empty", NULL, 0};
    filter.window = &window;
    ck_assert(operations_throughput(&filter, &rate));
    ck_assert_double_eq(rate, 0);
    filter.window = &empty;
    ck_assert(!operations_throughput(&filter, &rate));
    made_end(&made);
}
END_TEST

static void expect_outages(const struct filter *filter, uint32_t count, int64_t longest_ms, int64_t total_ms) {
    struct outages outages;
    struct samples completions = outages_completions(filter->evidence);
    ck_assert(outages_measure(filter, &completions, SIM_SECOND, &outages));
    samples_free(&completions);
    ck_assert_uint_eq(outages.count, count);
    ck_assert_int_eq(outages.longest, longest_ms * MS);
    ck_assert_int_eq(outages.total, total_ms * MS);
}

START_TEST(an_outage_lasts_from_the_last_success_to_the_next) {
    struct made made;
    made_begin(&made, 0, 20000);
    for (int64_t i = 0; i < 40; i++) { /* every 500 ms, answered in 10 ms, but for those of 5 s to 9.5 s */
        bool is_lost = i >= 10 && i < 19;
        made_add(&made, OP_WRITE, is_lost ? OUTCOME_INFO : OUTCOME_OK, i * 500, i * 500 + (is_lost ? 1000 : 10), 1, i);
    }
    struct filter filter = made_filter(&made);
    expect_outages(&filter, 1, 9510 - 4510, 9510 - 4510);
    made.interval.from = 6000 * MS; /* the window cuts it */
    made.interval.until = 9000 * MS;
    expect_outages(&filter, 1, 3000, 3000);
    made.interval.until = 6900 * MS; /* too short to be one */
    expect_outages(&filter, 0, 0, 0);
    made_end(&made);
}
END_TEST

START_TEST(idle_time_is_no_outage) {
    struct made made;
    made_begin(&made, 0, 30000);
    made_add(&made, OP_READ, OUTCOME_OK, 3000, 3010, 1, 0); /* nobody asked before */
    made_add(&made, OP_READ, OUTCOME_OK, 9000, 9900, 1, 0); /* slow, after a rest */
    made_add(&made, OP_READ, OUTCOME_FAIL, 20000, 20001, 1, 0);
    made_add(&made, OP_READ, OUTCOME_OK, 22000, 22500, 1, 0);
    struct filter filter = made_filter(&made);
    expect_outages(&filter, 1, 2500, 2500); /* from the first that asked in vain */
    made_end(&made);
}
END_TEST

START_TEST(outages_reach_to_the_borders) {
    struct made made;
    made_begin(&made, 0, 10000);
    made_add(&made, OP_READ, OUTCOME_INFO, 500, 1500, 1, 0);
    made_add(&made, OP_READ, OUTCOME_OK, 2990, 3000, 1, 0);
    made_add(&made, OP_READ, OUTCOME_INFO, 3100, OPEN, 1, 0);
    struct filter filter = made_filter(&made);
    expect_outages(&filter, 2, 7000, 2500 + 7000);
    filter.kind = OP_READ;
    struct interval before = {0, 400 * MS};
    struct window quiet = {NULL, &before, 1};
    filter.window = &quiet;
    struct outages outages;
    struct samples completions = outages_completions(&made.evidence);
    ck_assert(!outages_measure(&filter, &completions, SIM_SECOND, &outages));
    samples_free(&completions);
    made_end(&made);
}
END_TEST

START_TEST(series_has_counts_and_quantiles_of_each_bucket) {
    struct made made;
    make_history(&made);
    struct samples latency = operations_latency(&made.evidence);
    struct staleness staleness = made_staleness(&made);
    uint32_t count;
    struct series_bucket *buckets = series_make(&made.evidence, &latency, &staleness, 2000 * MS, &count);
    ck_assert_uint_eq(count, 6);
    ck_assert_int_eq(buckets[5].from, 10000 * MS);
    ck_assert_uint_eq(buckets[0].ok[OP_READ], 2);
    ck_assert_double_eq(buckets[0].latency_p50[OP_READ], 0.010);
    ck_assert_double_eq(buckets[0].latency_p99[OP_READ], 0.501);
    ck_assert_uint_eq(buckets[1].ok[OP_READ], 2);
    ck_assert_uint_eq(buckets[1].ok[OP_WRITE], 1);
    ck_assert_double_eq(buckets[1].latency_p50[OP_WRITE], 0.040);
    ck_assert_uint_eq(buckets[1].stale_reads, 1); /* at 3 s it read 0, and 7 was acknowledged at 2.54 s */
    ck_assert_uint_eq(buckets[2].failed[OP_READ], 1);
    ck_assert_double_eq(buckets[2].latency_p50[OP_READ], 2.0);
    ck_assert_uint_eq(buckets[3].unknown[OP_READ], 1);
    ck_assert_double_eq(buckets[3].latency_p50[OP_READ], -1);
    ck_assert_uint_eq(buckets[5].unknown[OP_READ], 2);
    free(buckets);
    staleness_free(&staleness);
    samples_free(&latency);
    made_end(&made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure operations");
    TCase *tests = tcase_create("operations");
    tcase_add_test(tests, latency_counts_operations_that_succeeded);
    tcase_add_test(tests, availability_leaves_out_what_still_had_time);
    tcase_add_test(tests, throughput_is_per_second_of_the_window);
    tcase_add_test(tests, an_outage_lasts_from_the_last_success_to_the_next);
    tcase_add_test(tests, idle_time_is_no_outage);
    tcase_add_test(tests, outages_reach_to_the_borders);
    tcase_add_test(tests, series_has_counts_and_quantiles_of_each_bucket);
    suite_add_tcase(suite, tests);
    return suite;
}
