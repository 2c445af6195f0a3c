/* The main function of a Check test file: runs the suite and prints TAP. Include it once, last, after defining
 * `static Suite *make_suite(void)`. */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

static Suite *make_suite(void);

int main(void) {
    setenv("CK_TAP_LOG_FILE_NAME", "-", 0);
    setenv("CK_DEFAULT_TIMEOUT", "60", 0); /* against hanging for ever, not against a busy machine */
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return 0; /* TAP tells of failures; another status would read as an error of the harness */
}

#endif
