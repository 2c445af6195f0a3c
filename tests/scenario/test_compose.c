/* Scenarios of several files: extends, let, values set on the command line; and files that cannot be read. */
#include "tests/scenario/fake_model.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"

static char folder[64];
static struct text errors;

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const char *bytes, size_t length) {
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    fwrite(bytes, 1, length, file);
    fclose(file);
}

static void write_file(const char *name, const char *text) {
    write_bytes(name, text, strlen(text));
}

static struct scenario *read_file(const char *name, const char *const *sets, uint32_t set_count) {
    struct scenario_options options = {.models = &fake_models, .sets = sets, .set_count = set_count};
    return scenario_read(path_of(name), &options, &errors);
}

/* The errors with the folder's name taken out of them. */
static void check_errors(const char *expected) {
    char *at;
    ck_assert_ptr_nonnull(errors.bytes);
    while ((at = strstr(errors.bytes, folder)) != NULL) {
        memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
    }
    ck_assert_str_eq(errors.bytes, expected);
}

#define BASE                                                                                                           \
    "{\"title\": \"base\", \"duration\": \"60s\", \"let\": {\"beat\": \"40ms\"},\n"                                    \
    "\"network\": {\"latency\": {\"lognormal\": {\"median\": \"0.5ms\", \"sigma\": 0.3}}, \"loss\": 0.1},\n"           \
    "\"systems\": {\"store\": {\"model\": \"fake\", \"nodes\": 5, \"params\": {\"heartbeat\": \"$beat\", \"count\": "  \
    "9}}},\n"                                                                                                          \
    "\"faults\": [{\"at\": \"1s\", \"crash\": \"leader\"}, {\"at\": \"2s\", \"pause\": \"leader\"}]}"

