/* Does this machine, and what this process may do on it, suit the configuration? */
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/processor.h"
#include "cli/doctor.h"

enum { OTHER_DESCRIPTORS = 64, SEGMENTS_LEAST = 4 };

/* ---- limits of the process ---- */

static void look_at_locked_memory(struct cmb_doctor *doctor)
{
    struct rlimit limit = { 0 };
    struct cmb_vault *vault = cmb_cli_vault();
    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (vault->is_locked)
        cmb_doctor_say(doctor, CMB_FINDING_FINE, "locked memory",
                       "secrets lie in memory that is never written to a disk");
    else
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, "locked memory",
                       "secrets may be written to swap: RLIMIT_MEMLOCK is %llu bytes, and %zu are "
                       "wanted", (unsigned long long)limit.rlim_cur, vault->size_bytes);
}

static void look_at_descriptors(struct cmb_doctor *doctor)
{
    const struct cmb_settings_host *host = &doctor->settings.host;
    struct rlimit limit = { 0 };
    getrlimit(RLIMIT_NOFILE, &limit);
    unsigned long long wanted = (unsigned long long)host->connections_total + OTHER_DESCRIPTORS;
    bool is_enough = limit.rlim_cur >= wanted;
    cmb_doctor_say(doctor, is_enough ? CMB_FINDING_FINE : CMB_FINDING_WRONG, "descriptors",
                   "RLIMIT_NOFILE is %llu; %lld connections and what else is open want %llu, and a "
                   "stream's connection one each", (unsigned long long)limit.rlim_cur,
                   (long long)host->connections_total, wanted);
}

/* ---- a CPU given to latency ---- */

static void look_at_cpu(struct cmb_doctor *doctor)
{
    const struct cmb_settings_host *host = &doctor->settings.host;
    struct cambist_error error = { 0 };
    cpu_set_t allowed;
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    if (cmb_host_check_cpu(host->cpu, &error) != CAMBIST_OK)
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "CPU", "%s", error.message);
    else if (host->busy_poll && count < 2)
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "CPU",
                       "busy_poll takes a whole CPU, and this process may use one only");
    else if (host->busy_poll && host->cpu == CMB_NO_CPU)
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, "CPU",
                       "busy_poll without cpu: the I/O thread may be moved about");
    else
        cmb_doctor_say(doctor, CMB_FINDING_FINE, "CPU", "%d may be used%s", count,
                       host->busy_poll ? ", one of them is the I/O thread's" : "");
}

static void look_at_busy_polling(struct cmb_doctor *doctor)
{
    unsigned wanted_us = 50;
    if (!doctor->settings.host.busy_poll)
        return;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_allowed = setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &wanted_us, sizeof wanted_us) == 0;
    close(fd);
    if (is_allowed)
        cmb_doctor_say(doctor, CMB_FINDING_FINE, "busy polling", "sockets may ask the card");
    else
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, "busy polling",
                       "the kernel does not poll for our sockets: CAP_NET_ADMIN, or "
                       "net.core.busy_read, is missing");
}

static void look_at_clock_source(struct cmb_doctor *doctor)
{
    char name[64] = "";
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "r");
    if (file && fgets(name, sizeof name, file))
        name[strcspn(name, "\n")] = 0;
    if (file)
        fclose(file);
    bool is_quick = strcmp(name, "tsc") == 0 || strcmp(name, "kvm-clock") == 0 ||
                    strcmp(name, "arch_sys_counter") == 0;
    cmb_doctor_say(doctor, is_quick ? CMB_FINDING_FINE : CMB_FINDING_NOTE, "clock source", "%s%s",
                   *name ? name : "not known",
                   is_quick ? "" : ": reading the time may take a system call");
}

static void look_at_instructions(struct cmb_doctor *doctor)
{
    cmb_doctor_say(doctor, CMB_FINDING_FINE, "instructions", "%s", cmb_width_name(cmb_width()));
}

/* ---- the journal ---- */

static void look_at_room(struct cmb_doctor *doctor, const char *folder)
{
    struct statvfs disk;
    unsigned long long least = (unsigned long long)SEGMENTS_LEAST * CMB_JOURNAL_SEGMENT_BYTES;
    if (statvfs(folder, &disk) != 0)
        return;
    unsigned long long free_bytes = (unsigned long long)disk.f_bavail * disk.f_frsize;
    cmb_doctor_say(doctor, free_bytes >= least ? CMB_FINDING_FINE : CMB_FINDING_WRONG, "journal",
                   "%s: ours alone, %llu MiB free, %llu wanted at least", folder,
                   free_bytes >> 20, least >> 20);
}

static void look_at_journal(struct cmb_doctor *doctor)
{
    const char *folder = doctor->settings.host.journal;
    struct stat found;
    if (!folder || !*folder)
        cmb_doctor_say(doctor, CMB_FINDING_NOTE, "journal",
                       "none: orders are forgotten when the process ends");
    else if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "journal", "%s: there is no such folder", folder);
    else if (found.st_uid != geteuid() || (found.st_mode & 077))
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "journal",
                       "%s: must belong to us and be closed to others (0700)", folder);
    else if (access(folder, W_OK) != 0)
        cmb_doctor_say(doctor, CMB_FINDING_WRONG, "journal", "%s: cannot be written to", folder);
    else
        look_at_room(doctor, folder);
}

void cmb_doctor_look_at_machine(struct cmb_doctor *doctor)
{
    look_at_locked_memory(doctor);
    look_at_descriptors(doctor);
    look_at_cpu(doctor);
    look_at_busy_polling(doctor);
    look_at_clock_source(doctor);
    look_at_instructions(doctor);
    look_at_journal(doctor);
}
