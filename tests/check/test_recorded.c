/* Reading recorded histories, and the graphs that transactions are judged by. What each model says of whole histories
 * is tested over files (recorded_histories, recorded_random). */
#include "sim/check/recorded/graph.h"
#include "sim/check/recorded/judge.h"

#include "sim/base/draw.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

static struct recorded recorded;
static struct read_error error;

static bool reads(const char *text) {
    memset(&error, 0, sizeof error);
    return recorded_read(&recorded, text, strlen(text), &error);
}

static void close_history(void) {
    recorded_free(&recorded);
}

static value_id value_of(const char *text) {
    struct document document;
    struct read_error ignored;
    ck_assert_msg(document_read(&document, text, strlen(text), SYNTAX_EDN, &ignored), "%s: %s", text, ignored.text);
    value_id value = datum_value(&document, &document.data[document.first]);
    const char *shown = values_text(&document.values, value);
    value_id kept = values_add(&recorded.document.values, document.values.items[value].kind, shown, strlen(shown));
    document_free(&document);
    return kept;
}

/* ---- Values --------------------------------------------------------------------------------------------------------
 */

START_TEST(equal_values_have_one_number) {
    static const char *const equal[][2] = {{"[1 2]", "(1, 2)"},
                                           {"#{1 2}", "#{2 1}"},
                                           {"{:a 1 :b 2}", "{:b 2, :a 1}"},
                                           {"5", "5N"},
                                           {"+5", "5"},
                                           {"#inst \"x\"", "\"x\""},
                                           {"\"\\u0041\"", "\"A\""},
                                           {"nil", "nil"},
                                           {"[#_ 7 1 2]", "[1 2]"}};
    static const char *const different[][2] = {
        {"1", "\"1\""},      {":a", "\"a\""},        {"[1 2]", "[2 1]"},
        {"[1 2]", "#{1 2}"}, {"nil", "\"nil\""},     {"[\"a\" \"b\"]", "[\"a b\"]"},
        {"1", "1.0"},        {"[[1] 2]", "[1 [2]]"}, {"\\a", ":a"}};
    ck_assert(reads("[]"));
    for (size_t i = 0; i < sizeof equal / sizeof equal[0]; i++) {
        ck_assert_msg(value_of(equal[i][0]) == value_of(equal[i][1]), "%s %s", equal[i][0], equal[i][1]);
    }
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++) {
        ck_assert_msg(value_of(different[i][0]) != value_of(different[i][1]), "%s %s", different[i][0],
                      different[i][1]);
    }
    close_history();
}
END_TEST

/* ---- Events --------------------------------------------------------------------------------------------------------
 */

START_TEST(a_text_stays_where_it_is_however_many_follow) {
    struct values values;
    values_init(&values);
    const char *first = values_text(&values, values_add(&values, VALUE_KIND_STRING, "the first", 9));
    for (int64_t i = 0; i < 100000; i++) {
        values_add_integer(&values, i);
    }
    ck_assert_str_eq(first, "the first");
    ck_assert_ptr_eq(first, values_text(&values, values_add(&values, VALUE_KIND_STRING, "the first", 9)));
    values_free(&values);
}
END_TEST

START_TEST(completion_belongs_to_the_invocation_of_its_process) {
    ck_assert(reads("{:process 1, :type :invoke, :f :write, :value 1}\n"
                    "{:process 2, :type :invoke, :f :read, :value nil}\n"
                    "{:process 1, :type :ok, :f :write, :value 1}\n"
                    "{:process 2, :type :ok, :f :read, :value 1}\n"));
    ck_assert_uint_eq(recorded.count, 2);
    ck_assert_uint_eq(recorded.operations[0].invoked, 1);
    ck_assert_uint_eq(recorded.operations[0].completed, 3);
    ck_assert_uint_eq(recorded.operations[1].completed, 4);
    ck_assert_uint_eq(recorded.operations[1].event->line, 2);
    close_history();
}
END_TEST

