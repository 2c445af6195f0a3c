#include "sim/study/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static bool make_folder(const char *folder, struct text *error) {
    char path[PATH_BYTES];
    if (folder[0] == '\0') {
        text_add(error, "the name of the folder is empty\n");
        return false;
    }
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path) {
        text_add(error, "%s: the path is too long\n", folder);
        return false;
    }
    for (char *at = path + 1; at[0] != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0777); /* whether it worked shows at the last one */
            *at = '/';
        }
    }
    struct stat status;
    if ((mkdir(path, 0777) != 0 && errno != EEXIST) || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        text_add(error, "%s: cannot make this folder: %s\n", folder,
                 errno == EEXIST ? "a file has its name" : strerror(errno));
        return false;
    }
    return true;
}

/* Writes all of `content`; false with the reason in errno. */
static bool write_all(FILE *file, const struct text *content) {
    if (content->length > 0 && fwrite(content->bytes, 1, content->length, file) != content->length) {
        return false;
    }
    /* Pipes and devices cannot be synced, and have nothing that could be lost. */
    return fflush(file) == 0 && (fsync(fileno(file)) == 0 || errno == EINVAL || errno == ENOTSUP);
}

static bool write_to(const char *path, const struct text *content, int *reason) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        *reason = errno;
        return false;
    }
    bool is_written = write_all(file, content);
    *reason = errno;
    if (fclose(file) != 0 && is_written) {
        is_written = false;
        *reason = errno;
    }
    return is_written;
}

/* Writes to a temporary name beside `path`. */
static bool write_temporary(const char *path, const struct text *content, char *temporary, struct text *error) {
    int reason;
    if (snprintf(temporary, PATH_BYTES, "%s.%ld.tmp", path, (long)getpid()) >= PATH_BYTES) {
        text_add(error, "%s: the path is too long\n", path);
        return false;
    }
    if (!write_to(temporary, content, &reason)) {
        text_add(error, "%s: cannot write here: %s; nothing was kept\n", path, strerror(reason));
        unlink(temporary);
        return false;
    }
    return true;
}

/* A device or a pipe is written to; a new file in its place is not what was meant. */
static bool is_special(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool output_write_file(const char *path, const struct text *content, struct text *error) {
    char temporary[PATH_BYTES];
    int reason;
    if (is_special(path)) {
        if (!write_to(path, content, &reason)) {
            text_add(error, "%s: cannot write here: %s\n", path, strerror(reason));
            return false;
        }
        return true;
    }
    if (!write_temporary(path, content, temporary, error)) {
        return false;
    }
    if (rename(temporary, path) != 0) {
        text_add(error, "%s: cannot put the file in place: %s\n", path, strerror(errno));
        unlink(temporary);
        return false;
    }
    return true;
}

bool output_write(const char *folder, const struct output_file *files, size_t count, struct text *error) {
    enum { MOST_FILES = 16 };
    static char paths[MOST_FILES][PATH_BYTES], temporaries[MOST_FILES][PATH_BYTES];
    if (count > MOST_FILES || !make_folder(folder, error)) {
        return false;
    }
    size_t written = 0;
    while (written < count) {
        if (snprintf(paths[written], PATH_BYTES, "%s/%s", folder, files[written].name) >= PATH_BYTES) {
            text_add(error, "%s: the path is too long\n", folder);
            break;
        }
        if (!write_temporary(paths[written], &files[written].content, temporaries[written], error)) {
            break;
        }
        written++;
    }
    bool is_complete = written == count;
    for (size_t i = 0; i < written; i++) {
        if (!is_complete) {
            unlink(temporaries[i]);
        } else if (rename(temporaries[i], paths[i]) != 0) {
            text_add(error, "%s: cannot put the file in place: %s\n", paths[i], strerror(errno));
            unlink(temporaries[i]);
            is_complete = false;
            for (size_t k = i + 1; k < written; k++) {
                unlink(temporaries[k]);
            }
            break;
        }
    }
    return is_complete;
}
