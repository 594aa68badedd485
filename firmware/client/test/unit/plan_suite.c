#include "suites.h"

#include <string.h>

#include "check.h"
#include "workbench.h"

/* What is found before anything is changed: the code, the stage 0, and a chip as it was. */
static void check_refused(enum atcaprov_code expected, int line)
{
    const unsigned before = bench.chip.changes;

    check_number(expected, bench_provision(), "code", __FILE__, line);
    check_number(ATCAPROV_STAGE_NONE, bench.client.report.stage, "stage", __FILE__, line);
    check_number(before, bench.chip.changes, "changes", __FILE__, line);
    check_text("", bench.server.stages, "notifications", __FILE__, line);
    bench_fresh(0x50U);
}

#define REFUSED(expected, change)                  \
    do {                                           \
        bench_fresh(0x50U);                        \
        change;                                    \
        check_refused(expected, __LINE__);         \
    } while (0)

#define REFUSED_608(expected, change)              \
    do {                                           \
        bench_fresh(0x60U);                        \
        change;                                    \
        check_refused(expected, __LINE__);         \
    } while (0)

static void settings_that_do_not_belong_together(void)
{
    static const char LONG[] = "12345678901234567890123456789012345678901234567890123456789012345";

    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.version = 2U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.signer_ca_key_id[3] ^= 1U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.chain_id = 1U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.signer_definition.chain_id = 1U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.device_template_id = 3U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.signer_template_id = 3U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.device_private_key_slot = 2U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.device_def_sha256[0] ^= 1U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.cert_info.signer_def_sha256[31] ^= 1U);
    REFUSED(ATCAPROV_DEFINITION_MISMATCH, bench.device_definition.expire_years = 7U);
    REFUSED(ATCAPROV_DEFINITION_UNKNOWN, bench.device_definition.type = CERTTYPE_CUSTOM);
    REFUSED(ATCAPROV_DEFINITION_UNKNOWN, bench.signer_definition.type = CERTTYPE_CUSTOM);
    REFUSED(ATCAPROV_OPTION_INVALID, bench.plan.station = LONG);
    REFUSED(ATCAPROV_OPTION_INVALID, bench.order.batch = LONG);
}

static void chips_that_are_none_of_ours(void)
{
    REFUSED(ATCAPROV_WRONG_PART, bench.chip.config[6] = 0x10U);
    REFUSED(ATCAPROV_WRONG_PART, bench.plan.image_508a = NULL);
    REFUSED_608(ATCAPROV_WRONG_PART, bench.plan.image_608 = NULL);
    REFUSED(ATCAPROV_DEVICE_SN_INVALID, bench.chip.config[0] = 0x02U);
    REFUSED(ATCAPROV_DEVICE_SN_INVALID, memset(&bench.chip.config[2], 0x00, 2U); memset(&bench.chip.config[8], 0x00, 5U));
    REFUSED(ATCAPROV_DEVICE_SN_INVALID, memset(&bench.chip.config[2], 0xFF, 2U); memset(&bench.chip.config[8], 0xFF, 5U));
    REFUSED(ATCAPROV_NO_CHIP, bench.chip.address_in_use = 0xC8U);
    REFUSED(ATCAPROV_BUS_STUCK, bench.chip.stuck = true);
    REFUSED(ATCAPROV_CHIP_FAULT, bench.chip.self_test_failed = true);
}

/* config-zone.md 7.9: each rule by itself. */
static void images_for_a_508a(void)
{
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[18] = 0x00U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[19] = 0x28U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[68] = 0x81U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[83] = 0x02U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[90] = 0x0EU);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[91] = 0x40U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[96U + (2U * 13U)] = 0x38U);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.plan.image_508a = bench.image_608);
}

static void images_for_a_608(void)
{
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[18] = 0xAAU);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[19] = 0x08U);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[69] = 0xFFU);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[70] = 0x04U);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[70] = 0xE0U);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, memset(&bench.image_608[72], 0xFF, 3U));
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[80] = 0x01U);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.image_608[96U + (2U * 13U)] = 0x34U);
    REFUSED_608(ATCAPROV_IMAGE_UNFIT, bench.plan.image_608 = bench.image_508a);
}

static void plans_that_would_fail_later(void)
{
    /* A private key that is not secret, and encrypted reading of a slot that is not. */
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[20] = 0x0FU);
    REFUSED(ATCAPROV_IMAGE_UNFIT, bench.image_508a[20U + (2U * 8U)] = 0x44U);
    /* A device key that can be written, that is none, or whose public key cannot be had. */
    REFUSED(ATCAPROV_PLAN_UNSAFE, bench.image_508a[21] = 0x60U);
    REFUSED(ATCAPROV_PLAN_UNSAFE, bench.image_508a[96] = 0x1CU);
    REFUSED(ATCAPROV_PLAN_UNSAFE, bench.image_508a[96] = 0x31U);
    /* Slots locked by the image, certificates that could never be read again. */
    REFUSED(ATCAPROV_PLAN_UNSAFE, bench.image_508a[88] = 0xFEU);
    REFUSED(ATCAPROV_PLAN_UNSAFE, bench.image_508a[20U + (2U * 10U)] = 0x8FU);
    REFUSED(ATCAPROV_SLOT_NOT_LOCKABLE, bench.plan.lock_slots = 0x4000U);
    REFUSED(ATCAPROV_SERVER_UNREACHABLE, bench.server.refuses_connection = true);
}

static void chips_that_were_locked_by_others(void)
{
    REFUSED(ATCAPROV_FOREIGN_CONFIG, bench.chip.config[87] = 0x00U);
    REFUSED(ATCAPROV_SCRAP, memcpy(&bench.chip.config[16], &bench.image_508a[16], 68U);
            memcpy(&bench.chip.config[90], &bench.image_508a[90], 38U); bench.chip.config[87] = 0x00U;
            bench.chip.config[89] = 0xFBU);
    REFUSED(ATCAPROV_DATA_SOURCE, memcpy(&bench.chip.config[16], &bench.image_508a[16], 68U);
            memcpy(&bench.chip.config[90], &bench.image_508a[90], 38U); bench.chip.config[87] = 0x00U;
            bench.plan.data_lock = ATCAPROV_NO_CRC; bench.server.data_fails = true);
}

static void images_that_are_all_right(void)
{
    bench_fresh(0x50U);
    bench.image_508a[18] = 0x55U;
    bench.image_508a[19] = 0x07U;
    bench.image_508a[68] = 0x7FU;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench_fresh(0x60U);
    bench.image_608[19] = 0x68U;
    bench.image_608[96U + (2U * 13U)] = 0x38U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
}

void plan_suite(void)
{
    RUN(settings_that_do_not_belong_together);
    RUN(chips_that_are_none_of_ours);
    RUN(images_for_a_508a);
    RUN(images_for_a_608);
    RUN(plans_that_would_fail_later);
    RUN(chips_that_were_locked_by_others);
    RUN(images_that_are_all_right);
}