START_TEST(unknown_outcomes_stay_open) {
    ck_assert(reads("{:process 1, :type :invoke, :f :write, :value 1}\n"
                    "{:process 1, :type :info, :f :write, :value :timed-out}\n"
                    "{:process 2, :type :invoke, :f :write, :value 2}\n"));
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_int_eq(recorded.operations[i].outcome, OUTCOME_INFO);
        ck_assert_uint_eq(recorded.operations[i].completed, POSITION_NEVER);
    }
    int64_t value;
    ck_assert(datum_integer(&recorded.document, recorded_value(&recorded.operations[0]), &value));
    ck_assert_int_eq(value, 1); /* the invocation's value counts */
    close_history();
}
END_TEST

START_TEST(events_without_processes_are_paired_by_what_they_do) {
    ck_assert(reads("{:type :invoke, :f :read, :value nil}\n{:type :invoke, :f :write, :value 1}\n"
                    "{:type :invoke, :f :write, :value 2}\n{:type :ok, :f :write, :value 2}\n"
                    "{:type :ok, :f :write, :value 1}\n{:type :ok, :f :read, :value 2}\n"));
    ck_assert_uint_eq(recorded.count, 3);
    ck_assert_uint_eq(recorded.operations[0].completed, 6);
    ck_assert_uint_eq(recorded.operations[1].completed, 5);
    ck_assert_uint_eq(recorded.operations[2].completed, 4);
    close_history();
}
END_TEST

START_TEST(completion_without_invocation_precedes_the_file) {
    ck_assert(
        reads("{:process 1, :type :invoke, :f :read, :value nil}\n{:process 2, :type :ok, :f :write, :value 1}\n"));
    ck_assert_uint_eq(recorded.count, 2);
    ck_assert_uint_eq(recorded.operations[0].invoked, POSITION_BEFORE);
    ck_assert_uint_eq(recorded.operations[0].completed, 2);
    ck_assert_uint_eq(recorded.operations[1].invoked, 1);
    close_history();
}
END_TEST

START_TEST(nemesis_is_no_client) {
    ck_assert(reads("[{\"process\": \"nemesis\", \"type\": \"info\", \"f\": \"kill\"},"
                    " {\"process\": 0, \"type\": \"invoke\", \"f\": \"read\", \"value\": null}]"));
    ck_assert_uint_eq(recorded.count, 1);
    ck_assert_uint_eq(recorded.skipped, 1);
    close_history();
}
END_TEST

START_TEST(operations_that_touch_are_concurrent) {
    ck_assert(reads("index,process,kind,key,value,expected,result,invoked_ns,completed_ns,outcome\n"
                    "0,1,write,7,5,0,0,100,200,ok\n1,2,read,7,0,0,0,200,300,ok\n"));
    ck_assert_uint_lt(recorded.operations[1].invoked, recorded.operations[0].completed);
    close_history();
}
END_TEST

START_TEST(nesting_is_bounded) {
    enum { DEEP = 100000 };
    char *text = malloc(DEEP + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, '[', DEEP);
    text[DEEP] = '\0';
    ck_assert(!reads(text));
    ck_assert_uint_eq(error.column, DATUM_MAX_DEPTH + 1);
    close_history();
    free(text);
}
END_TEST

START_TEST(budget_makes_the_verdict_inconclusive) {
    struct judge_options options = {.model = JUDGE_MULTI_REGISTER, .max_steps = 1};
    struct judgement judgement;
    ck_assert(reads("{:process 1, :type :invoke, :f :txn, :value [[:write :x 1] [:write :y 1]]}\n"
                    "{:process 2, :type :invoke, :f :txn, :value [[:write :x 2] [:write :y 2]]}\n"
                    "{:process 1, :type :ok, :f :txn, :value [[:write :x 1] [:write :y 1]]}\n"
                    "{:process 2, :type :ok, :f :txn, :value [[:write :x 2] [:write :y 2]]}\n"));
    ck_assert(judge(&recorded, &options, &judgement, &error));
    ck_assert_int_eq(judgement.verdict, VERDICT_INCONCLUSIVE);
    judgement_free(&judgement);
    options.max_steps = 0;
    ck_assert(judge(&recorded, &options, &judgement, &error));
    ck_assert_int_eq(judgement.verdict, VERDICT_HOLDS);
    judgement_free(&judgement);
    close_history();
}
END_TEST

