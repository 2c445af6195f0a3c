#include "sim/study/theory.h"

#include "sim/study/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- Queues. arrivals: lambda; service: mu, of one server ---- */

static double mm1_response(const double *a) {
    return a[0] < a[1] ? 1 / (a[1] - a[0]) : NAN;
}

static double mm1_quantile(const double *a) {
    return a[0] < a[1] ? -log1p(-a[2]) / (a[1] - a[0]) : NAN;
}

static double mm1_number(const double *a) {
    return a[0] < a[1] ? a[0] / (a[1] - a[0]) : NAN;
}

static double mg1_wait(const double *a) {
    double load = a[0] * a[1];
    return load < 1 ? load * a[1] * (1 + a[2]) / (2 * (1 - load)) : NAN;
}

/* By its recursion over the servers, in which nothing overflows. */
static double erlang_b(const double *a) {
    double offered = a[0] / a[1], blocked = 1;
    for (double server = 1; server <= a[2]; server++) {
        blocked = offered * blocked / (server + offered * blocked);
    }
    return blocked;
}

static double erlang_c(const double *a) {
    double load = a[0] / (a[1] * a[2]), blocked = erlang_b(a);
    return load < 1 ? blocked / (1 - load * (1 - blocked)) : NAN;
}

static double mmc_wait(const double *a) {
    return erlang_c(a) / (a[2] * a[1] - a[0]);
}

static double mmc_response(const double *a) {
    return mmc_wait(a) + 1 / a[1];
}

/* From B(c) on, each further place in the queue is one more state, with the rate c mu out of it. */
static double mmck_loss(const double *a) {
    double load = a[0] / (a[1] * a[2]), loss = erlang_b(a);
    for (double place = 1; place <= a[3]; place++) {
        loss = load * loss / (1 + load * loss);
    }
    return loss;
}

struct gim1 {
    double servers, load;
};

/* sigma less the transform of the time between the arrivals at one of n servers in turn, at mu (1 - sigma). */
static double gim1_excess(double sigma, void *context) {
    const struct gim1 *queue = context;
    double rate = queue->servers * queue->load;
    return sigma - pow(rate / (rate + 1 - sigma), queue->servers);
}

static double round_robin_response(const double *a) {
    struct gim1 queue = {a[2], a[0] / (a[1] * a[2])};
    if (queue.load >= 1) {
        return NAN;
    }
    gsl_function excess = {gim1_excess, &queue};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    double low = 0, high = 1 - 1e-9; /* 1 itself is a root, too, and not the one */
    int status = gsl_root_fsolver_set(solver, &excess, low, high);
    for (int i = 0; status == GSL_SUCCESS && i < 200 && high - low > 1e-13; i++) {
        gsl_root_fsolver_iterate(solver);
        low = gsl_root_fsolver_x_lower(solver);
        high = gsl_root_fsolver_x_upper(solver);
    }
    double sigma = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return 1 / (a[1] * (1 - sigma));
}

static double fork_join_two(const double *a) {
    return a[0] < a[1] ? (12 - a[0] / a[1]) / (8 * (a[1] - a[0])) : NAN;
}

/* The chance that a server has at least i requests is load^((d^i - 1)/(d - 1)); their sum over the load is the stay in
 * services. d = 1 is M/M/1. */
static double power_of_d_limit(const double *a) {
    double load = a[0], sum = 0, term = 1, exponent = 0;
    for (int i = 0; i < 100000 && term > 1e-15; i++) {
        term = pow(load, exponent);
        sum += term;
        exponent = exponent * a[2] + a[2];
    }
    return load < 1 ? sum / a[1] : NAN;
}

static double mmck_success(const double *a) {
    return 1 - mmck_loss(a);
}

/* ---- Chances ---- */

static double all_fast(const double *a) {
    return exp(a[1] * log1p(-a[0]));
}

/* The first of the candidates lacks a majority when so many others stand before its request arrives that those left to
 * vote for it do not suffice. Of times drawn uniformly, the gap between the first and the one k places later is
 * beta-distributed. */
