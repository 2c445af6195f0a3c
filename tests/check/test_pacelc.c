/* The label of PACELC from numbers made by hand: every rule, and each way to miss it. */
#include "sim/check/pacelc.h"

#include "tests/check_main.h"

#include <string.h>

static struct partition_side sides[3];

static struct level_result level(enum consistency_level value) {
    return (struct level_result){.level = value, .is_decided = true, .answers = 100};
}

static struct partition_side side(uint64_t reads_served, uint64_t writes_served) {
    struct partition_side result = {.lives = true};
    result.asked[OP_READ] = result.asked[OP_WRITE] = 1000;
    result.served[OP_READ] = reads_served;
    result.served[OP_WRITE] = writes_served;
    return result;
}

/* Two sides that serve everything, and 1000 reads without a stale one on either. */
static struct pacelc_evidence healthy(void) {
    sides[0] = side(1000, 1000);
    sides[1] = side(1000, 1000);
    return (struct pacelc_evidence){.has_partition = true,
                                    .messages_stopped = 50,
                                    .sides = sides,
                                    .side_count = 2,
                                    .available_at = PACELC_AVAILABLE_AT,
                                    .partition_level = level(LEVEL_LINEARIZABLE),
                                    .else_level = level(LEVEL_LINEARIZABLE),
                                    .reads = 1000,
                                    .stale_high = 0.003};
}

static void expect_label(const struct pacelc_evidence *evidence, const char *label) {
    struct pacelc_verdict verdict = pacelc_judge(evidence);
    ck_assert_str_eq(verdict.label, label);
    ck_assert_str_ne(verdict.partition_why, "");
    ck_assert_str_ne(verdict.else_why, "");
}

/* ---- Under a partition ---- */

START_TEST(sides_that_all_serve_99_percent_are_available) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(990, 1000);
    expect_label(&evidence, "PA/EC");
    ck_assert_uint_eq(pacelc_judge(&evidence).sides_judged, 2);
}
END_TEST

START_TEST(a_side_just_short_of_it_is_not) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(989, 1000);
    expect_label(&evidence, "PC/EC");
    evidence.available_at = 0.98;
    expect_label(&evidence, "PA/EC");
}
END_TEST

START_TEST(each_kind_of_operation_has_to_be_served) {
    struct pacelc_evidence evidence = healthy();
    sides[0].asked[OP_READ] = sides[0].served[OP_READ] = 1000000; /* many reads do not hide that no write succeeds */
    sides[0].served[OP_WRITE] = 0;
    expect_label(&evidence, "PC/EC");
    struct pacelc_verdict verdict = pacelc_judge(&evidence);
    ck_assert_uint_eq(verdict.worst_side, 0);
    ck_assert_uint_eq(verdict.worst_kind, OP_WRITE);
    ck_assert(verdict.worst_share == 0);
}
END_TEST

START_TEST(short_and_as_consistent_as_without_is_consistent) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(0, 0);
    evidence.partition_level = evidence.else_level = level(LEVEL_SESSION);
    evidence.stale_reads = 10;
    evidence.stale_low = 0.005;
    expect_label(&evidence, "PC/EL");
}
END_TEST

START_TEST(short_and_less_consistent_is_neither) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(1000, 0);
    evidence.partition_level = level(LEVEL_EVENTUAL);
    expect_label(&evidence, "P-/EC");
    ck_assert_str_eq(pacelc_partition_name(pacelc_judge(&evidence).partition), "neither");
}
END_TEST

START_TEST(available_and_less_consistent_is_available) {
    struct pacelc_evidence evidence = healthy();
    evidence.partition_level = level(LEVEL_DIVERGENT);
    expect_label(&evidence, "PA/EC");
}
END_TEST

START_TEST(without_clients_on_a_side_nothing_is_decided) {
    struct pacelc_evidence evidence = healthy();
    memset(sides[0].asked, 0, sizeof sides[0].asked);
    memset(sides[1].asked, 0, sizeof sides[1].asked);
    expect_label(&evidence, "P?/EC");
    evidence.side_count = 0;
    expect_label(&evidence, "P?/EC");
}
END_TEST

START_TEST(a_side_without_clients_or_live_nodes_does_not_count) {
    struct pacelc_evidence evidence = healthy();
    sides[0] = side(0, 0);
    sides[0].lives = false;
    sides[1] = (struct partition_side){.lives = true};
    sides[2] = side(1000, 1000);
    evidence.side_count = 3;
    expect_label(&evidence, "PA/EC");
    ck_assert_uint_eq(pacelc_judge(&evidence).sides_judged, 1);
}
END_TEST

START_TEST(sides_of_another_system_do_not_count) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(0, 0);
    sides[1].system = 1;
    expect_label(&evidence, "PA/EC");
}
END_TEST

START_TEST(a_partition_that_touched_nothing_decides_nothing) {
    struct pacelc_evidence evidence = healthy();
    evidence.messages_stopped = 0;
    expect_label(&evidence, "P?/EC");
    evidence.has_partition = false;
    expect_label(&evidence, "P?/EC");
}
END_TEST

