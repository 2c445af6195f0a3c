/* Models to begin with: their sources and scenarios, as texts in this program. */
#ifndef MODELS_TEMPLATES_TEMPLATES_H
#define MODELS_TEMPLATES_TEMPLATES_H

struct model_template {
    const char *name;     /* of the model, and of the files: "pingpong" */
    const char *source;   /* NAME.c: a plug-in */
    const char *scenario; /* NAME.json */
};

extern const struct model_template model_templates[]; /* ends with a NULL name */

#endif
