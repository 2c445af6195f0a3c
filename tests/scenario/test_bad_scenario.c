/* What is wrong with a scenario, and where: the whole message for each kind of mistake. In the texts and messages
 * below, ' stands for ". */
#include "tests/scenario/fake_model.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

#define HEAD "{'title': 't', 'duration': '60s',\n"
#define TOP(text) HEAD "'systems': {'store': {'model': 'fake', 'nodes': 5}},\n" text "}"
#define SYSTEM(text) HEAD "'systems': {'store': {'model': 'fake', 'nodes': 5,\n" text "}}}"
#define WORK(text) TOP("'workload': {'kind': 'kv',\n" text "}")
#define FAULT(text) TOP("'faults': [\n{'at': '1s', " text "}]")
#define EXPECT(text) TOP("'faults': [{'name': 'cut', 'at': '1s', 'crash': 'leader'}],\n'expect': [" text "]")

static const struct {
    const char *name, *text, *message;
} bad[] = {
    {"not an object", "[1]", "bad.json:1:1: found an array; expected an object\n"},
    {"nothing in it", "{}",
     "bad.json:1:1: 'title' is missing; expected text\n"
     "bad.json:1:1: 'duration' is missing; expected a duration such as '150ms', at least 1ns\n"
     "bad.json:1:1: 'systems' is missing; expected an object of systems, such as {'store': {'model': 'raft', 'nodes': "
     "3}}\n"},
    {"version", TOP("'version': 2"), "bad.json:3:12: version: found 2; expected 1, the version of the language\n"},
    {"unknown key", TOP("'sede': 1"),
     "bad.json:3:1: unknown key 'sede'; expected one of $schema, version, extends, let, title, question, answer, seed, "
     "tie_salt, duration, warmup, outage_after, available_at, network, systems, workload, workloads, phases, faults, "
     "expect, vary, "
     "prices, size; did you mean 'seed'?\n"},
    {"unknown key of a system", SYSTEM("'nodez': 3"),
     "bad.json:3:1: systems.store: unknown key 'nodez'; expected one of model, nodes, params, disk, clock, cores, "
     "service, queue, placement, uses; did you mean 'nodes'?\n"},
    {"null", TOP("'question': null"), "bad.json:3:13: question: found null; expected text\n"},
    {"title is a number",
     "{'title': 3, 'duration': '60s',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:11: title: found 3; expected text\n"},
    {"seed fraction", TOP("'seed': 1.5"),
     "bad.json:3:9: seed: found 1.5; expected a whole number from 0, as a string up to 18446744073709551615\n"},
    {"seed too large", TOP("'seed': 9007199254740993"),
     "bad.json:3:9: seed: the number is too large to be exact; expected less than 2^53, or write it as a string\n"},
    {"seed string too large", TOP("'seed': '18446744073709551616'"),
     "bad.json:3:9: seed: found '18446744073709551616'; expected a whole number from 0, as a string up to "
     "18446744073709551615\n"},
    {"seed negative", TOP("'seed': -1"),
     "bad.json:3:9: seed: found -1; expected a whole number from 0, as a string up to 18446744073709551615\n"},
    {"duration a number",
     "{'title': 't', 'duration': 60,\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: found 60; expected a duration such as '150ms', at least 1ns\n"},
    {"duration parsecs",
     "{'title': 't', 'duration': '150 parsecs',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: unknown unit 'parsecs'; expected ns, us, ms, s, min, h or d\n"},
    {"duration negative",
     "{'title': 't', 'duration': '-5s',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: found the negative '-5s'; expected a duration of at least 0\n"},
    {"duration zero",
     "{'title': 't', 'duration': '0s',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: found '0s'; expected a duration such as '150ms', at least 1ns\n"},
    {"duration overflow",
     "{'title': 't', 'duration': '99999999999d',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: '99999999999d' is too large; a duration is at most 2^63 - 1 ns, which is about 292 "
     "years\n"},
    {"duration too long",
     "{'title': 't', 'duration': '30000d',\n"
     "'systems': {'store': {'model': 'fake', 'nodes': 5}}}",
     "bad.json:1:28: duration: found '30000d'; expected at most 73 years\n"},
    {"warmup too long", TOP("'warmup': '60s'"),
     "bad.json:3:11: warmup: the warm-up takes the whole run; expected less than the duration\n"},
    {"zero nodes", HEAD "'systems': {'store': {'model': 'fake', 'nodes': 0}}}",
     "bad.json:2:49: systems.store.nodes: found 0; expected a whole number from 1 to 16777216\n"},
    {"1e12 nodes", HEAD "'systems': {'store': {'model': 'fake', 'nodes': 1000000000000}}}",
     "bad.json:2:49: systems.store.nodes: found 1000000000000; expected a whole number from 1 to 16777216\n"},
    {"half a node", HEAD "'systems': {'store': {'model': 'fake', 'nodes': 2.5}}}",
     "bad.json:2:49: systems.store.nodes: found 2.5; expected a whole number from 1 to 16777216\n"},
    {"too many nodes together",
     HEAD "'systems': {'a': {'model': 'fake', 'nodes': 16777216},\n"
          "'b': {'model': 'fake', 'nodes': 1}}}",
     "bad.json:3:6: systems.b: more than 16777216 nodes together; expected at most that\n"},
    {"no systems", HEAD "'systems': {}}",
     "bad.json:2:12: systems: no system; expected at least one, such as {'store': {'model': 'raft', 'nodes': 3}}\n"},
    {"unknown model", HEAD "'systems': {'store': {'model': 'fale', 'nodes': 5}}}",
     "bad.json:2:32: systems.store.model: unknown model 'fale'; expected one of fake, plain; did you mean 'fake'?\n"},
    {"no model", HEAD "'systems': {'store': {'nodes': 5}}}",
     "bad.json:2:22: systems.store: 'model' is missing; expected the name of a model\n"},
    {"reserved system name", HEAD "'systems': {'leader': {'model': 'fake'}}}",
     "bad.json:2:13: systems.leader: 'leader' has a meaning of its own; expected another name\n"},
    {"bad system name", HEAD "'systems': {'a/b': {'model': 'fake'}}}",
     "bad.json:2:13: systems.a/b: this is no name; expected 1 to 100 letters, digits or any of - _ .\n"},
    {"unknown parameter", SYSTEM("'params': {'hartbeat': '1ms'}"),
     "bad.json:3:12: systems.store.params: unknown key 'hartbeat'; expected one of count, real, share, flag, reads, "
     "heartbeat, election_timeout, batch; did you mean 'heartbeat'?\n"},
    {"parameter of wrong type", SYSTEM("'params': {'flag': 'true', 'count': '3'}"),
     "bad.json:3:20: systems.store.params.flag: found 'true'; expected true or false\n"
     "bad.json:3:37: systems.store.params.count: found '3'; expected a whole number from 1 to 100\n"},
    {"parameter out of range", SYSTEM("'params': {'count': 101, 'heartbeat': '0.5ms'}"),
     "bad.json:3:21: systems.store.params.count: found 101; expected a whole number from 1 to 100\n"
     "bad.json:3:39: systems.store.params.heartbeat: found '0.5ms'; expected a duration such as '150ms', from 1ms to "
     "60s\n"},
    {"choice", SYSTEM("'params': {'reads': 'leese'}"),
     "bad.json:3:21: systems.store.params.reads: unknown choice 'leese'; expected one of log, read_index, lease; did "
     "you mean 'lease'?\n"},
    {"range low above high", SYSTEM("'params': {'election_timeout': ['300ms', '150ms']}"),
     "bad.json:3:32: systems.store.params.election_timeout: the first, '300ms', is above the second, '150ms'; expected "
     "the lower one first\n"},
    {"range of one", SYSTEM("'params': {'election_timeout': ['300ms']}"),
     "bad.json:3:32: systems.store.params.election_timeout: found an array; expected two durations such as ['150ms', "
     "'300ms'], the lower one first\n"},
    {"check_params", SYSTEM("'params': {'heartbeat': '200ms'}"),
     "bad.json:3:11: systems.store.params: the heartbeat is not shorter than the election timeout; expected a shorter "
     "heartbeat\n"},
    {"share", SYSTEM("'params': {'share': 1.5}"),
     "bad.json:3:21: systems.store.params.share: found 1.5; expected a number from 0 to 1\n"},
    {"disk", SYSTEM("'disk': {'sink': '1ms'}"),
     "bad.json:3:10: systems.store.disk: unknown key 'sink'; expected sync\n"},
    {"service", SYSTEM("'service': {'fake.apend': '1ms'}"),
     "bad.json:3:13: systems.store.service.fake.apend: unknown message type 'fake.apend'; expected one of fake.append, "
     "fake.vote, default, request, timer; did you mean 'fake.append'?\n"},
    {"clock", SYSTEM("'clock': {'offset': ['1ms', 3], 'drift_ppm': 'x'}"),
     "bad.json:3:29: systems.store.clock.offset.1: found 3; expected a duration such as '-5ms'\n"
     "bad.json:3:46: systems.store.clock.drift_ppm: found 'x'; expected a number from -999999 to 1000000000\n"},
    {"queue", SYSTEM("'queue': {'limit': -1, 'when_full': 'explode'}"),
     "bad.json:3:20: systems.store.queue.limit: found -1; expected a whole number from 0 to 1000000000\n"
     "bad.json:3:37: systems.store.queue.when_full: unknown choice 'explode'; expected one of drop, reject\n"},
    {"placement", SYSTEM("'placement': ['us-east']"),
     "bad.json:3:15: systems.store.placement.0: unknown region 'us-east'; expected none, for there is none\n"},
    {"uses", SYSTEM("'uses': {'db': 'stor'}"),
     "bad.json:3:16: systems.store.uses.db: unknown system 'stor'; expected store; did you mean 'store'?\n"},
    {"uses itself", SYSTEM("'uses': {'db': 'store'}"),
     "bad.json:3:16: systems.store.uses.db: the system uses itself; expected another one\n"},
    {"probability 1.5", TOP("'network': {'loss': 1.5}"),
     "bad.json:3:21: network.loss: found 1.5; expected a number from 0 to 1\n"},
    {"latency number", TOP("'network': {'latency': 5}"),
     "bad.json:3:24: network.latency: found 5; expected a duration such as '150ms' or a distribution such as "
     "{'exponential': {'mean': '5ms'}}\n"},
    {"latency kinds", TOP("'network': {'latency': {'constant': '1ms', 'normal': {'mean': '1ms', 'stddev': '1ms'}}}"),
     "bad.json:3:54: network.latency: both 'constant' and 'normal' are given; expected one of them\n"},
    {"latency no kind", TOP("'network': {'latency': {}}"),
     "bad.json:3:24: network.latency: the kind is missing; expected one of constant, uniform, normal, lognormal, "
     "exponential, pareto, weibull, gamma, empirical, mixture, shifted\n"},
    {"latency unknown kind", TOP("'network': {'latency': {'lognornal': {}}}"),
     "bad.json:3:25: network.latency: unknown key 'lognornal'; expected one of constant, uniform, normal, lognormal, "
     "exponential, pareto, weibull, gamma, empirical, mixture, shifted; did you mean 'lognormal'?\n"},
    {"latency missing", TOP("'network': {'latency': {'lognormal': {'median': '1ms'}}}"),
     "bad.json:3:38: network.latency.lognormal: 'sigma' is missing; expected a number from 0 to 100\n"},
    {"mixture weights", TOP("'network': {'latency': {'mixture': [[0.5, '1ms'], [0.4, '2ms']]}}"),
     "bad.json:3:36: network.latency.mixture: the weights sum to 0.9; expected 1\n"},
    {"shape zero", TOP("'network': {'latency': {'pareto': {'scale': '1ms', 'shape': 0}}}"),
     "bad.json:3:61: network.latency.pareto.shape: found 0; expected a number above 0\n"},
    {"uniform", TOP("'network': {'latency': {'uniform': ['2ms', '1ms']}}"),
     "bad.json:3:36: network.latency.uniform: the first, '2ms', is above the second, '1ms'; expected the lower one "
     "first\n"},
    {"empirical", TOP("'network': {'latency': {'empirical': []}}"),
     "bad.json:3:38: network.latency.empirical: an array of 0 elements; expected an array of durations, at least 1\n"},
    {"bandwidth", TOP("'network': {'bandwidth': '10Gbits'}"),
     "bad.json:3:26: network.bandwidth: unknown unit 'Gbits'; expected bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s, B/s, "
     "kB/s, KiB/s, MB/s, MiB/s, GB/s, GiB/s, TB/s or TiB/s\n"},
    {"regions preset", TOP("'network': {'regions': 'ec2-six'}"),
     "bad.json:3:24: network.regions: unknown preset of regions 'ec2-six'; expected ec2-five\n"},
    {"round trip not square", TOP("'network': {'regions': {'names': ['a', 'b'], 'round_trip': [['1ms', '2ms']]}}"),
     "bad.json:3:60: network.regions.round_trip: an array of 1 elements; expected a row and a column for each of the 2 "
     "regions\n"},
    {"regions incomplete", TOP("'network': {'regions': {'names': ['a', 'b']}}"),
     "bad.json:3:24: network.regions: 'round_trip' is missing; expected 'names' and 'round_trip'\n"},
    {"link", TOP("'network': {'links': [{'from': 'leader', 'to': 'store/9'}]}"),
     "bad.json:3:32: network.links.0.from: found 'leader'; expected a node, a system, a region or 'clients'\n"
     "bad.json:3:48: network.links.0.to: unknown node 'store/9': store has 5 nodes; expected store/1 to store/5\n"},
    {"message", TOP("'network': {'messages': {'fake.vot': {'loss': 0.1}}}"),
     "bad.json:3:26: network.messages.fake.vot: unknown message type 'fake.vot'; expected one of request, reply, "
     "fake.append, fake.vote; did you mean 'fake.vote'?\n"},
    {"both workloads",
     TOP("'workload': {'kind': 'kv'},\n"
         "'workloads': {'a': {'kind': 'kv'}}"),
     "bad.json:4:14: both 'workload' and 'workloads' are given; expected one of them\n"},
    {"unknown kind", TOP("'workload': {'kind': 'kw'}"),
     "bad.json:3:22: workload.kind: unknown choice 'kw'; expected one of kv, register, requests, staleness, append, "
     "lock, queue, ids, feed; did you mean 'kv'?\n"},
    {"unsupported kind", TOP("'workload': {'kind': 'append'}"),
     "bad.json:3:22: workload.kind: 'append' is not supported yet by this version; expected one of 'kv', 'register', "
     "'requests', 'staleness'\n"},
    {"target", WORK("'target': 'stor'"),
     "bad.json:4:11: workload.target: unknown system 'stor'; expected store; did you mean 'store'?\n"},
    {"clients", WORK("'clients': 0"),
     "bad.json:4:12: workload.clients: found 0; expected a whole number from 1 to 16777216\n"},
    {"too many clients", WORK("'clients': 16777212"),
     "bad.json:4:12: workload: more than 16777216 nodes and clients together; expected at most that\n"},
    {"clients region", WORK("'clients': {'mars': 3}"),
     "bad.json:4:13: workload.clients.mars: unknown region 'mars'; expected none, for there is none\n"},
    {"arrivals", WORK("'arrivals': {'poison': '500/s'}"),
     "bad.json:4:14: workload.arrivals: unknown key 'poison'; expected one of poisson, uniform, closed, trace, ramp; "
     "did you mean 'poisson'?\n"},
    {"arrivals rate", WORK("'arrivals': {'poisson': '500'}"),
     "bad.json:4:25: workload.arrivals.poisson: '500' has no unit; expected a rate like '500/s'\n"},
    {"ramp of closed", WORK("'arrivals': {'closed': {}, 'ramp': [['0s', 1]]}"),
     "bad.json:4:36: workload.arrivals.ramp: a ramp changes a rate, and these arrivals have none; expected poisson or "
     "uniform arrivals\n"},
    {"arrivals beyond all", WORK("'arrivals': {'uniform': '2000000000000/s'}"),
     "bad.json:4:25: workload.arrivals: 2e+12 operations a second are more than a run can hold; expected at most "
     "1e9/s, "
     "one a nanosecond\n"},
    {"ramp order", WORK("'arrivals': {'poisson': '1/s', 'ramp': [['10s', 1], ['5s', 2]]}"),
     "bad.json:4:53: workload.arrivals.ramp.1: the time is before the one of the point before; expected ascending "
     "times\n"},
    {"two ramps", WORK("'ramp': [['0s', 1]], 'arrivals': {'poisson': '1/s', 'ramp': [['10s', 1]]}"),
     "bad.json:4:9: workload: a second ramp beside the one in 'arrivals'; expected one of them\n"},
    {"trace missing", WORK("'arrivals': {'trace': 'nowhere.csv'}"),
     "bad.json:4:23: workload.arrivals.trace: cannot read nowhere.csv: No such file or directory; expected a file with "
     "one arrival time a line\n"},
    {"mix sum", WORK("'mix': {'read': 0.5, 'write': 0.4}"),
     "bad.json:4:8: workload.mix: the shares sum to 0.9; expected 1\n"},
    {"mix op of kind", WORK("'mix': {'read': 0.5, 'request': 0.5}"),
     "bad.json:4:33: workload.mix: kind kv has no operation 'request'; expected only read, write, cas, "
     "increment, append\n"},
    {"mix op of model", WORK("'mix': {'read': 0.5, 'append': 0.5}"),
     "bad.json:4:32: workload: the model 'fake' has no operation 'append'; expected only read, write, cas\n"},
    {"keys", WORK("'keys': {'zipf': {'count': 0}}"),
     "bad.json:4:28: workload.keys.zipf.count: found 0; expected a whole number from 1 to 1000000000000\n"},
    {"ycsb E", WORK("'ycsb': 'E'"),
     "bad.json:4:9: workload.ycsb: workload E needs scans, which are not supported yet by this version; expected A, B, "
     "C, D or F\n"},
    {"ycsb and mix", WORK("'ycsb': 'A', 'mix': {'read': 1}"),
     "bad.json:4:9: workload.ycsb: both 'ycsb' and 'mix' are given; expected one of them\n"},
    {"deadline", WORK("'deadline': '0s'"),
     "bad.json:4:13: workload.deadline: found '0s'; expected a duration such as '150ms', at least 1ns\n"},
    {"route", WORK("'route': 'leeder'"),
     "bad.json:4:10: workload.route: unknown choice 'leeder'; expected one of leader, nearest, random, sticky, "
     "round-robin; did you mean 'leader'?\n"},
    {"route leader",
     HEAD "'systems': {'store': {'model': 'plain'}},\n"
          "'workload': {'kind': 'kv', 'mix': {'read': 1}, 'route': 'leader'}}",
     "bad.json:3:57: workload.route: the model 'plain' has no leader; expected 'nearest', 'random', 'sticky' or "
     "'round-robin'\n"},
    {"retries", WORK("'retries': {'attempts': 0, 'jitter': 'some'}"),
     "bad.json:4:25: workload.retries.attempts: found 0; expected a whole number from 1 to 1000000\n"
     "bad.json:4:38: workload.retries.jitter: unknown choice 'some'; expected one of none, full\n"},
    {"until", WORK("'from': '30s', 'until': '20s'"),
     "bad.json:4:25: workload: the workload ends before it starts; expected 'until' after 'from'\n"},
    {"from", WORK("'from': '60s'"),
     "bad.json:4:9: workload: the workload starts at the end of the run or after it; expected 'from' before the "
     "duration\n"},
    {"after", WORK("'after': ['0ms']"),
     "bad.json:4:10: workload: 'after' is for kind staleness only; expected no 'after'\n"},
    {"fault node", FAULT("'partition': {'isolate': 'store/9'}"),
     "bad.json:4:39: faults.0.partition.isolate: unknown node 'store/9': store has 5 nodes; expected store/1 to "
     "store/5\n"},
    {"fault system", FAULT("'crash': 'stare/1'"),
     "bad.json:4:23: faults.0.crash: unknown system 'stare'; expected store; did you mean 'store'?\n"},
    {"fault target", FAULT("'crash': 'leadr'"),
     "bad.json:4:23: faults.0.crash: unknown target 'leadr'; expected one of store, leader, followers, minority, "
     "majority, all, clients; did you mean 'leader'?\n"},
    {"fault target type", FAULT("'crash': 3"),
     "bad.json:4:23: faults.0.crash: found 3; expected a target: a node such as 'store/1', a system, a region, "
     "'leader', 'followers', 'minority', 'majority', 'all', 'clients' or {'random': 1}\n"},
    {"fault random", FAULT("'crash': {'random': 6}"),
     "bad.json:4:34: faults.0.crash: 6 random nodes of 5; expected at most 5\n"},
    {"fault clients", FAULT("'crash': 'clients'"),
     "bad.json:4:23: faults.0.crash: found 'clients'; expected nodes; clients are no target here\n"},
    {"fault unsupported", FAULT("'transfer-leader': 'leader'"),
     "bad.json:4:33: faults.0: no model here understands 'transfer-leader'; expected another kind, or "
     "a model such as raft\n"},
    {"fault corruption", FAULT("'corrupt-disk': {'of': 'all', 'record': 2}"),
     "bad.json:4:44: faults.0.corrupt-disk: unknown key 'record'; expected one of of, detected, records; did you mean "
     "'records'?\n"},
    {"fault corruption without target", FAULT("'corrupt-disk': {'records': 2}"),
     "bad.json:4:30: faults.0.corrupt-disk: 'of' is missing; expected a target\n"},
    {"fault two", FAULT("'crash': 'leader', 'pause': 'leader'"),
     "bad.json:4:42: faults.0: both 'crash' and 'pause' are given; expected one of them\n"},
    {"fault none", FAULT("'for': '5s'"),
     "bad.json:4:1: faults.0: the kind is missing; expected one of partition, crash, restart, pause, lose-disk, "
     "torn-write, corrupt-disk, slow-disk, stall-disk, lying-sync, full-disk, clock-jump, clock-drift, slow-node, "
     "degrade, drop-messages, member-add, member-remove, transfer-leader\n"},
    {"fault misspelt", FAULT("'crush': 'leader'"),
     "bad.json:4:14: faults.0: unknown key 'crush'; expected one of partition, crash, restart, pause, lose-disk, "
     "torn-write, corrupt-disk, slow-disk, stall-disk, lying-sync, full-disk, clock-jump, clock-drift, slow-node, "
     "degrade, drop-messages, member-add, member-remove, transfer-leader, name, at, for, every, jitter, count, random; "
     "did you mean 'crash'?\n"},
    {"fault late", TOP("'faults': [{'at': '60s', 'crash': 'leader'}]"),
     "bad.json:3:19: faults.0: the fault starts at the end of the run or after it; expected a start before the "
     "duration\n"},
    {"fault without at", TOP("'faults': [{'crash': 'leader'}]"),
     "bad.json:3:12: faults.0: 'at' is missing; expected when the fault starts ('at', 'every' or 'random')\n"},
    {"fault schedule",
     FAULT("'for': '1s', 'jitter': '1s', 'random': {'mean_gap': '1s', 'mean_length': '1s'}, 'crash': 'all'"),
     "bad.json:4:37: faults.0: 'jitter' without 'every'; expected both or neither\n"
     "bad.json:4:53: faults.0: 'random' stands beside 'for'; expected one way to say when\n"},
    {"fault names",
     TOP("'faults': [{'name': 'a', 'at': '1s', 'crash': 'all'},\n"
         "{'name': 'a', 'at': '2s', 'crash': 'all'}]"),
     "bad.json:4:10: faults.1.name: a second fault or phase 'a'; expected different names\n"},
    {"fault window name", FAULT("'name': 'healing', 'crash': 'all'"),
     "bad.json:4:22: faults.0.name: 'healing' has a meaning of its own; expected another name\n"},
    {"partition word", FAULT("'partition': 'halfs'"),
     "bad.json:4:27: faults.0.partition: unknown partition 'halfs'; expected one of halves, majorities-ring, bridge\n"},
    {"partition groups", FAULT("'partition': {'groups': [['store/1']]}"),
     "bad.json:4:38: faults.0.partition.groups: an array of 1 elements; expected an array of at least two groups, such "
     "as [['store/1'], ['store/2', 'store/3']], at least 2\n"},
    {"degrade", FAULT("'degrade': {'from': 'store/6', 'loss': -0.1}"),
     "bad.json:4:34: faults.0.degrade.from: unknown node 'store/6': store has 5 nodes; expected store/1 to store/5\n"
     "bad.json:4:53: faults.0.degrade.loss: found -0.1; expected a number from 0 to 1\n"},
    {"drop", FAULT("'drop-messages': {'type': 'fake.appendd'}"),
     "bad.json:4:40: faults.0.drop-messages.type: unknown message type 'fake.appendd'; expected one of request, reply, "
     "fake.append, fake.vote; did you mean 'fake.append'?\n"},
    {"slow", FAULT("'slow-disk': {'of': 'leader', 'times': 0.5}"),
     "bad.json:4:53: faults.0.slow-disk.times: found 0.5; expected a number from 1 to 1000000000\n"},
    {"check", EXPECT("{'check': 'linearisable'}"),
     "bad.json:4:22: expect.0.check: unknown check 'linearisable'; expected one of linearizable, election-safety, "
     "leader-append-only, log-matching, leader-completeness, state-machine-safety, no-lost-writes, convergence, "
     "exactly-once, progress, stable-leader, membership, littles-law, sequential, sequential-per-key, causal, "
     "causal-memory, "
     "causal-convergence, "
     "read-your-writes, monotonic-reads, monotonic-writes, "
     "writes-follow-reads, agreement, validity, mutual-exclusion, unique-ids, read-committed, snapshot-isolation, "
     "serializable, strict-serializable; did you mean 'linearizable'?\n"},
    {"check unsupported", EXPECT("{'check': 'unique-ids'}"),
     "bad.json:4:22: expect.0.check: the check 'unique-ids' is not supported yet by this version; expected one of "
     "linearizable, election-safety, leader-append-only, log-matching, leader-completeness, state-machine-safety, "
     "no-lost-writes, convergence, exactly-once, progress, stable-leader, membership, littles-law, sequential, "
     "sequential-per-key, "
     "causal, "
     "causal-memory, "
     "causal-convergence, read-your-writes, monotonic-reads, monotonic-writes, writes-follow-reads\n"},
    {"metric", EXPECT("{'metric': 'read.latency.p98', 'at_most': '1ms'}"),
     "bad.json:4:23: expect.0.metric: unknown metric 'read.latency.p98'; expected one of read.latency.mean, "
     "read.latency.p50, read.latency.p90, read.latency.p99, read.latency.p999, read.latency.max, read.availability, "
     "read.throughput, write.latency.mean, write.latency.p50, write.latency.p90, write.latency.p99, "
     "write.latency.p999, write.latency.max, write.availability, write.throughput, cas.latency.mean, cas.latency.p50, "
     "cas.latency.p90, cas.latency.p99, cas.latency.p999, cas.latency.max, cas.availability, cas.throughput, "
     "increment.latency.mean, increment.latency.p50, increment.latency.p90, increment.latency.p99, "
     "increment.latency.p999, increment.latency.max, ...; did you mean 'read.latency.p90'?\n"},
    {"metric unit", EXPECT("{'metric': 'read.latency.p99', 'at_most': 5}"),
     "bad.json:4:54: expect.0.at_most: found 5; expected a duration such as '5ms'\n"},
    {"metric share", EXPECT("{'metric': 'write.availability', 'at_least': 99}"),
     "bad.json:4:57: expect.0.at_least: found 99; expected a number from 0 to 1\n"},
    {"metric bound", EXPECT("{'metric': 'write.lost'}"),
     "bad.json:4:12: expect.0: a bound is missing; expected 'at_least', 'at_most' or 'equals'\n"},
    {"metric bounds", EXPECT("{'metric': 'write.lost', 'at_least': 3, 'at_most': 2}"),
     "bad.json:4:49: expect.0: the lower bound is above the upper one; expected 'at_least' up to 'at_most'\n"},
    {"metric workload", EXPECT("{'metric': 'shop/write.lost', 'equals': 0}"),
     "bad.json:4:23: expect.0.metric: unknown workload 'shop'; expected none, for there is none\n"},
    {"window", EXPECT("{'metric': 'write.lost', 'equals': 0, 'window': 'cat'}"),
     "bad.json:4:60: expect.0.window: unknown window 'cat'; expected one of all, partition, healing, connected, cut; "
     "did you mean 'cut'?\n"},
    {"window ends", EXPECT("{'metric': 'write.lost', 'equals': 0, 'window': {'from': '5s', 'to': '4s'}}"),
     "bad.json:4:60: expect.0.window: the window ends before it starts; expected 'from' before 'to'\n"},
    {"fault name", EXPECT("{'fault': 'cup', 'touched': {'at_least': 1}}"),
     "bad.json:4:22: expect.0.fault: unknown fault 'cup'; expected cut; did you mean 'cut'?\n"},
    {"fault touched", EXPECT("{'fault': 'cut'}"),
     "bad.json:4:12: expect.0: 'touched' is missing; expected bounds such as {'at_least': 1}\n"},
    {"expect kind", EXPECT("{'chek': 'linearizable'}"),
     "bad.json:4:13: expect.0: unknown key 'chek'; expected one of check, metric, fault, pacelc, is, seeds, share, "
     "window, touched, at_least, at_most, equals; did you mean 'check'?\n"},
    {"label", EXPECT("{'pacelc': 'PX/EC'}"),
     "bad.json:4:23: expect.0.pacelc: 'PX/EC' is no label of PACELC; expected 'PA', 'PC', 'P-' or 'P?', 'EL', 'EC' or "
     "'E?', or both halves such as 'PA/EL'\n"},
    {"label and window", EXPECT("{'pacelc': 'PC', 'window': 'cut'}"),
     "bad.json:4:39: expect.0: 'window' says nothing about a pacelc; expected 'seeds' or 'share'\n"},
    {"expect extra", EXPECT("{'check': 'linearizable', 'at_least': 1}"),
     "bad.json:4:50: expect.0: 'at_least' says nothing about a check; expected 'is', 'seeds' or 'share'\n"},
    {"seeds", EXPECT("{'check': 'linearizable', 'seeds': '20-1'}"),
     "bad.json:4:47: expect.0.seeds: found '20-1'; expected seeds such as '1-20', the lower one first\n"},
    {"share alone", EXPECT("{'check': 'linearizable', 'share': 0.5}"),
     "bad.json:4:47: expect.0: 'share' without 'seeds'; expected both or neither\n"},
    {"phase", TOP("'phases': [{'name': 'peak', 'at': '60s', 'for': '1s', 'rat': 3}]"),
     "bad.json:3:35: phases.0: the phase starts at the end of the run or after it; expected a start before the "
     "duration\n"
     "bad.json:3:55: phases.0: unknown key 'rat'; expected one of name, at, for, rate; did you mean 'at'?\n"},
    {"vary", TOP("'vary': {'a.b': []}"),
     "bad.json:3:17: vary.a.b: an array of 0 elements; expected an array of values, at least 1\n"},
    {"prices", TOP("'prices': {'node_hour': '0.1'}"),
     "bad.json:3:25: prices.node_hour: found '0.1'; expected a number from 0 to 1000000000000\n"},
    {"size", TOP("'size': 'huge'"), "bad.json:3:9: size: unknown choice 'huge'; expected one of small, large\n"},
    {"let",
     TOP("'let': {'rtt': '80ms'},\n"
         "'warmup': '$rt'"),
     "bad.json:4:11: warmup: unknown name '$rt'; expected a name that 'let' defines; did you mean '$rtt'?\n"},
    {"let value",
     TOP("'let': {'rtt': '80 parsecs'},\n"
         "'warmup': '$rtt'"),
     "bad.json:3:16: warmup: unknown unit 'parsecs'; expected ns, us, ms, s, min, h or d\n"},
    {"let in let", TOP("'let': {'a': '1ms', 'b': '$a'}"),
     "bad.json:3:26: let: a name inside 'let'; expected a value without names\n"},
};

