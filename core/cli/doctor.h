/* cli/doctor.h - what the parts of the doctor share. */
#ifndef CMB_CLI_DOCTOR_H
#define CMB_CLI_DOCTOR_H

#include "cli/ask.h"

enum cmb_finding { CMB_FINDING_FINE = 1, CMB_FINDING_NOTE, CMB_FINDING_WRONG };

struct cmb_doctor {
    bool is_json;
    const char *config; /* NULL: none was given */
    struct cmb_settings settings;
    unsigned wrong;
};

/* Prints one line; WRONG ones make the command fail. */
__attribute__((format(printf, 4, 5))) void cmb_doctor_say(struct cmb_doctor *doctor,
                                                          enum cmb_finding finding,
                                                          const char *about, const char *format,
                                                          ...);

/* What this machine and the rights of this process allow. */
void cmb_doctor_look_at_machine(struct cmb_doctor *doctor);
/* What the exchanges of the configuration say. */
void cmb_doctor_ask_exchanges(struct cmb_doctor *doctor);

#endif