START_TEST(levels_that_are_not_known_cannot_be_compared) {
    struct pacelc_evidence evidence = healthy();
    sides[1] = side(0, 0);
    evidence.partition_level.is_decided = false;
    expect_label(&evidence, "P?/EC");
    evidence = healthy();
    sides[1] = side(0, 0);
    evidence.partition_level = level(LEVEL_SESSION);
    evidence.else_level.is_decided = false;
    expect_label(&evidence, "P?/E?");
    evidence.partition_level = level(LEVEL_LINEARIZABLE); /* nothing is above it */
    expect_label(&evidence, "PC/E?");
}
END_TEST

START_TEST(a_partition_in_which_nobody_is_answered_is_consistent) {
    struct pacelc_evidence evidence = healthy();
    sides[0] = sides[1] = side(0, 0);
    evidence.partition_level = (struct level_result){.answers = 0};
    expect_label(&evidence, "PC/EC");
}
END_TEST

/* ---- Else ---- */

START_TEST(stale_reads_are_latency) {
    struct pacelc_evidence evidence = healthy();
    evidence.stale_reads = 10;
    evidence.stale_low = 0.005;
    expect_label(&evidence, "PA/EL");
}
END_TEST

START_TEST(stale_reads_that_could_be_none_decide_nothing) {
    struct pacelc_evidence evidence = healthy();
    evidence.stale_reads = 1;
    evidence.stale_low = 0;
    expect_label(&evidence, "PA/E?");
}
END_TEST

START_TEST(fresh_reads_that_are_not_linearizable_decide_nothing) {
    struct pacelc_evidence evidence = healthy();
    evidence.else_level = level(LEVEL_SESSION);
    expect_label(&evidence, "PA/E?");
    evidence.else_level.is_decided = false;
    expect_label(&evidence, "PA/E?");
}
END_TEST

START_TEST(without_reads_nothing_is_decided) {
    struct pacelc_evidence evidence = healthy();
    evidence.reads = 0;
    expect_label(&evidence, "PA/E?");
}
END_TEST

/* ---- Labels ---- */

START_TEST(labels_that_may_be_expected) {
    static const char *const good[] = {"PA", "PC", "P-", "P?", "EL", "EC", "E?", "PA/EL", "PC/EC", "P-/E?"};
    static const char *const bad[] = {"",      "P",      "E",    "PX",    "PA/", "PA/PC",
                                      "EL/PA", "PA/ELC", "PAEL", "pa/el", "A",   "PAA"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(pacelc_is_label(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!pacelc_is_label(bad[i]), "%s", bad[i]);
    }
}
END_TEST

START_TEST(half_a_label_says_nothing_about_the_other_half) {
    struct pacelc_evidence evidence = healthy();
    struct pacelc_verdict verdict = pacelc_judge(&evidence); /* PA/EC */
    bool is_open;
    ck_assert(pacelc_has_label(&verdict, "PA", &is_open) && !is_open);
    ck_assert(pacelc_has_label(&verdict, "EC", &is_open));
    ck_assert(pacelc_has_label(&verdict, "PA/EC", &is_open));
    ck_assert(!pacelc_has_label(&verdict, "PC/EC", &is_open) && !is_open);
    ck_assert(!pacelc_has_label(&verdict, "EL", &is_open) && !is_open);
    evidence.reads = 0;
    verdict = pacelc_judge(&evidence); /* PA/E? */
    ck_assert(!pacelc_has_label(&verdict, "PA/EC", &is_open) && is_open);
    ck_assert(!pacelc_has_label(&verdict, "PC/EC", &is_open) && !is_open);
    ck_assert(pacelc_has_label(&verdict, "E?", &is_open));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("pacelc");
    TCase *rules = tcase_create("rules");
    tcase_add_test(rules, sides_that_all_serve_99_percent_are_available);
    tcase_add_test(rules, a_side_just_short_of_it_is_not);
    tcase_add_test(rules, each_kind_of_operation_has_to_be_served);
    tcase_add_test(rules, short_and_as_consistent_as_without_is_consistent);
    tcase_add_test(rules, short_and_less_consistent_is_neither);
    tcase_add_test(rules, available_and_less_consistent_is_available);
    tcase_add_test(rules, without_clients_on_a_side_nothing_is_decided);
    tcase_add_test(rules, a_side_without_clients_or_live_nodes_does_not_count);
    tcase_add_test(rules, sides_of_another_system_do_not_count);
    tcase_add_test(rules, a_partition_that_touched_nothing_decides_nothing);
    tcase_add_test(rules, levels_that_are_not_known_cannot_be_compared);
    tcase_add_test(rules, a_partition_in_which_nobody_is_answered_is_consistent);
    tcase_add_test(rules, stale_reads_are_latency);
    tcase_add_test(rules, stale_reads_that_could_be_none_decide_nothing);
    tcase_add_test(rules, fresh_reads_that_are_not_linearizable_decide_nothing);
    tcase_add_test(rules, without_reads_nothing_is_decided);
    tcase_add_test(rules, labels_that_may_be_expected);
    tcase_add_test(rules, half_a_label_says_nothing_about_the_other_half);
    suite_add_tcase(suite, rules);
    return suite;
}