static char *with_quotes(const char *text) {
    char *copy = strdup(text);
    for (char *c = copy; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return copy;
}

START_TEST(a_mistake_is_named_with_its_place_and_what_was_expected) {
    char *text = with_quotes(bad[_i].text), *message = with_quotes(bad[_i].message);
    struct text errors = {0};
    struct scenario_options options = {.models = &fake_models};
    struct scenario *scenario = scenario_parse(text, strlen(text), "bad.json", &options, &errors);
    ck_assert_msg(scenario == NULL, "%s was read", bad[_i].name);
    ck_assert_msg(strcmp(errors.bytes, message) == 0, "%s: said\n%sinstead of\n%s", bad[_i].name, errors.bytes,
                  message);
    text_free(&errors);
    free(message);
    free(text);
}
END_TEST

/* One of everything that is wrong twenty-five times over. */
START_TEST(twenty_problems_of_a_file_are_said_in_order) {
    struct text text = {0}, errors = {0};
    text_add(&text, "{\"title\": \"t\", \"duration\": \"60s\", \"systems\": {\"store\": {\"model\": \"fake\"}}");
    for (int i = 0; i < 25; i++) {
        text_add(&text, ",\n\"wrong-%02d\": 1", i);
    }
    text_add(&text, "}");
    struct scenario_options options = {.models = &fake_models};
    ck_assert_ptr_null(scenario_parse(text.bytes, text.length, "bad.json", &options, &errors));
    const char *line = errors.bytes;
    for (int i = 0; i < 20; i++) {
        char start[64];
        snprintf(start, sizeof start, "bad.json:%d:1: unknown key \"wrong-%02d\"", i + 2, i);
        ck_assert_msg(strncmp(line, start, strlen(start)) == 0, "line %d is not of %s", i, start);
        line = strchr(line, '\n') + 1;
    }
    ck_assert_str_eq(line, "");
    text_free(&errors);
    text_free(&text);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("bad scenario");
    TCase *tcase = tcase_create("bad scenario");
    tcase_add_loop_test(tcase, a_mistake_is_named_with_its_place_and_what_was_expected, 0,
                        (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tcase, twenty_problems_of_a_file_are_said_in_order);
    suite_add_tcase(suite, tcase);
    return suite;
}
