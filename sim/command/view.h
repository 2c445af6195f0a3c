/* What the parts of spacelike view share: what was asked for, and writing the pictures. */
#ifndef SIM_COMMAND_VIEW_H
#define SIM_COMMAND_VIEW_H

#include "sim/command/command.h"
#include "sim/study/output.h"
#include "viz/canvas.h"

enum { VIEW_MOST_PICTURES = 32 };

struct view_order {
    const char *command, *operand;
    enum canvas_form form;
    enum theme theme;
    double width, height;
    const char *path, *out; /* of one picture, or the folder of several */
    const char *charts;     /* "all", or names with commas; NULL: the usual one */
    bool has_at;
    const char *at_text, *node;
    sim_time at, span;
    bool opens_window;     /* no file was named */
    sim_time closes_after; /* real time; 0: when somebody closes it */
    const char **metrics;  /* of many runs */
    uint32_t metric_count;
    const char *window;
    const char *seed; /* of a scenario */
    const char **sets;
    uint32_t set_count;
};

/* Of a scenario or of the folder of a stored run; of the results of a sweep; of a comparison's JSON. */
enum exit_status view_scenario(const struct view_order *order);
enum exit_status view_folder(const struct view_order *order);
enum exit_status view_sweep(const struct view_order *order);
enum exit_status view_window(const struct view_order *order);
enum exit_status view_comparison(const struct view_order *order, const char *json);

/* Marks the pictures of `names` that were asked for, or number `usual`. False after a message if there is none of a
 * name; `others` (of `other_count`) belong to another kind of operand, as `hint` says. */
bool view_list(const struct view_order *order, const char *const *names, uint32_t count, uint32_t usual,
               const char *const *others, uint32_t other_count, const char *hint, bool *is_listed);

/* Pictures that are drawn, and written when all are. Zeroed, it is empty. */
struct view_pictures {
    struct output_file files[VIEW_MOST_PICTURES];
    char names[VIEW_MOST_PICTURES][64];
    size_t count;
};

struct canvas *view_canvas(const struct view_order *order, const char *title);
/* Finishes and frees the canvas. */
enum exit_status view_add(struct view_pictures *pictures, const struct view_order *order, const char *name,
                          struct canvas *canvas);
enum exit_status view_write(struct view_pictures *pictures, const struct view_order *order);

/* The whole file; NULL with a message on stderr. free() it. */
char *view_read_file(const char *command, const char *path, size_t *length);

#endif
