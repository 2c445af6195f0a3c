/* Figures that results/pbs calls WARS were computed from many trials, and typed in: they are what the model gives. */
#include "tests/models/wars.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

enum { TRIALS = 1000000 };

static cJSON *read_figures(cJSON **root) {
    static char text[1 << 20];
    char path[1000];
    const char *tests = getenv("TEST_ROOT"); /* as meson sets it */
    snprintf(path, sizeof path, "%s/../results/pbs/reproduction.json", tests != NULL ? tests : "tests");
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    *root = cJSON_Parse(text);
    return cJSON_GetObjectItem(*root, "figures");
}

/* The share of trials up to `ms` is `share`, up to the digits that are printed and five standard deviations. */
static void check_share(const double *sorted, double ms, double share, const char *name) {
    double deviation = 5 * sqrt(share * (1 - share) / TRIALS) + 1e-6;
    double low = wars_share_up_to(sorted, TRIALS, ms * (1 - 5e-4)),
           high = wars_share_up_to(sorted, TRIALS, ms * (1 + 5e-4));
    ck_assert_msg(low <= share + deviation && high >= share - deviation, "%s: a share of %.6f to %.6f is up to %g ms",
                  name, low, high, ms);
}

static void check_figure(const struct wars *wars, const cJSON *figure) {
    const char *name = cJSON_GetObjectItem(figure, "name")->valuestring;
    const char *metric = cJSON_GetObjectItem(figure, "metric")->valuestring;
    const cJSON *given = cJSON_GetObjectItem(figure, "published");
    double value = cJSON_IsString(given) ? strtod(given->valuestring, NULL) : given->valuedouble, at;
    if (strcmp(metric, "read.latency.p999") == 0) {
        check_share(wars->read, value, 0.999, name);
    } else if (strcmp(metric, "write.latency.p999") == 0) {
        check_share(wars->write, value, 0.999, name);
    } else if (strcmp(metric, "t_visibility.p999") == 0) {
        check_share(wars->visible, value, 0.999, name);
    } else {
        ck_assert_msg(sscanf(metric, "consistency.at.%lfms", &at) == 1, "%s", metric);
        check_share(wars->visible, at, value, name);
    }
}

START_TEST(what_the_results_call_wars_is_what_it_gives) {
    cJSON *root, *figures = read_figures(&root), *figure;
    int checked = 0;
    for (int r = 1; r <= 3; r++) {
        for (int w = 1; w <= 3; w++) {
            struct wars wars = {0};
            char start[40];
            snprintf(start, sizeof start, "%s R=%d W=%d: ", wars_systems[_i].name, r, w);
            cJSON_ArrayForEach(figure, figures) {
                const char *name = cJSON_GetObjectItem(figure, "name")->valuestring;
                if (strncmp(name, start, strlen(start)) == 0 && strstr(name, "WARS") != NULL) {
                    wars = wars.trials > 0 ? wars : wars_run(&wars_systems[_i], 3, r, w, TRIALS, 23);
                    check_figure(&wars, figure);
                    checked++;
                }
            }
            wars_free(&wars);
        }
    }
    ck_assert_int_ge(checked, 15);
    cJSON_Delete(root);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("pbs table");
    TCase *tests = tcase_create("wars");
    tcase_set_timeout(tests, 1000);
    tcase_add_loop_test(tests, what_the_results_call_wars_is_what_it_gives, 0, WARS_SYSTEMS);
    suite_add_tcase(suite, tests);
    return suite;
}
