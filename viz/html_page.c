#include "viz/html_page.h"

#include "viz/canvas_internal.h"
#include "viz/theme.h"

#include "viz/axis.h"

#include <math.h>
#include <string.h>

/* ---- Styles ---- */

static void add_colour(struct text *out, const char *name, const char *suffix, struct colour colour) {
    text_add(out, "--%s%s:#%02X%02X%02X;", name, suffix, (unsigned)lround(colour.red * 255),
             (unsigned)lround(colour.green * 255), (unsigned)lround(colour.blue * 255));
}

static void add_theme(struct text *out, enum theme theme) {
    text_add(out, ":root{");
    for (int i = 0; i < INK_COUNT; i++) {
        enum ink ink = (enum ink)i;
        add_colour(out, ink_name(ink), "", theme_colour(theme, ink));
        add_colour(out, ink_name(ink), "-t", theme_text_colour(theme, ink));
    }
    text_add(out, "}");
}

static const char styles[] =
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:1128px;padding:24px;background:var(--paper);color:var(--text);"
    "font:15px/1.5 Inter,\"DejaVu Sans\",system-ui,sans-serif;font-feature-settings:\"tnum\",\"calt\" 0}"
    "h1{font-size:24px;line-height:1.3;margin:0 0 8px}h2{font-size:18px;margin:40px 0 12px}"
    "h3{font-size:15px;margin:24px 0 8px}p{margin:0 0 10px;max-width:75ch}"
    "a{color:var(--blue-t)}.faint{color:var(--faint-t)}"
    ".verdict{display:inline-block;font-weight:600;margin-right:16px}"
    ".holds{color:var(--green-t)}.violated{color:var(--vermilion-t)}.inconclusive{color:var(--yellow-t)}"
    "figure{margin:0 0 20px}figure>svg{display:block;width:100%;height:auto;stroke-width:1.5}"
    "nav{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;margin:12px 0 0}"
    ".pair{display:grid;grid-template-columns:1fr "
    "1fr;gap:28px}@media(max-width:800px){.pair{grid-template-columns:1fr}}"
    "svg text{stroke:none}.ta{font-size:11px}.tb{font-size:13px}.ts{font-size:13px;font-weight:600}"
    ".tt{font-size:18px;font-weight:600}.tn{font-size:11px;font-weight:600}.tm{text-anchor:middle}.te{text-anchor:end}"
    ".hv rect{fill:transparent}.hv rect:hover{fill:var(--text);opacity:.1}"
    "table{border-collapse:collapse;width:100%;font-size:13px}"
    "th,td{padding:5px 12px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}"
    "th{font-weight:600;white-space:nowrap}td.n,th.n{text-align:right}"
    "th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--blue)}"
    "th[aria-sort=ascending] button::after{content:\" \\25B4\"}th[aria-sort=descending] button::after{content:\" "
    "\\25BE\"}"
    ".wide{overflow-x:auto}pre{font:12px/1.5 ui-monospace,\"DejaVu Sans Mono\",monospace;background:var(--area);"
    "padding:12px;border-radius:6px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}"
    "td[data-v]{white-space:nowrap}td:first-child[data-v]{width:7em}"
    "summary{cursor:pointer}"
    "#tip{position:fixed;display:none;pointer-events:none;z-index:9;background:var(--paper);color:var(--text);"
    "border:1px solid var(--line);border-radius:6px;padding:6px 10px;font-size:12px;white-space:pre;max-width:90vw}"
    /* On a telephone a picture keeps a size that can be read, and is pushed aside. */
    "@media screen and (max-width:700px){figure.w{overflow-x:auto}figure.w>svg{min-width:760px}"
    "td:last-child:not([data-v]):not([class]):not(:first-child){min-width:15em}}"
    ".many{columns:2;column-gap:28px}figure,tr,h2,h3{break-inside:avoid}h2,h3{break-after:avoid}";

/* On paper nothing can be scrolled to, and ink is dark. */
static const char print_styles[] =
    "body{max-width:none;padding:0;font-size:12px}table{font-size:10px}#tip{display:none!important}"
    ".pair{grid-template-columns:1fr 1fr}"
    ".wide{overflow:visible}td,th,td[data-v]{white-space:normal;overflow-wrap:break-word;padding-right:6px}"
    /* Of many columns, words may break anywhere. */
    ":is(td,th):first-child:nth-last-child(n+9),:is(td,th):first-child:nth-last-child(n+9)~:is(td,th)"
    "{overflow-wrap:anywhere}nav{display:none}"
    "td.holds,td.violated,td.inconclusive{white-space:nowrap;overflow-wrap:normal}";