static void setup(void) {
    memset(&errors, 0, sizeof errors);
    strcpy(folder, "/tmp/spacelike-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_file("base.json", BASE);
}

static void teardown(void) {
    static const char *const names[] = {"base.json", "over.json", "a.json", "b.json", "c.json", "times.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(path_of(names[i]));
    }
    rmdir(folder);
    text_free(&errors);
}

static const struct fake_params *params_of(const struct scenario *scenario) {
    return scenario->systems[0].params;
}

START_TEST(a_file_is_merged_over_the_one_it_extends) {
    write_file("over.json", "{\"extends\": \"base.json\", \"title\": \"over\", \"let\": {\"beat\": \"30ms\"},\n"
                            "\"network\": {\"latency\": {\"constant\": \"1ms\"}, \"loss\": null},\n"
                            "\"systems\": {\"store\": {\"nodes\": 3}, \"more\": {\"model\": \"plain\"}},\n"
                            "\"faults\": [{\"at\": \"3s\", \"restart\": \"leader\"}]}");
    struct scenario *scenario = read_file("over.json", NULL, 0);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    ck_assert_str_eq(scenario->title, "over");
    ck_assert_int_eq(scenario->duration, 60 * SIM_SECOND);
    ck_assert_uint_eq(scenario->systems[0].nodes, 3);
    ck_assert_uint_eq(scenario->system_count, 2);
    ck_assert_int_eq(params_of(scenario)->duration, 30 * SIM_MILLISECOND);
    ck_assert_int_eq(params_of(scenario)->count, 9);
    ck_assert_uint_eq(scenario->fault_count, 1);
    ck_assert_int_eq(scenario->network.base.latency.kind, DIST_CONSTANT); /* another kind replaces the base's */
    ck_assert_double_eq(scenario->network.base.loss, 0);                  /* null takes the base's away */
    scenario_free(scenario);
}
END_TEST

START_TEST(a_problem_is_placed_in_the_file_where_the_value_stands) {
    write_file(
        "base.json",
        "{\"title\": \"base\", \"duration\": \"60 parsecs\",\n \"systems\": {\"store\": {\"model\": \"fake\"}}}");
    write_file("over.json", "{\"extends\": \"base.json\",\n\"warmup\": 3}");
    ck_assert_ptr_null(read_file("over.json", NULL, 0));
    check_errors("over.json:2:11: warmup: found 3; expected a duration such as \"150ms\"\n"
                 "base.json:1:31: duration: unknown unit \"parsecs\"; expected ns, us, ms, s, min, h or d\n");
}
END_TEST

START_TEST(what_is_missing_is_missing_in_the_first_file) {
    write_file("base.json", "{\"title\": \"base\", \"duration\": \"60s\"}");
    write_file("over.json", "\n{\"extends\": \"base.json\"}");
    ck_assert_ptr_null(read_file("over.json", NULL, 0));
    check_errors("over.json:2:1: \"systems\" is missing; expected an object of systems, such as {\"store\": "
                 "{\"model\": \"raft\", \"nodes\": 3}}\n");
}
END_TEST

START_TEST(a_cycle_is_told_with_its_files) {
    write_file("a.json", "{\"extends\": \"b.json\"}");
    write_file("b.json", "{\"extends\": \"c.json\"}");
    write_file("c.json", "{\"title\": \"c\",\n \"extends\": \"./b.json\"}");
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("c.json:2:13: extends: b.json extends c.json extends b.json, a cycle; expected files that end with "
                 "one that extends none\n");
}
END_TEST

START_TEST(a_file_that_extends_itself_is_a_cycle) {
    write_file("a.json", "{\"extends\": \"a.json\"}");
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors(
        "a.json:1:13: extends: a.json extends a.json, a cycle; expected files that end with one that extends none\n");
}
END_TEST

START_TEST(a_missing_base_is_told_where_it_is_named) {
    write_file("a.json", "{\"extends\": \"nowhere.json\"}");
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors(
        "a.json:1:13: extends: cannot read nowhere.json: No such file or directory; expected a scenario file\n");
}
END_TEST

START_TEST(a_missing_file_is_told) {
    ck_assert_ptr_null(read_file("nowhere.json", NULL, 0));
    check_errors("nowhere.json:1:1: cannot read the file: No such file or directory; expected a scenario file\n");
}
END_TEST

START_TEST(a_folder_is_no_file) {
    ck_assert_ptr_null(read_file(".", NULL, 0));
    check_errors(".:1:1: cannot read the file: Is a directory; expected a scenario file\n");
}
END_TEST

START_TEST(an_empty_file_is_told) {
    write_file("a.json", "");
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("a.json:1:1: the text is empty; expected a JSON object\n");
}
END_TEST

START_TEST(a_truncated_file_is_told_where_it_ends) {
    write_bytes("a.json", BASE, strlen(BASE) / 2);
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    ck_assert_ptr_nonnull(strstr(errors.bytes, "the text ends here; expected"));
}
END_TEST

START_TEST(a_file_that_is_not_utf8_is_told) {
    write_bytes("a.json", "{\"title\": \"\xe4\"}", 13);
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("a.json:1:12: the byte 0xe4 is not UTF-8 here; expected UTF-8 throughout\n");
}
END_TEST

START_TEST(a_file_of_ten_megabytes_of_brackets_is_told) {
    size_t length = 10u << 20;
    char *text = malloc(length);
    memset(text, '[', length);
    write_bytes("a.json", text, length);
    free(text);
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("a.json:1:65: nested too deep; expected at most 64 levels\n");
}
END_TEST

START_TEST(too_large_a_file_is_told) {
    size_t length = 17u << 20;
    char *text = malloc(length);
    memset(text, ' ', length);
    write_bytes("a.json", text, length);
    free(text);
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("a.json:1:1: cannot read the file: it has more than 16 MiB; expected a scenario file\n");
}
END_TEST

START_TEST(values_are_set_after_extends_and_before_let) {
    static const char *const sets[] = {"systems.store.nodes=3",
                                       "title=Short and \"sweet\"",
                                       "faults.1.at=5s",
                                       "let.beat=10ms",
                                       "network.latency.exponential.mean=2ms",
                                       "systems.store.cores=4",
                                       "seed=\"18446744073709551615\""};
    struct scenario *scenario = read_file("base.json", sets, 7);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    ck_assert_uint_eq(scenario->systems[0].nodes, 3);
    ck_assert_str_eq(scenario->title, "Short and \"sweet\"");
    ck_assert_int_eq(scenario->faults[1].at, 5 * SIM_SECOND);
    ck_assert_int_eq(params_of(scenario)->duration, 10 * SIM_MILLISECOND);
    ck_assert_int_eq(scenario->network.base.latency.kind, DIST_EXPONENTIAL);
    ck_assert_uint_eq(scenario->systems[0].cores, 4);
    ck_assert_uint_eq(scenario->seed, UINT64_MAX);
    ck_assert_ptr_nonnull(strstr(scenario->resolved, "\"nodes\": 3"));
    scenario_free(scenario);
}
END_TEST

START_TEST(a_set_path_reaches_keys_with_dots) {
    write_file("a.json", "{\"title\": \"t\", \"duration\": \"1s\", \"systems\": {\"s\": {\"model\": \"fake\", "
                         "\"service\": {\"fake.append\": \"1ms\"}}}}");
    static const char *const sets[] = {"systems.s.service.fake.append=2ms"};
    struct scenario *scenario = read_file("a.json", sets, 1);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    ck_assert_double_eq(scenario->systems[0].type_services[0].a, 2e6);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_set_path_adds_a_key_with_a_dot) {
    write_file("a.json", "{\"title\": \"t\", \"duration\": \"1s\", \"systems\": {\"s\": {\"model\": \"fake\", "
                         "\"service\": {\"default\": \"1ms\"}}}}");
    static const char *const sets[] = {"systems.s.service.fake.append=2ms",
                                       "systems.s.service.timer.exponential.mean=3ms"};
    struct scenario *scenario = read_file("a.json", sets, 2);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    ck_assert_double_eq(scenario->systems[0].type_services[0].a, 2e6);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *set, *message;
} bad_sets[] = {
    {"systems.store.nodez=3", "--set 1:1: systems.store: unknown key \"nodez\"; expected one of model, nodes, params, "
                              "disk, clock, cores, service, queue, placement, uses; did you mean \"nodes\"?\n"},
    {"systems.store.nodes=0", "--set 1:1: systems.store.nodes: found 0; expected a whole number from 1 to 16777216\n"},
    {"duration=5 parsecs", "--set 1:1: duration: unknown unit \"parsecs\"; expected ns, us, ms, s, min, h or d\n"},
    {"network={\"loss\": 1.5}", "--set 1:10: network.loss: found 1.5; expected a number from 0 to 1\n"},
    {"title.x=3", "--set 1:1: title.x: title is \"base\" and has nothing inside; expected a path to a value\n"},
    {"faults.2.at=5s", "--set 1:1: faults.2.at: there is no element 2; expected one of the 2, counted from 0\n"},
    {"faults.x=5s", "--set 1:1: faults.x: \"x\" names no element; expected a number from 0 to 1\n"},
    {"systems..nodes=5",
     "--set 1:1: systems..nodes: an empty key in the path; expected keys separated by single dots\n"},
    {"nothing", "--set 1:1: nothing: no value; expected path=value, such as systems.store.nodes=3\n"},
    {"extends=a.json", "--set 1:1: extends: files are put together before values are set; expected another key\n"},
    {"title=\xff", "--set 1:1: title: the value is not UTF-8; expected UTF-8\n"},
    {"warmup=$beet",
     "--set 1:1: warmup: unknown name \"$beet\"; expected a name that \"let\" defines; did you mean \"$beat\"?\n"},
};

START_TEST(a_bad_set_is_told_with_its_path) {
    const char *const sets[] = {bad_sets[_i].set};
    ck_assert_ptr_null(read_file("base.json", sets, 1));
    check_errors(bad_sets[_i].message);
}
END_TEST

START_TEST(the_seed_of_the_command_line_wins_and_leaves_the_hash) {
    struct scenario *first = read_file("base.json", NULL, 0);
    struct scenario_options options = {.models = &fake_models, .has_seed = true, .seed = 77};
    struct scenario *second = scenario_read(path_of("base.json"), &options, &errors);
    ck_assert_uint_eq(second->seed, 77);
    ck_assert_uint_eq(first->hash, second->hash);
    scenario_free(first);
    scenario_free(second);
}
END_TEST

START_TEST(names_that_stand_for_too_much_are_refused) {
    struct text text = {0};
    text_add(
        &text,
        "{\"title\": \"t\", \"duration\": \"1s\", \"systems\": {\"s\": {\"model\": \"fake\"}}, \"let\": {\"x\": [0");
    for (int i = 0; i < 5000; i++) {
        text_add(&text, ",1");
    }
    text_add(&text, "]},\n\"vary\": {\"a\": [\"$x\"");
    for (int i = 0; i < 5000; i++) {
        text_add(&text, ",\"$x\"");
    }
    text_add(&text, "]}}");
    write_bytes("a.json", text.bytes, text.length);
    text_free(&text);
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    ck_assert_ptr_nonnull(
        strstr(errors.bytes, "the names of \"let\" stand for too much; expected at most 1048576 values\n"));
}
END_TEST

START_TEST(bad_lines_of_a_trace_are_told) {
    write_file("times.csv", "1\n\n2 parsecs\n0.5\n");
    write_file("a.json", "{\"title\": \"t\", \"duration\": \"9s\", \"systems\": {\"s\": {\"model\": \"fake\"}}, "
                         "\"workload\": {\"kind\": \"kv\", \"arrivals\": {\"trace\": \"times.csv\"}}}");
    ck_assert_ptr_null(read_file("a.json", NULL, 0));
    check_errors("times.csv:3:1: \"2 parsecs\" is no arrival time; expected seconds such as 1.25 or a duration such as "
                 "\"1250ms\"\n"
                 "times.csv:4:1: the arrival is before the one of the line before; expected ascending times\n");
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("compose");
    TCase *tcase = tcase_create("compose");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_file_is_merged_over_the_one_it_extends);
    tcase_add_test(tcase, a_problem_is_placed_in_the_file_where_the_value_stands);
    tcase_add_test(tcase, what_is_missing_is_missing_in_the_first_file);
    tcase_add_test(tcase, a_cycle_is_told_with_its_files);
    tcase_add_test(tcase, a_file_that_extends_itself_is_a_cycle);
    tcase_add_test(tcase, a_missing_base_is_told_where_it_is_named);
    tcase_add_test(tcase, a_missing_file_is_told);
    tcase_add_test(tcase, a_folder_is_no_file);
    tcase_add_test(tcase, an_empty_file_is_told);
    tcase_add_test(tcase, a_truncated_file_is_told_where_it_ends);
    tcase_add_test(tcase, a_file_that_is_not_utf8_is_told);
    tcase_add_test(tcase, a_file_of_ten_megabytes_of_brackets_is_told);
    tcase_add_test(tcase, too_large_a_file_is_told);
    tcase_add_test(tcase, values_are_set_after_extends_and_before_let);
    tcase_add_test(tcase, a_set_path_reaches_keys_with_dots);
    tcase_add_test(tcase, a_set_path_adds_a_key_with_a_dot);
    tcase_add_loop_test(tcase, a_bad_set_is_told_with_its_path, 0, (int)(sizeof bad_sets / sizeof bad_sets[0]));
    tcase_add_test(tcase, the_seed_of_the_command_line_wins_and_leaves_the_hash);
    tcase_add_test(tcase, names_that_stand_for_too_much_are_refused);
    tcase_add_test(tcase, bad_lines_of_a_trace_are_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
