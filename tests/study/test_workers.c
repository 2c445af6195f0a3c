#include "sim/study/workers.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"

enum { TASKS = 40 };

struct seen {
    int times[TASKS], status[TASKS], signal[TASKS];
    size_t length[TASKS];
    uint32_t count, stop_after;
    bool is_wrong;
};

static bool note(void *context, const struct worker_result *result) {
    struct seen *seen = context;
    seen->times[result->task]++;
    seen->status[result->task] = result->status;
    seen->signal[result->task] = result->signal;
    seen->length[result->task] = result->length;
    for (size_t i = 0; i < result->length; i++) {
        seen->is_wrong = seen->is_wrong || result->bytes[i] != (char)('a' + result->task % 26);
    }
    seen->is_wrong = seen->is_wrong || result->bytes[result->length] != '\0' || result->wall_s < 0;
    return ++seen->count != seen->stop_after;
}

/* Task k writes its letter up to 200 kB, more than a pipe holds. */
static int writes(void *context, uint64_t task, struct text *out) {
    (void)context;
    for (uint64_t i = 0; i < task * 5000; i++) {
        char letter = (char)('a' + task % 26);
        text_add_bytes(out, &letter, 1);
    }
    return (int)(task % 5);
}

START_TEST(every_task_is_done_once) {
    static const uint32_t jobs[] = {0, 1, 3, TASKS, 100000};
    struct seen seen = {0};
    workers_run(TASKS, jobs[_i], writes, note, &seen);
    ck_assert_uint_eq(seen.count, TASKS);
    ck_assert(!seen.is_wrong);
    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(seen.times[i], 1);
        ck_assert_int_eq(seen.status[i], i % 5);
        ck_assert_uint_eq(seen.length[i], (size_t)i * 5000);
    }
}
END_TEST

START_TEST(no_task_is_no_work) {
    struct seen seen = {0};
    workers_run(0, 4, writes, note, &seen);
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

static int dies(void *context, uint64_t task, struct text *out) {
    (void)context, (void)out;
    if (task % 2 == 1) {
        signal(SIGSEGV, SIG_DFL);
        raise(task == 3 ? SIGKILL : SIGSEGV);
    }
    return 0;
}

START_TEST(a_task_that_is_killed_takes_nothing_else_down) {
    struct seen seen = {0};
    workers_run(6, 2, dies, note, &seen);
    ck_assert_uint_eq(seen.count, 6);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(seen.status[i], i % 2 == 1 ? -1 : 0);
        ck_assert_int_eq(seen.signal[i], i == 3 ? SIGKILL : i % 2 == 1 ? SIGSEGV : 0);
        ck_assert_uint_eq(seen.length[i], 0);
    }
}
END_TEST

static int sleeps_long(void *context, uint64_t task, struct text *out) {
    (void)context, (void)out;
    if (task > 0) {
        sleep(1000);
    }
    return 0;
}

START_TEST(who_stops_does_not_wait_for_what_still_runs) {
    struct seen seen = {.stop_after = 1};
    workers_run(TASKS, 4, sleeps_long, note, &seen);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_int_eq(seen.times[0], 1);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("workers");
    TCase *tests = tcase_create("workers");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_task_is_done_once, 0, 5);
    tcase_add_test(tests, no_task_is_no_work);
    tcase_add_test(tests, a_task_that_is_killed_takes_nothing_else_down);
    tcase_add_test(tests, who_stops_does_not_wait_for_what_still_runs);
    suite_add_tcase(suite, tests);
    return suite;
}