static void add_ink_classes(struct text *out) {
    for (int i = 0; i < INK_COUNT; i++) {
        const char *name = ink_name((enum ink)i);
        text_add(out, ".f-%s{fill:var(--%s)}.s-%s{stroke:var(--%s);fill:none}.t-%s{fill:var(--%s-t)}", name, name, name,
                 name, name, name);
    }
}

/* ---- Script ---- */

/* The value below the pointer, and columns that sort. Nothing of the page needs it to be read. */
static const char script[] =
    "'use strict';"
    "const tip=document.getElementById('tip');"
    "document.addEventListener('pointermove',e=>{"
    "const t=e.target instanceof Element?e.target.getAttribute('data-t'):null;"
    "if(!t){tip.style.display='none';return}"
    "tip.textContent=t;tip.style.display='block';"
    "const w=tip.offsetWidth,h=tip.offsetHeight;"
    "tip.style.left=Math.max(4,Math.min(e.clientX+14,innerWidth-w-4))+'px';"
    "tip.style.top=Math.max(4,Math.min(e.clientY+16,innerHeight-h-4))+'px'});"
    "const key=(row,i)=>{const c=row.cells[i],v=c.getAttribute('data-v');return v===null?c.textContent:Number(v)};"
    "document.querySelectorAll('th button').forEach(b=>b.addEventListener('click',()=>{"
    "const th=b.parentElement,table=th.closest('table'),body=table.tBodies[0],i=th.cellIndex;"
    "const up=th.getAttribute('aria-sort')!=='ascending';"
    "table.querySelectorAll('th').forEach(o=>o.removeAttribute('aria-sort'));"
    "th.setAttribute('aria-sort',up?'ascending':'descending');"
    "const order=(x,y)=>typeof x==='number'&&typeof "
    "y==='number'?x-y:String(x).localeCompare(String(y),undefined,{numeric:true});"
    "[...body.rows].sort((p,q)=>(up?1:-1)*order(key(p,i),key(q,i))).forEach(r=>body.append(r))}));";

/* ---- Pieces ---- */

void page_text(struct text *out, const char *text) {
    markup_escape(out, text);
}

void page_begin(struct text *out, const char *title) {
    text_add(out,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
             "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
             /* The page says itself that it asks the network for nothing. */
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
             "script-src 'unsafe-inline'; img-src data:\"/>\n"
             "<link rel=\"icon\" href=\"data:,\"/>\n<title>");
    page_text(out, title);
    text_add(out, "</title>\n<style>");
    add_theme(out, THEME_LIGHT);
    text_add(out, "@media (prefers-color-scheme:dark){");
    add_theme(out, THEME_DARK);
    text_add(out, "}%s", styles);
    add_ink_classes(out);
    text_add(out, "@media print{");
    add_theme(out, THEME_LIGHT);
    text_add(out, "%s}</style>\n</head>\n<body>\n", print_styles);
}

void page_end(struct text *out) {
    text_add(out, "<div id=\"tip\" role=\"status\"></div>\n<script>%s</script>\n</body>\n</html>\n", script);
}

void page_paragraph(struct text *out, const char *class, const char *text) {
    text_add(out, "<p class=\"%s\">", class);
    page_text(out, text);
    text_add(out, "</p>\n");
}

void page_pre(struct text *out, const char *text, size_t most) {
    struct text kept = {0};
    size_t length = strlen(text), bad;
    text_add_bytes(&kept, text, length < most ? length : most);
    if (!text_is_utf8(kept.bytes, kept.length, &bad)) { /* cut within a character, or never good */
        kept.length = bad;
        kept.bytes[bad] = '\0';
    }
    text_add(out, "<pre>");
    page_text(out, kept.bytes);
    text_add(out, "%s</pre>\n", kept.length < length ? "\n…" : "");
    text_free(&kept);
}

void page_head(struct text *out, const char *title, const char *question, const char *answer) {
    text_add(out, "<h1>");
    page_text(out, title);
    text_add(out, "</h1>\n");
    if (question != NULL) {
        page_paragraph(out, "", question);
    }
    if (answer != NULL) {
        page_paragraph(out, "faint", answer);
    }
}

