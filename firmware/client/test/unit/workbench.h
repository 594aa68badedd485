/* A product on the workbench: chip, server and client with a plan that a test may change. */
#ifndef WORKBENCH_H
#define WORKBENCH_H

#include "atcaprov/atcaprov.h"
#include "chip_double.h"
#include "server_double.h"

struct workbench {
    struct chip_double chip;
    struct server_double server;
    struct atcaprov_plan plan;
    uint8_t image_508a[128];
    uint8_t image_608[128];
    atcaprov_cert_info_t cert_info;
    atcacert_def_t device_definition;
    atcacert_def_t signer_definition;
    struct atcaprov_order order;
    struct atcaprov_client client;
    bool power_went;
    /* Of the last run: packets that the chip was sent, and whether its fault struck. */
    unsigned packets;
    bool struck;
};

/* What is tested is global: a power cut jumps out of the client. */
extern struct workbench bench;

/* A factory-fresh product with the plan of example/; `revision` 50 or 60. */
void bench_fresh(uint8_t revision);
/* The same with certificates whose serial numbers are kept in the chip. */
void bench_fresh_stored(void);
/* Power on, one run, power off. ATCAPROV_INTERNAL and `power_went` when the power went in between. */
enum atcaprov_code bench_provision(void);
enum atcaprov_code bench_validate(void);
/* Runs until the product is finished, at most so often: provisions, and validates what is locked. Gives the last code. */
enum atcaprov_code bench_finish(unsigned runs);
/* Whether the chip holds what the chain and the plan of example/ demand, locked. */
void bench_check_content(const char *file, int line);

#define CHECK_CONTENT() bench_check_content(__FILE__, __LINE__)

#endif
