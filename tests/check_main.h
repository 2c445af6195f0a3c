/* The main function of a Check test file: runs the suite and prints TAP. Include it once, last, after defining
 * `static Suite *make_suite(void)`. */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

static Suite *make_suite(void);

int main(void) {
    setenv("CK_TAP_LOG_FILE_NAME", "-", 0);
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return 0; /* TAP tells of failures; another status would read as an error of the harness */
}

#endif