void page_origin(struct text *out, const struct page_origin *origin, const char *more) {
    char wall[AXIS_LABEL_BYTES];
    text_add(out, "<p>The same again:</p>\n<pre>./");
    page_text(out, origin->command);
    text_add(out, "</pre>\n<p class=\"faint\">");
    page_text(out, more);
    text_add(out, "%sspacelike %s, ", more[0] != '\0' ? ", " : "", origin->version);
    page_text(out, origin->build);
    text_add(out, ", %s on this machine</p>\n", value_print(wall, sizeof wall, UNIT_SECONDS, origin->wall_s));
}

void page_contents(struct text *out, const struct page_link *links, uint32_t count) {
    text_add(out, "<nav>");
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, "<a href=\"#%s\">%s</a> ", links[i].id, links[i].name);
    }
    text_add(out, "</nav>\n");
}

void page_section(struct text *out, const char *id, const char *heading) {
    text_add(out, "<section");
    if (id != NULL) {
        text_add(out, " id=\"%s\"", id);
    }
    text_add(out, ">\n<h2>");
    page_text(out, heading);
    text_add(out, "</h2>\n");
}

void page_section_end(struct text *out) {
    text_add(out, "</section>\n");
}

void page_table(struct text *out, const char *const *columns, uint32_t count) {
    text_add(out, "<div class=\"wide\"><table>\n<thead><tr>");
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, "<th scope=\"col\"><button>");
        page_text(out, columns[i]);
        text_add(out, "</button></th>");
    }
    text_add(out, "</tr></thead>\n<tbody>\n");
}

void page_row(struct text *out) {
    text_add(out, "<tr>");
}

void page_cell(struct text *out, double value, const char *text) {
    if (isfinite(value)) {
        text_add(out, "<td data-v=\"%.9g\">", value);
    } else {
        text_add(out, "<td>");
    }
    page_text(out, text);
    text_add(out, "</td>");
}

void page_cell_verdict(struct text *out, enum verdict verdict) {
    text_add(out, "<td class=\"%s\">%s</td>", verdict_name(verdict), verdict_name(verdict));
}

void page_row_end(struct text *out) {
    text_add(out, "</tr>\n");
}

void page_table_end(struct text *out) {
    text_add(out, "</tbody>\n</table></div>\n");
}

struct canvas *page_figure(double width, double height, const char *title) {
    return canvas_new(CANVAS_MARKUP, width, height, THEME_LIGHT, title);
}

void page_figure_end(struct text *out, struct canvas *canvas) {
    struct text error = {0};
    text_add(out, canvas_width(canvas) > PAGE_HALF ? "<figure class=\"w\">\n" : "<figure>\n");
    canvas_finish(canvas, out, &error); /* markup cannot fail */
    text_add(out, "</figure>\n");
    text_free(&error);
    canvas_free(canvas);
}

static const char picture_styles[] =
    "svg{font-family:Inter,\"DejaVu Sans\",system-ui,sans-serif;font-feature-settings:\"tnum\";stroke-width:1.5}"
    "svg text{stroke:none}.ta{font-size:11px}.tb{font-size:13px}.ts{font-size:13px;font-weight:600}"
    ".tt{font-size:18px;font-weight:600}.tn{font-size:11px;font-weight:600}.tm{text-anchor:middle}.te{text-anchor:end}"
    ".hv{display:none}";

void page_picture(struct text *out, struct canvas *canvas) {
    struct text error = {0}, drawn = {0};
    double width = canvas_width(canvas), height = canvas_height(canvas);
    canvas_finish(canvas, &drawn, &error); /* markup cannot fail */
    const char *body = strchr(drawn.bytes, '>') + 1;
    text_add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\"", width, height);
    text_add_bytes(out, drawn.bytes + 4, (size_t)(body - drawn.bytes) - 4); /* behind "<svg" */
    text_add(out, "\n<style>");
    add_theme(out, THEME_LIGHT);
    text_add(out, "@media (prefers-color-scheme:dark){");
    add_theme(out, THEME_DARK);
    text_add(out, "}%s", picture_styles);
    add_ink_classes(out);
    text_add(out, "</style>\n<rect width=\"100%%\" height=\"100%%\" class=\"f-paper\"/>%s", body);
    text_free(&error);
    text_free(&drawn);
    canvas_free(canvas);
}