/* ---- Graphs --------------------------------------------------------------------------------------------------------
 */

enum { NODES = 6, PLACES = 2 * NODES };

/* Whether a closed walk under the rule exists: by closing the relation of places. */
static bool walk_exists(const struct graph *graph, struct walk walk) {
    static bool leads[PLACES][PLACES];
    bool is_doubled = walk.rule == WALK_NO_ADJACENT_RW;
    memset(leads, 0, sizeof leads);
    for (int pass = 0; pass < 2; pass++) { /* the relation; then, closed, the edges that must occur */
        for (uint32_t i = 0; i < graph->edge_count; i++) {
            const struct edge *edge = &graph->edges[i];
            bool is_rw = edge->kind == EDGE_RW;
            for (uint32_t by_rw = 0; by_rw < (is_doubled ? 2u : 1u); by_rw++) {
                uint32_t from = edge->from * 2 + by_rw, to = edge->to * 2 + (is_doubled && is_rw);
                if ((edge->kind & walk.kinds) == 0 || (is_doubled && is_rw && by_rw == 1)) {
                    continue;
                }
                if (pass == 1 && (edge->kind & walk.first_kind) != 0 && leads[to][from]) {
                    return true;
                }
                leads[from][to] = leads[from][to] || pass == 0;
            }
        }
        for (int k = 0; pass == 0 && k < PLACES; k++) {
            for (int i = 0; i < PLACES; i++) {
                for (int j = 0; j < PLACES; j++) {
                    leads[i][j] = leads[i][j] || (leads[i][k] && leads[k][j]);
                }
            }
        }
    }
    return false;
}

struct found {
    uint32_t count, shortest;
    struct walk walk;
};

/* A cycle must hang together, and obey its rule. */
static void take(void *context, const struct cycle *cycle) {
    struct found *found = context;
    bool has_first = false;
    for (uint32_t i = 0; i < cycle->count; i++) {
        const struct edge *edge = &cycle->edges[i], *next = &cycle->edges[(i + 1) % cycle->count];
        ck_assert_uint_eq(edge->to, next->from);
        ck_assert_uint_ne(edge->kind & found->walk.kinds, 0);
        has_first = has_first || (edge->kind & found->walk.first_kind) != 0;
        bool are_adjacent = edge->kind == EDGE_RW && next->kind == EDGE_RW;
        ck_assert(found->walk.rule != WALK_NO_ADJACENT_RW || !are_adjacent);
    }
    ck_assert(has_first);
    found->count++;
}

START_TEST(cycles_are_found_where_there_are_any) {
    static const struct walk walks[] = {{EDGE_WW, EDGE_WW, 0, WALK_ANY},
                                        {EDGE_WW | EDGE_WR, EDGE_WR, 0, WALK_ANY},
                                        {EDGE_WW | EDGE_WR | EDGE_RW, EDGE_RW, 0, WALK_NO_ADJACENT_RW},
                                        {EDGE_WW | EDGE_WR | EDGE_RW, EDGE_RW, 0, WALK_ANY}};
    static const uint8_t kinds[] = {EDGE_WW, EDGE_WR, EDGE_RW};
    uint32_t with = 0, without = 0;
    for (uint64_t round = 0; round < 4000; round++) {
        struct draw draw = draw_at(draw_key(3, DRAW_TEST, 0), round);
        struct graph graph;
        graph_init(&graph, NODES);
        for (uint64_t edges = 1 + draw_below(&draw, 12); edges > 0; edges--) {
            graph_add(&graph, (struct edge){.from = (uint32_t)draw_below(&draw, NODES),
                                            .to = (uint32_t)draw_below(&draw, NODES),
                                            .kind = kinds[draw_below(&draw, 3)]});
        }
        graph_sort(&graph);
        for (size_t w = 0; w < sizeof walks / sizeof walks[0]; w++) {
            struct found found = {.walk = walks[w]};
            bool exists = walk_exists(&graph, walks[w]);
            graph_find_cycles(&graph, walks[w], take, &found);
            ck_assert_msg(exists == (found.count > 0), "round %u, walk %u", (unsigned)round, (unsigned)w);
            with += exists;
            without += !exists;
        }
        graph_free(&graph);
    }
    ck_assert_uint_gt(with, 500);
    ck_assert_uint_gt(without, 500);
}
END_TEST

