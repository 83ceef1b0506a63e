/* Can the exchanges be opened as configured, are they reached, and how do their clocks go? */
#include "cli/doctor.h"

#include "config/credentials.h"

enum { CLOCK_OFF_MOST_MS = 1000 };

/* ---- credentials ---- */

/* Only files can be read twice: the other sources are read when the host is opened. */
static void look_at_credentials(struct cmb_doctor *doctor,
                                const struct cmb_settings_exchange *settings)
{
    struct cmb_credentials credentials = { 0 };
    struct cambist_error error = { 0 };
    if (!*settings->credentials || strncmp(settings->credentials, "file:", 5) != 0)
        return;
    if (cmb_credentials_read(&credentials, cmb_cli_vault(), settings->credentials, &error) ==
        CAMBIST_OK)
        cmb_doctor_say(doctor, CMB_FINDING_FINE, settings->name, "credentials: %zu, ours alone",
                       credentials.count);
    else
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, settings->name, "credentials: %s", error.message);
    cmb_credentials_clear(&credentials);
}

/* ---- clocks ---- */

static int64_t wall_ns(void)
{
    return cmb_clock_wall_ns(&cmb_clock_system);
}

/* Known to half of the time that the question took. */
static void compare_clocks(struct cmb_doctor *doctor, const char *name, int64_t exchange_ns,
                           int64_t before_ns, int64_t after_ns)
{
    int64_t ahead_ms = (exchange_ns - before_ns - (after_ns - before_ns) / 2) / 1000000;
    bool is_near = ahead_ms < CLOCK_OFF_MOST_MS && ahead_ms > -CLOCK_OFF_MOST_MS;
    cmb_doctor_say(doctor, is_near ? CMB_FINDING_FINE : CMB_FINDING_NOTE, name,
                   "reached in %.1f ms; its clock is %lld ms ahead of ours%s",
                   (double)(after_ns - before_ns) / 1e6, (long long)ahead_ms,
                   is_near ? "" : ": requests are signed by its clock all the same");
}

static void ask_time(struct cmb_doctor *doctor, struct cambist_exchange *exchange)
{
    const char *name = cambist_exchange_name(exchange);
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    if (!cambist_exchange_has(exchange, CAMBIST_OPERATION_fetch_time, 0)) {
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, name, "has no clock that could be asked");
        return;
    }
    cambist_fetch_time(exchange, NULL, &answer, &error); /* opens the connection */
    cambist_answer_free(answer);
    answer = NULL;
    int64_t before_ns = wall_ns();
    int status = cambist_fetch_time(exchange, NULL, &answer, &error);
    int64_t after_ns = wall_ns();
    const struct cambist_clock *clock = answer ? cambist_answer_clock(answer, 0) : NULL;
    if (status != CAMBIST_OK)
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, name, "not reached: %s", error.message);
    else if (clock)
        compare_clocks(doctor, name, clock->timestamp, before_ns, after_ns);
    cambist_answer_free(answer);
}

void cmb_doctor_ask_exchanges(struct cmb_doctor *doctor)
{
    struct cambist *host = NULL;
    struct cambist_error error = { 0 };
    struct cambist_exchange *exchange;
    for (size_t i = 0; i < doctor->settings.exchange_count; i++)
        if (doctor->settings.exchanges[i].enabled)
            look_at_credentials(doctor, &doctor->settings.exchanges[i]);
    if (doctor->wrong)
        return;
    if (cambist_open_with(doctor->config, CAMBIST_NO_JOURNAL, &host, &error) != CAMBIST_OK) {
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "opening", "%s", error.message);
        return;
    }
    for (size_t i = 0; (exchange = cambist_exchange_at(host, i)); i++)
        ask_time(doctor, exchange);
    cambist_close(host);
}
