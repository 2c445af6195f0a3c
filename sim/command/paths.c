#include "sim/command/paths.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_scenario_name(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0 && strcmp(name, "schema.json") != 0;
}

static void add_path(struct path_list *list, const char *path) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        list->paths = realloc(list->paths, list->capacity * sizeof *list->paths);
    }
    if (list->paths == NULL || (list->paths[list->count++] = strdup(path)) == NULL) {
        abort();
    }
}

/* In the order of names, so that every machine runs them in the same order. Within a folder, links to folders are not
 * followed: they may lead in circles. */
static bool find_below(struct path_list *list, const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        add_path(list, path);
        return true;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct text child = {0};
        size_t length = strlen(path);
        text_add(&child, "%s%s%s", path, length > 0 && path[length - 1] == '/' ? "" : "/", entries[i]->d_name);
        struct stat child_status;
        bool is_hidden = entries[i]->d_name[0] == '.';
        bool is_folder = lstat(child.bytes, &child_status) == 0 && S_ISDIR(child_status.st_mode);
        if (!is_hidden && is_folder) {
            find_below(list, child.bytes);
        } else if (!is_hidden && is_scenario_name(entries[i]->d_name)) {
            add_path(list, child.bytes);
        }
        text_free(&child);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return count >= 0;
}

enum exit_status paths_find(const char *command, struct path_list *list, char **operands, int count) {
    for (int i = 0; i < count; i++) {
        size_t before = list->count;
        if (!find_below(list, operands[i])) {
            return usage_error(command, "%s: there is no such file or folder", operands[i]);
        }
        if (list->count == before) {
            return usage_error(command, "%s: there is no scenario in it", operands[i]);
        }
    }
    return EXIT_HELD;
}

void paths_free(struct path_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->paths[i]);
    }
    free(list->paths);
    *list = (struct path_list){0};
}
