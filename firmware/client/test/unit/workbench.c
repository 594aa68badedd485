#include "workbench.h"

#include <string.h>

#include "check.h"
#include "plan_parts.h"
#include "prov_bytes.h"

struct workbench bench;

extern const atcacert_def_t g_stored_signer;
extern const atcacert_def_t g_stored_device;
extern const atcaprov_cert_info_t g_stored_cert_info;

static void wait_for(void *context, uint32_t microseconds)
{
    struct chip_double *chip = context;

    chip->now_us += microseconds;
}

static void set_up(const struct chain *chain, uint8_t revision)
{
    memset(&bench, 0, sizeof bench);
    chip_double_init(&bench.chip, chain, revision);
    server_double_init(&bench.server, chain);
    bench.server.wait = wait_for;
    bench.server.wait_context = &bench.chip;
    memcpy(bench.image_508a, PLAN_PARTS.image_508a, 128U);
    memcpy(bench.image_608, PLAN_PARTS.image_608, 128U);
    bench.plan = (struct atcaprov_plan){.image_508a = bench.image_508a,
                                        .image_608 = bench.image_608,
                                        .cert_info = &bench.cert_info,
                                        .device_definition = &bench.device_definition,
                                        .signer_definition = &bench.signer_definition,
                                        .data_lock = ATCAPROV_FILL_CRC,
                                        .validate = true,
                                        .address = 0xC0U,
                                        .client_name = "unit test",
                                        .software_version = "1",
                                        .station = "bench",
                                        .site = ""};
}

void bench_fresh(uint8_t revision)
{
    set_up(&CHAIN_EXAMPLE, revision);
    memcpy(&bench.cert_info, PLAN_PARTS.cert_info, sizeof bench.cert_info);
    bench.device_definition = *PLAN_PARTS.device_definition;
    bench.signer_definition = *PLAN_PARTS.signer_definition;
}

void bench_fresh_stored(void)
{
    set_up(&CHAIN_STORED, 0x50U);
    memcpy(&bench.cert_info, &g_stored_cert_info, sizeof bench.cert_info);
    bench.device_definition = g_stored_device;
    bench.signer_definition = g_stored_signer;
}

static void power_off(void)
{
    bench.packets = bench.chip.packets;
    bench.struck = bench.chip.fault_struck;
    chip_double_power(&bench.chip);
    bench.server.connected = false;
}

/* volatile: it lives over the jump. */
enum atcaprov_code bench_provision(void)
{
    volatile enum atcaprov_code code = ATCAPROV_INTERNAL;

    bench.server.stages[0] = '\0';
    bench.server.told_code = 0U;
    bench.power_went = false;
    atcaprov_init(&bench.client, &bench.chip.port, &bench.server.funcs, &bench.plan);
    if (setjmp(bench.chip.power) == 0) {
        code = atcaprov_provision(&bench.client, &bench.order);
    } else {
        bench.power_went = true;
    }
    power_off();
    return code;
}

enum atcaprov_code bench_validate(void)
{
    volatile enum atcaprov_code code = ATCAPROV_INTERNAL;

    bench.server.stages[0] = '\0';
    bench.power_went = false;
    atcaprov_init(&bench.client, &bench.chip.port, &bench.server.funcs, &bench.plan);
    if (setjmp(bench.chip.power) == 0) {
        code = atcaprov_validate(&bench.client);
    } else {
        bench.power_went = true;
    }
    power_off();
    return code;
}

enum atcaprov_code bench_finish(unsigned runs)
{
    enum atcaprov_code code = ATCAPROV_INTERNAL;

    for (unsigned i = 0U; (i < runs) && (code != ATCAPROV_SUCCESS); i++) {
        code = bench_provision();
        if (code == ATCAPROV_ALREADY_PROVISIONED) {
            code = bench_validate();
        }
    }
    return code;
}

void bench_check_content(const char *file, int line)
{
    const struct chain *chain = bench.chip.chain;
    const uint8_t zeros[72] = {0};
    uint8_t padded[72] = {0};

    memcpy(&padded[4], chain->signer_key, 32U);
    memcpy(&padded[40], &chain->signer_key[32], 32U);
    check_true(chip_double_config_locked(&bench.chip), "configuration locked", file, line);
    check_true(chip_double_data_locked(&bench.chip), "data locked", file, line);
    check_true(memcmp(bench.chip.slots[10], chain->device.compressed, 72U) == 0, "slot 10", file, line);
    check_true(memcmp(bench.chip.slots[12], chain->signer.compressed, 72U) == 0, "slot 12", file, line);
    check_true(memcmp(bench.chip.slots[11], padded, 72U) == 0, "slot 11", file, line);
    check_true(memcmp(bench.chip.slots[13], zeros, 72U) == 0, "slot 13", file, line);
    check_true(memcmp(bench.chip.key, chain->device_key, 64U) == 0, "key", file, line);
    check_true(!bytes_all(bench.chip.slots[5], 0x3CU, 36U) && !bytes_all(bench.chip.slots[5], 0x00U, 36U), "slot 5", file,
               line);
    check_true(bytes_all(bench.chip.otp, 0xFFU, 64U), "OTP", file, line);
}
