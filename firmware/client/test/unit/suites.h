/* The unit tests of the provisioning client. */
#ifndef CLIENT_SUITES_H
#define CLIENT_SUITES_H

void hash_suite(void);
void cert_suite(void);
void plan_suite(void);
void run_suite(void);
void resume_suite(void);
void wire_suite(void);
void fault_suite(void);
/* State and stack of a whole run; 0 = no more than RAM_MAX. */
int ram_report(void);

#endif
