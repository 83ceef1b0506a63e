/* simulator/simulator.h - a practice exchange on loopback for any plugin.
 *
 * A simulator serves exchanges out of their plugins' compiled tables run backwards: endpoint rows
 * say which requests exist, derived rows how a signature is verified, field rows how an answer is
 * written; dialects, channels and signals what is told over WebSockets on the same port.  Behind each exchange stands a matching engine of its own
 * with seeded market makers, balances, fees and a ledger of everything that happened.
 *
 *     struct cmb_simulator *simulator = cmb_simulator_new(&settings, &error);
 *     cmb_simulator_add(simulator, plugin, 0, &error);
 *     cmb_simulator_start(simulator, &error);
 *     cmb_simulator_url(simulator, "okx")            "https://127.0.0.1:34567"
 *     ...
 *     cmb_simulator_free(simulator);
 *
 * It is not proof that a plugin is right: an error in a table is mirrored.  It is what tests of
 * faults, demos and benchmarks are run against.  Nothing here listens beyond loopback.
 */
#ifndef CMB_SIMULATOR_SIMULATOR_H
#define CMB_SIMULATOR_SIMULATOR_H

#include "base/clock.h"
#include "plugin/plugin.h"

enum { CMB_SIMULATOR_EXCHANGES_MOST = 32, CMB_SIMULATOR_FAULTS_MOST = 256 };

/* The certificate that the servers show.  GOOD comes from the simulator's own authority, for
 * 127.0.0.1 and localhost. */
enum cmb_simulator_certificate {
    CMB_CERTIFICATE_GOOD = 0,
    CMB_CERTIFICATE_EXPIRED,
    CMB_CERTIFICATE_NOT_YET,
    CMB_CERTIFICATE_WRONG_NAME,
    CMB_CERTIFICATE_SELF_SIGNED,
    CMB_CERTIFICATE_UNKNOWN_CA,
};

struct cmb_simulator_settings {
    uint64_t seed;        /* the same seed and the same requests: the same market */
    bool is_plain;        /* HTTP instead of HTTPS */
    bool is_generous;     /* paths that no row has are answered with an empty success: foreign
                           * clients ask for more than plugins do */
    uint32_t certificate; /* enum cmb_simulator_certificate */
    const struct cmb_clock *clock; /* NULL: the machine's; must be safe to read in any thread */
};

struct cmb_simulator;

/* A simulator without exchanges.  NULL without memory or when no certificate can be made. */
struct cmb_simulator *cmb_simulator_new(const struct cmb_simulator_settings *settings,
                                        struct cambist_error *error);
/* Stops and releases everything; accepts NULL. */
void cmb_simulator_free(struct cmb_simulator *simulator);

/* Adds an exchange that will listen on `port` of 127.0.0.1; 0: any free port.  `plugin` outlives
 * the simulator.  Before start. */
int cmb_simulator_add(struct cmb_simulator *simulator, const struct cmb_plugin *plugin,
                      uint16_t port, struct cambist_error *error);

/* Adds a fault that strikes from now on, in every exchange: NAME[@WHAT][:RATE].  WHAT is
 * an operation or, for faults of streams, a topic (watch_order_book).  RATE is a
 * probability ("0.25") or every n-th request ("1/10"); without one it strikes always.  Names are
 * those of faults.h: execute-then-cut, late, fill-before-cancel, limits, clock-step ... and of
 * streams gap, duplicate, mute, fill-late ...  BAD_ARGUMENT: there is no such one. [any thread] */
int cmb_simulator_add_fault(struct cmb_simulator *simulator, const char *text,
                            struct cambist_error *error);
/* Adds a fault that strikes `count` times in one exchange, and then no more: NAME[@TOPIC][:RATE].
 * Of those that last (mute, short-life, clock-ahead, limits ...) `count` is seconds.
 * BAD_ARGUMENT: there is no such exchange or fault, or count is 0. [any thread] */
int cmb_simulator_strike(struct cmb_simulator *simulator, const char *exchange, const char *fault,
                         uint32_t count, struct cambist_error *error);
/* From the next move on the house quotes so many millionths above (negative: below) what it would
 * quote otherwise, in one market of one exchange.  BAD_ARGUMENT: there is no such exchange or
 * market. [any thread] */
int cmb_simulator_lean(struct cmb_simulator *simulator, const char *exchange, const char *symbol,
                       int64_t ppm, struct cambist_error *error);
/* From now on nothing strikes. [any thread] */
void cmb_simulator_clear_faults(struct cmb_simulator *simulator);

/* How often the fault of that name has struck; of those that last nothing is counted. [any thread] */
uint64_t cmb_simulator_struck(struct cmb_simulator *simulator, const char *fault);

/* Listens and serves in threads of its own; they take no signals. */
int cmb_simulator_start(struct cmb_simulator *simulator, struct cambist_error *error);
/* Ends all connections and waits for their threads; stop twice is fine. */
void cmb_simulator_stop(struct cmb_simulator *simulator);

/* ---- what a client needs; texts live as long as the simulator ---- */

/* The URL that stands for all of the exchange's request servers; NULL for an exchange that was not
 * added.  After start. */
const char *cmb_simulator_url(const struct cmb_simulator *simulator, const char *exchange);
/* The PEM file of the authority to be trusted; NULL when plain.  Removed by free. */
const char *cmb_simulator_ca(const struct cmb_simulator *simulator);
/* The made-up credential that the exchange accepts, by its row's name; NULL where there is none. */
const char *cmb_simulator_credential(const struct cmb_simulator *simulator, const char *exchange,
                                     const char *name);
/* Which faults there are: the name of the n-th and what happens; NULL behind the last. */
const char *cmb_simulator_fault(uint32_t number, const char **ret_help);
/* {"exchange","rest","stream","ca","key","secret","passphrase","private_key", ...} on one line,
 * absent ones null.  After start. */
const char *cmb_simulator_describe(struct cmb_simulator *simulator, const char *exchange);

/* ---- what happened ---- */

/* The ledger as JSON; the caller frees it.  NULL without memory. [any thread] */
char *cmb_simulator_ledger(struct cmb_simulator *simulator);
/* How many orders with this client id were executed at the exchange: taken by its engine, whatever
 * became of them since.  NULL counts all orders of the account. [any thread] */
size_t cmb_simulator_count_orders(struct cmb_simulator *simulator, const char *exchange,
                                  const char *client_order_id);

/* Shows the truth about an exchange and all requests (ledger.h) as it is now, under the simulator's
 * lock: `look` asks the simulator nothing.  False: there is no such exchange. [any thread] */
struct cmb_practice;
struct cmb_ledger;
typedef void cmb_simulator_look_fn(const struct cmb_practice *practice,
                                   const struct cmb_ledger *ledger, void *user);
bool cmb_simulator_look(struct cmb_simulator *simulator, const char *exchange,
                        cmb_simulator_look_fn *look, void *user);

#endif
