/* On which CPU, under which name, and how restless does the I/O thread run? */
#include "host/host.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/fail.h"

static void on_stop(struct cmb_post *post, void *user)
{
    (void)post;
    struct cambist *host = user;
    atomic_store(&host->is_stopping, true);
}

static void *run_thread(void *user)
{
    struct cambist *host = user;
    pthread_setname_np(pthread_self(), "cambist-io");
    while (!atomic_load_explicit(&host->is_stopping, memory_order_relaxed))
        cmb_loop_run_once(host->loop, -1);
    return NULL;
}

/* ---- its CPU ---- */

int cmb_host_check_cpu(int64_t cpu, struct cambist_error *error)
{
    cpu_set_t allowed;
    if (cpu == CMB_NO_CPU)
        return CAMBIST_OK;
    if (cpu >= CPU_SETSIZE || cpu >= sysconf(_SC_NPROCESSORS_CONF))
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "cpu = %lld: this machine has CPUs 0 to %ld",
                        (long long)cpu, sysconf(_SC_NPROCESSORS_CONF) - 1);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && !CPU_ISSET((size_t)cpu, &allowed))
        return cmb_fail(error, CAMBIST_BAD_CONFIG,
                        "cpu = %lld: this process may not run there (its cpuset or affinity)",
                        (long long)cpu);
    return CAMBIST_OK;
}

/* Signals are the application's: none is delivered to the I/O thread. */
static int create(struct cambist *host, const pthread_attr_t *attributes)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&host->thread, attributes, run_thread, host);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

int cmb_host_start_thread(struct cambist *host, struct cambist_error *error)
{
    const struct cmb_settings_host *settings = &host->settings.host;
    pthread_attr_t attributes;
    cpu_set_t cpus;
    host->stop = (struct cmb_post){ .on_run = on_stop, .user = host };
    if (settings->busy_poll)
        cmb_loop_spin(host->loop);
    pthread_attr_init(&attributes);
    CPU_ZERO(&cpus);
    if (settings->cpu != CMB_NO_CPU) {
        CPU_SET((size_t)settings->cpu, &cpus);
        pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
    }
    host->has_thread = create(host, &attributes) == 0;
    pthread_attr_destroy(&attributes);
    return host->has_thread ? CAMBIST_OK
                            : cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no thread for I/O"));
}

void cmb_host_stop_thread(struct cambist *host)
{
    if (!host->has_thread)
        return;
    cmb_loop_post(host->loop, &host->stop);
    pthread_join(host->thread, NULL);
}

/* ---- work that another thread waits for ---- */

struct work {
    struct cmb_post post;
    int (*run)(void *user);
    void *user;
    int result;
    bool is_done;
    pthread_mutex_t lock;
    pthread_cond_t done;
};

static void on_work(struct cmb_post *post, void *user)
{
    (void)post;
    struct work *work = user;
    int result = work->run(work->user);
    pthread_mutex_lock(&work->lock);
    work->result = result;
    work->is_done = true;
    pthread_cond_signal(&work->done);
    pthread_mutex_unlock(&work->lock);
}

int cmb_host_run(struct cambist *host, int (*run)(void *user), void *user)
{
    if (!host->has_thread || pthread_equal(host->thread, pthread_self()))
        return run(user);
    struct work work = { .run = run, .user = user, .lock = PTHREAD_MUTEX_INITIALIZER,
                         .done = PTHREAD_COND_INITIALIZER };
    work.post = (struct cmb_post){ .on_run = on_work, .user = &work };
    cmb_loop_post(host->loop, &work.post);
    pthread_mutex_lock(&work.lock);
    while (!work.is_done)
        pthread_cond_wait(&work.done, &work.lock);
    pthread_mutex_unlock(&work.lock);
    return work.result;
}