static double split_vote(const double *a) {
    double needed = floor(a[0] / 2) + 1;
    double most_others = a[1] - needed; /* candidates beside the first with which it still wins */
    double places = most_others + 1;
    if (most_others < 0) {
        return 1;
    }
    return places > a[1] - 1 ? 0 : gsl_cdf_beta_P(fmin(a[2], 1), places, a[1] - places + 1);
}

static double majority(const double *a) {
    unsigned nodes = (unsigned)a[0];
    return gsl_cdf_binomial_Q(nodes / 2, a[1], nodes);
}

/* C(replicas - written, read) / C(replicas, read), to the power of `versions`. */
static double quorum_misses(const double *a) {
    double missed = 1;
    for (double i = 0; i < a[1]; i++) {
        missed *= fmax(a[0] - a[2] - i, 0) / (a[0] - i);
    }
    return pow(missed, a[3]);
}

/* Each of the n - 1 members that live pings one of n - 1 others in a period: the periods are geometric. */
static double swim_first_detection(const double *a) {
    return -1 / expm1((a[0] - 1) * log1p(-1 / (a[0] - 1)));
}

/* ---- Consistent hashing. nodes with so many points each, all of them uniform on a circle ---- */

/* A share is the sum of V of nV spacings, and so beta-distributed with V and (n - 1) V. */
static double ring_variation(const double *a) {
    return sqrt((a[0] - 1) / (a[0] * a[1] + 1));
}

/* Keys fall to the nodes by these shares: each is one more throw, whose variance adds to that of the shares. */
static double ring_key_variation(const double *a) {
    double shares = ring_variation(a);
    return sqrt(shares * shares * (1 - 1 / a[2]) + (a[0] - 1) / a[2]);
}

static double ring_moved(const double *a) {
    return 1 / (a[0] + 1);
}

/* ---- Intervals ---- */

static double wilson_coverage(const double *a) {
    unsigned trials = (unsigned)a[0];
    double coverage = 0;
    for (unsigned k = 0; k <= trials; k++) {
        struct estimate interval = statistics_share(k, trials, a[2]);
        coverage += interval.low <= a[1] && a[1] <= interval.high ? gsl_ran_binomial_pdf(k, a[1], trials) : 0;
    }
    return coverage;
}

/* Between the order statistics i and j, counted from 1, the quantile lies when at least i and fewer than j of the
 * values are below it. Which i and j are taken shows when the values are their own ranks. */
static double quantile_coverage(const double *a) {
    unsigned count = (unsigned)a[0];
    double ranks[1000];
    if (count > 1000) {
        return NAN;
    }
    for (unsigned i = 0; i < count; i++) {
        ranks[i] = i + 1;
    }
    struct estimate interval = statistics_quantile_interval(ranks, count, a[1], a[2]);
    double below_high = isfinite(interval.high) ? gsl_cdf_binomial_P((unsigned)interval.high - 1, a[1], count) : 1;
    double below_low = isfinite(interval.low) ? gsl_cdf_binomial_P((unsigned)interval.low - 1, a[1], count) : 0;
    return below_high - below_low;
}

/* ---- The table ---- */

#define KLEINROCK "Kleinrock, Queueing Systems, volume I, 1975"
#define ERLANG "Erlang 1917, in Kleinrock, Queueing Systems, volume I, 1975, 3.5 and 3.6"

#define KARGER                                                                                                         \
    "Karger and others, Consistent Hashing and Random Trees, STOC 1997, 4; DeCandia and others, Dynamo, SOSP 2007, "   \
    "4.2"
#define SPACINGS "David and Nagaraja, Order Statistics, 3rd edition, 2003, 6.4"

