/* Colours of message types in one picture: the most frequent types get one each, the rest shares another. */
#ifndef VIZ_MESSAGE_KEY_H
#define VIZ_MESSAGE_KEY_H

#include "viz/canvas.h"
#include "viz/tracer.h"

enum { MESSAGE_KEY_TYPES = 5 };

struct message_key {
    struct {
        const char *name;
        uint32_t count;
    } types[MESSAGE_KEY_TYPES]; /* by name, so that a picture a moment later has the same colours */
    uint32_t type_count;
    uint32_t others;
};

struct message_key message_key_of(const struct voyage *voyages, uint32_t count);
enum ink message_key_ink(const struct message_key *key, const char *type);

/* Until its line is at most `most` wide, the rarest types join the others: what has a colour has its name. Before
 * anything is drawn in these colours. Returns the width. */
double message_key_fit(struct canvas *canvas, struct message_key *key, double most);
/* One line from `x` on: a dot and a name for each type. */
void message_key_draw(struct canvas *canvas, const struct message_key *key, double x, double y);

#endif
