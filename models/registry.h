/* All models of this build, in the order in which `spacelike models` lists them. */
#ifndef MODELS_REGISTRY_H
#define MODELS_REGISTRY_H

#include "sim/spacelike.h"

extern const struct model *const model_registry[]; /* ends with NULL */
extern const uint32_t model_registry_count;        /* without the NULL */

#endif
