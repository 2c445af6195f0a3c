/* The tables of every model that is built in are sound, as those of a plug-in must be. */
#include "models/registry.h"
#include "sim/scenario/scenario.h"
#include "tests/check_main.h"

START_TEST(the_tables_of_built_in_models_are_sound) {
    ck_assert_uint_gt(model_registry_count, 2);
    for (uint32_t i = 0; i < model_registry_count; i++) {
        struct text error = {0};
        ck_assert_uint_eq(model_registry[i]->abi, SPACELIKE_ABI);
        ck_assert_msg(model_check(model_registry[i], &error), "%s", error.bytes);
    }
}
END_TEST

START_TEST(names_of_models_differ) {
    for (uint32_t i = 0; i < model_registry_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            ck_assert_str_ne(model_registry[i]->name, model_registry[j]->name);
        }
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("tables");
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, the_tables_of_built_in_models_are_sound);
    tcase_add_test(tables, names_of_models_differ);
    suite_add_tcase(suite, tables);
    return suite;
}