static void keep_shortest(void *context, const struct cycle *cycle) {
    struct found *found = context;
    found->shortest = cycle->count;
    found->count++;
}

START_TEST(the_cycle_is_the_shortest) {
    struct graph graph;
    graph_init(&graph, 100);
    for (uint32_t i = 0; i < 100; i++) { /* a long way round, and a short cut */
        graph_add(&graph, (struct edge){.from = i, .to = (i + 1) % 100, .kind = EDGE_WW});
    }
    graph_add(&graph, (struct edge){.from = 43, .to = 40, .kind = EDGE_WR});
    graph_sort(&graph);
    struct found found = {0};
    graph_find_cycles(&graph, (struct walk){EDGE_WW | EDGE_WR, EDGE_WR, 0, WALK_ANY}, keep_shortest, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_uint_eq(found.shortest, 4);
    graph_free(&graph);
}
END_TEST

/* With helper nodes, each target is reached from each source, but no node from itself. */
START_TEST(helper_nodes_link_all_to_all) {
    enum { COUNT = 60 };
    struct graph graph;
    uint32_t from[COUNT], to[COUNT], *queue;
    value_id after[COUNT];
    graph_init(&graph, 3 * COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        from[i] = 2 * i;
        to[i] = 3 * ((i * 7) % COUNT); /* some are sources too */
        after[i] = to[i] + 1;
    }
    graph_link_all(&graph, (struct edge){.kind = EDGE_RW}, from, COUNT, to, after, COUNT);
    ck_assert_uint_lt(graph.edge_count, 8 * COUNT);
    graph_sort(&graph);
    queue = malloc(graph.node_count * sizeof *queue);
    ck_assert_ptr_nonnull(queue);
    for (uint32_t i = 0; i < COUNT; i++) {
        bool is_reached[10 * COUNT] = {false};
        uint32_t count = 0;
        queue[count++] = from[i];
        for (uint32_t head = 0; head < count; head++) {
            bool goes_on = queue[head] == from[i] ? head == 0 : queue[head] >= graph.transaction_count;
            for (uint32_t e = graph.first[queue[head]]; goes_on && e < graph.first[queue[head] + 1]; e++) {
                uint32_t next = graph.edges[e].to;
                if (!is_reached[next]) {
                    is_reached[next] = true;
                    queue[count++] = next;
                }
                ck_assert(next >= graph.transaction_count || graph.edges[e].after == next + 1);
            }
        }
        for (uint32_t k = 0; k < COUNT; k++) {
            ck_assert_msg(is_reached[to[k]] == (to[k] != from[i]), "%u to %u", from[i], to[k]);
        }
    }
    free(queue);
    graph_free(&graph);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("recorded");
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, equal_values_have_one_number);
    tcase_add_test(reading, a_text_stays_where_it_is_however_many_follow);
    tcase_add_test(reading, completion_belongs_to_the_invocation_of_its_process);
    tcase_add_test(reading, unknown_outcomes_stay_open);
    tcase_add_test(reading, events_without_processes_are_paired_by_what_they_do);
    tcase_add_test(reading, completion_without_invocation_precedes_the_file);
    tcase_add_test(reading, nemesis_is_no_client);
    tcase_add_test(reading, operations_that_touch_are_concurrent);
    tcase_add_test(reading, nesting_is_bounded);
    tcase_add_test(reading, budget_makes_the_verdict_inconclusive);
    suite_add_tcase(suite, reading);
    TCase *graphs = tcase_create("graphs");
    tcase_add_test(graphs, cycles_are_found_where_there_are_any);
    tcase_add_test(graphs, the_cycle_is_the_shortest);
    tcase_add_test(graphs, helper_nodes_link_all_to_all);
    suite_add_tcase(suite, graphs);
    return suite;
}