const struct theory theories[] = {
    {"mm1_response", {"arrivals", "service"}, "1/(service - arrivals)", KLEINROCK ", 3.2", mm1_response},
    {"mm1_quantile",
     {"arrivals", "service", "share"},
     "-ln(1 - share)/(service - arrivals)",
     KLEINROCK ", 5.7",
     mm1_quantile},
    {"mm1_number", {"arrivals", "service"}, "load/(1 - load)", KLEINROCK ", 3.2", mm1_number},
    {"mg1_wait",
     {"arrivals", "mean", "scv"},
     "load mean (1 + scv)/(2 (1 - load)), scv: variance of the service over its "
     "squared mean",
     "Pollaczek 1930 and Khinchine 1932, in " KLEINROCK ", 5.7",
     mg1_wait},
    {"mmc_wait",
     {"arrivals", "service", "servers"},
     "C/(servers service - arrivals), C by Erlang's formula of delay",
     ERLANG,
     mmc_wait},
    {"mmc_response",
     {"arrivals", "service", "servers"},
     "C/(servers service - arrivals) + 1/service",
     ERLANG,
     mmc_response},
    {"mmck_success",
     {"arrivals", "service", "servers", "room"},
     "1 - the chance of the fullest state of a birth-death chain: B, then p load/(1 + p load) for each place to wait",
     ERLANG,
     mmck_success},
    {"round_robin_response",
     {"arrivals", "service", "servers"},
     "1/(service (1 - s)), s = (n load/(n load + 1 - s))^n: E_n/M/1",
     KLEINROCK ", 6.4",
     round_robin_response},
    {"fork_join_two",
     {"arrivals", "service"},
     "(12 - load)/(8 (service - arrivals))",
     "Flatto and Hahn 1984; Nelson and Tantawi, IEEE Transactions on Computers 37(6), 1988",
     fork_join_two},
    {"power_of_d_limit",
     {"load", "service", "choices"},
     "sum(load^((d^i - d)/(d - 1)), i = 1, 2, ...)/service, the limit of infinitely many servers",
     "Mitzenmacher, IEEE Transactions on Parallel and Distributed Systems 12(10), 2001",
     power_of_d_limit},
    {"all_fast",
     {"share", "servers"},
     "(1 - share)^servers, share: of slow answers",
     "Dean and Barroso, The Tail at Scale, Communications of the ACM 56(2), 2013",
     all_fast},
    {"split_vote",
     {"servers", "candidates", "ratio"},
     "chance that a majority's worth of candidates time out within one latency of the first, ratio: latency over the "
     "range of timeouts",
     "Ongaro, Consensus: Bridging Theory and Practice, 2014, 9.2",
     split_vote},
    {"majority",
     {"nodes", "availability"},
     "sum(C(n, k) p^k (1 - p)^(n - k), k > n/2)",
     "Barlow and Proschan, Statistical Theory of Reliability and Life Testing, 1975: k out of n",
     majority},
    {"quorum_misses",
     {"replicas", "read", "written", "versions"},
     "(C(N - W, R) / C(N, R))^k: a read of R drawn replicas meets none of the last k writes, each at W drawn ones",
     "Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012, 3.1",
     quorum_misses},
    {"swim_first_detection",
     {"nodes"},
     "1/(1 - (1 - 1/(n - 1))^(n - 1)) periods; e/(e - 1) for large n",
     "Das, Gupta and Motivala, SWIM, DSN 2002, 3",
     swim_first_detection},
    {"ring_variation",
     {"nodes", "points"},
     "sqrt((n - 1)/(n V + 1)): root of the mean squared deviation of a node's share from 1/n, times n",
     KARGER "; spacings of uniform points: " SPACINGS,
     ring_variation},
    {"ring_key_variation",
     {"nodes", "points", "keys"},
     "sqrt(v^2 (1 - 1/K) + (n - 1)/K), v that of the shares: the same for how many of K keys a node holds",
     KARGER "; law of total variance over " SPACINGS,
     ring_key_variation},
    {"ring_moved",
     {"nodes"},
     "1/(n + 1): all n + 1 nodes own alike, and only what the new one owns moves",
     KARGER,
     ring_moved},
    {"wilson_coverage",
     {"trials", "share", "level"},
     "sum of C(n, k) p^k (1 - p)^(n - k) over the k whose interval holds p",
     "Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16(2), 2001",
     wilson_coverage},
    {"quantile_coverage",
     {"count", "quantile", "level"},
     "P(i <= K < j), K binomial: the number of values below the quantile; i, j: the order statistics at the ends",
     "David and Nagaraja, Order Statistics, 3rd edition, 2003, 7.1",
     quantile_coverage},
    {.name = NULL},
};

const struct theory *theory_find(const char *name) {
    const struct theory *theory = theories;
    while (theory->name != NULL && strcmp(theory->name, name) != 0) {
        theory++;
    }
    return theory->name != NULL ? theory : NULL;
}
