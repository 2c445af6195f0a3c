/* What the readers of reproduction.json share. Of sim/study/reproduction_*.c only. */
#ifndef SIM_STUDY_REPRODUCTION_PARTS_H
#define SIM_STUDY_REPRODUCTION_PARTS_H

#include "sim/scenario/reader.h"
#include "sim/study/reproduction.h"

#define TEXT_FIELD(type_name, key, member, required)                                                                   \
    { .name = key, .type = FIELD_TEXT, .offset = offsetof(type_name, member), .is_required = required }

/* The experiments are read already. Problems are added to the reader's source. */
void reproduction_read_figures(struct reader *reader, const cJSON *item, struct reproduction *to);

#endif
