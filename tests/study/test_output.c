/* Whole files or nothing. */
#include "sim/study/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"

enum { LARGE = 100000 };

static char folder[64];
static struct text error;

static void set_up(void) {
    strcpy(folder, "/tmp/spacelike-output-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    error = (struct text){0};
}

static void remove_all(const char *path) {
    DIR *open_folder = opendir(path);
    if (open_folder == NULL) {
        unlink(path);
        return;
    }
    for (struct dirent *entry = readdir(open_folder); entry != NULL; entry = readdir(open_folder)) {
        char child[512];
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove_all(child);
        }
    }
    closedir(open_folder);
    rmdir(path);
}

static void tear_down(void) {
    remove_all(folder);
    text_free(&error);
}

static const char *within(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int count_entries(const char *path) {
    DIR *open_folder = opendir(path);
    int count = -2; /* "." and ".." */
    while (open_folder != NULL && readdir(open_folder) != NULL) {
        count++;
    }
    if (open_folder != NULL) {
        closedir(open_folder);
    }
    return count;
}

static void assert_content(const char *path, const char *expected) {
    char content[64] = "";
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, sizeof content - 1, file);
    fclose(file);
    content[length] = '\0';
    ck_assert_str_eq(content, expected);
}

static struct output_file file_of(const char *name, const char *content) {
    struct output_file file = {.name = name};
    text_add_bytes(&file.content, content, strlen(content));
    return file;
}

static bool write_two(const char *to) {
    struct output_file files[] = {file_of("one", "first"), file_of("two", "second")};
    bool is_written = output_write(to, files, 2, &error);
    text_free(&files[0].content);
    text_free(&files[1].content);
    return is_written;
}

START_TEST(files_are_written_into_folders_that_are_made) {
    ck_assert_msg(write_two(within("a/b/c/")), "%s", error.bytes);
    assert_content(within("a/b/c/one"), "first");
    assert_content(within("a/b/c/two"), "second");
    ck_assert_int_eq(count_entries(within("a/b/c")), 2);
    ck_assert(write_two(within("a/b/c"))); /* again, over what is there */
    ck_assert_int_eq(count_entries(within("a/b/c")), 2);
}
END_TEST

START_TEST(an_empty_file_is_a_file) {
    struct text empty = {0};
    ck_assert(output_write_file(within("empty"), &empty, &error));
    assert_content(within("empty"), "");
}
END_TEST

START_TEST(a_file_in_the_way_is_told) {
    ck_assert(write_two(folder));
    ck_assert(!write_two(within("one")));
    ck_assert_ptr_nonnull(strstr(error.bytes, "one: cannot make this folder: "));
    text_free(&error);
    ck_assert(!write_two(within("one/below")));
    ck_assert_ptr_nonnull(strstr(error.bytes, "one/below: cannot make this folder: "));
    ck_assert_int_eq(count_entries(folder), 2);
}
END_TEST

START_TEST(a_folder_in_the_way_leaves_nothing_half_written) {
    mkdir(within("two"), 0777);
    mkdir(within("two/inner"), 0777);
    ck_assert(!write_two(folder));
    ck_assert_ptr_nonnull(strstr(error.bytes, "cannot put the file in place"));
    struct text content = {0};
    text_add(&content, "x");
    ck_assert(!output_write_file(within("two"), &content, &error));
    text_free(&content);
    ck_assert_int_le(count_entries(folder), 2); /* the folder, and perhaps the first file, whole */
}
END_TEST

START_TEST(an_empty_name_or_one_too_long_is_refused) {
    char name[6000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert(!write_two(""));
    ck_assert_str_eq(error.bytes, "the name of the folder is empty\n");
    ck_assert(!write_two(name));
    for (size_t i = 100; i < sizeof name; i += 100) {
        name[i] = '/';
    }
    memcpy(name, folder, strlen(folder));
    name[strlen(folder)] = '/';
    name[4094] = '\0'; /* the folder's own name fits, and those of its files do not */
    ck_assert(!write_two(name));
    struct text content = {0};
    ck_assert(!output_write_file(name, &content, &error));
}
END_TEST

START_TEST(what_does_not_fit_leaves_what_was_there) {
    struct text content = {0};
    text_add(&content, "old");
    ck_assert(output_write_file(within("one"), &content, &error));
    for (int i = 0; i < LARGE; i++) {
        text_add_bytes(&content, "x", 1);
    }
    struct rlimit limit = {LARGE / 2, LARGE / 2};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool is_written = output_write_file(within("one"), &content, &error);
    struct output_file files[] = {file_of("two", "small"), {.name = "three", .content = content}};
    bool are_written = output_write(within("new"), files, 2, &error);
    ck_assert(!is_written);
    ck_assert(!are_written);
    ck_assert_ptr_nonnull(strstr(error.bytes, strerror(EFBIG)));
    assert_content(within("one"), "old");
    ck_assert_int_eq(count_entries(folder), 2);
    ck_assert_int_eq(count_entries(within("new")), 0);
    text_free(&files[0].content);
    text_free(&content);
}
END_TEST

START_TEST(a_device_is_written_to_and_stays_a_device) {
    struct text content = {0};
    struct stat status;
    text_add(&content, "x");
    ck_assert_msg(output_write_file("/dev/null", &content, &error), "%s", error.bytes);
    ck_assert(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
    ck_assert(!output_write_file("/dev/full", &content, &error));
    ck_assert_ptr_nonnull(strstr(error.bytes, strerror(ENOSPC)));
    ck_assert(stat("/dev/full", &status) == 0 && S_ISCHR(status.st_mode));
    text_free(&content);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("output");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, files_are_written_into_folders_that_are_made);
    tcase_add_test(tests, an_empty_file_is_a_file);
    tcase_add_test(tests, a_file_in_the_way_is_told);
    tcase_add_test(tests, a_folder_in_the_way_leaves_nothing_half_written);
    tcase_add_test(tests, an_empty_name_or_one_too_long_is_refused);
    tcase_add_test(tests, what_does_not_fit_leaves_what_was_there);
    tcase_add_test(tests, a_device_is_written_to_and_stays_a_device);
    suite_add_tcase(suite, tests);
    return suite;
}
