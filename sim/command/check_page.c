#include "sim/command/check_page.h"

#include "viz/html_cases.h"

#include <stdlib.h>
#include <string.h>

struct check_page {
    struct html_history *histories;
    size_t count, capacity;
    struct arena arena; /* of all texts */
};

static const char *keep(struct check_page *page, const char *text) {
    return arena_text(&page->arena, text != NULL ? text : "");
}

struct check_page *check_page_new(void) {
    enum { BYTES = 1 << 30 };
    struct check_page *page = calloc(1, sizeof *page);
    if (page == NULL) {
        abort();
    }
    arena_init(&page->arena, "findings of the histories judged", BYTES);
    return page;
}

void check_page_free(struct check_page *page) {
    if (page != NULL) {
        arena_free_all(&page->arena);
        free(page->histories);
        free(page);
    }
}

static struct html_history *add(struct check_page *page, const char *path) {
    if (page->count == page->capacity) {
        page->capacity = page->capacity == 0 ? 64 : 2 * page->capacity;
        page->histories = realloc(page->histories, page->capacity * sizeof *page->histories);
        if (page->histories == NULL) {
            abort();
        }
    }
    struct html_history *history = &page->histories[page->count++];
    *history = (struct html_history){.path = keep(page, path)};
    return history;
}

void check_page_add(struct check_page *page, const char *path, const struct judgement *judgement) {
    struct html_history *history = add(page, path);
    struct html_finding *findings = arena_alloc(&page->arena, (judgement->finding_count + 1) * sizeof *findings);
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        const struct finding *from = &judgement->findings[i];
        findings[i] = (struct html_finding){.name = keep(page, from->name),
                                            .breaks = from->breaks != NULL ? keep(page, from->breaks) : NULL,
                                            .count = from->count,
                                            .example = keep(page, from->example.bytes)};
    }
    history->verdict = judgement->verdict;
    history->looked_at = judgement->looked_at;
    history->findings = findings;
    history->finding_count = judgement->finding_count;
    history->note = keep(page, judgement->note.bytes);
    if (judgement->witness.count > 0) {
        struct witness *witness = arena_alloc(&page->arena, sizeof *witness);
        size_t size = judgement->witness.count * sizeof *witness->bars;
        *witness = judgement->witness;
        witness->bars = arena_alloc(&page->arena, size);
        memcpy(witness->bars, judgement->witness.bars, size);
        history->witness = witness;
    }
}

void check_page_add_unreadable(struct check_page *page, const char *path, const struct read_error *error) {
    struct html_history *history = add(page, path);
    history->error = error->line > 0 ? arena_format(&page->arena, "%u:%u: %s", error->line, error->column, error->text)
                                     : keep(page, error->text);
}

enum exit_status check_page_write(const struct check_page *page, const char *path, const char *model,
                                  const struct page_origin *origin, FILE *say_to) {
    struct text out = {0};
    html_check_report(model, page->histories, page->count, origin, &out);
    enum exit_status status = page_write("check", path, &out, say_to);
    text_free(&out);
    return status;
}
