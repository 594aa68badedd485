#include "suites.h"

#include <string.h>

#include "check.h"
#include "prov_bytes.h"
#include "prov_definition.h"
#include "workbench.h"

#define ALL_DONE "1s1+2s2+3s3+4s4+5s5+6s6+7s7+8s8+9-10s10+"

static void a_fresh_chip_passes_all_stages(void)
{
    static const uint8_t REVISIONS[2] = {0x50U, 0x60U};

    for (size_t i = 0U; i < 2U; i++) {
        bench_fresh(REVISIONS[i]);
        CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
        CHECK_TEXT(ALL_DONE, bench.server.stages);
        CHECK_CONTENT();
        CHECK_NUMBER(ATCAPROV_STAGE_NONE, bench.client.report.stage);
        CHECK(memcmp(bench.client.report.serial_number, CHAIN_EXAMPLE.chip_serial, 9U) == 0);
        CHECK(bytes_all(bench.client.report.log_reference, 0x5AU, 40U));
        CHECK(!bench.client.report.reissued);
        CHECK(!bench.client.report.rewritten);
        CHECK_NUMBER(1, bench.chip.creations);
        CHECK_NUMBER(2, bench.chip.locks);
        CHECK_NUMBER(1, bench.server.requests);
        CHECK_NUMBER(1, bench.server.proofs);
        CHECK_NUMBER(CHIP_ASLEEP, bench.chip.mode);
        CHECK(bytes_all(bench.client.fill_seed, 0U, 32U));
    }
}

static void what_is_finished_is_not_begun_again(void)
{
    unsigned before;

    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    before = bench.chip.changes;
    CHECK_NUMBER(ATCAPROV_ALREADY_PROVISIONED, bench_provision());
    CHECK_TEXT("", bench.server.stages);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
    CHECK_TEXT("10s10+", bench.server.stages);
    CHECK_NUMBER(before, bench.chip.changes);
}

static void what_is_not_finished_is_not_validated(void)
{
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_CONFIG_NOT_LOCKED, bench_validate());
    CHECK_TEXT("", bench.server.stages);
}

static void serial_numbers_kept_in_the_chip(void)
{
    bench_fresh_stored();
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK(memcmp(&bench.chip.slots[14][0], CHAIN_STORED.signer.serial, 16U) == 0);
    CHECK(memcmp(&bench.chip.slots[14][32], CHAIN_STORED.device.serial, 16U) == 0);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
    bench.chip.slots[14][33] ^= 1U;
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
}

static void slots_are_locked_as_planned(void)
{
    bench_fresh(0x50U);
    bench.plan.lock_slots = 0x1C01U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s6+7s7+8s8+9s9+10s10+", bench.server.stages);
    CHECK_NUMBER(0xE3FEU, u16_le(&bench.chip.config[88]));
    /* A slot more later: only that one is locked. */
    bench.plan.lock_slots = 0x3C01U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1-2-3s3+4s4+5s5+6s6+7s7+8-9s9+10s10+", bench.server.stages);
    CHECK_NUMBER(0xC3FEU, u16_le(&bench.chip.config[88]));
    CHECK(bench.client.report.reissued);
}

static void only_what_is_planned_without_a_check_sum(void)
{
    bench_fresh(0x50U);
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    bench.plan.validate = false;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s6+7s7+8s8+9-10-", bench.server.stages);
    CHECK(memcmp(bench.chip.slots[10], CHAIN_EXAMPLE.device.compressed, 72U) == 0);
    CHECK(bytes_all(bench.chip.slots[13], 0x3CU, 72U));
    bench_fresh(0x50U);
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    bench.server.funcs.write_data_zone = NULL;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s6+7-8s8+9-10s10+", bench.server.stages);
}

static struct planned_block planned[4];

static void plan_data(void)
{
    memset(planned, 0, sizeof planned);
    for (size_t i = 0U; i < 4U; i++) {
        memset(planned[i].bytes, 0xA1 + (int)i, 32U);
        planned[i].zone = ATCAPROV_ZONE_DATA;
    }
    /* A public one, one block of a secret slot, a whole secret key, OTP. */
    planned[0].slot = 13U;
    planned[0].block = 2U;
    planned[1].slot = 8U;
    planned[1].block = 12U;
    planned[2].slot = 4U;
    planned[3].zone = ATCAPROV_ZONE_OTP;
    planned[3].block = 1U;
    bench.server.planned = planned;
    bench.server.planned_count = 4U;
}

static void check_data(bool filled)
{
    CHECK(bytes_all(&bench.chip.slots[13][64], 0xA1U, 8U));
    CHECK(bytes_all(&bench.chip.slots[8][384], 0xA2U, 32U));
    CHECK(bytes_all(bench.chip.slots[4], 0xA3U, 32U));
    CHECK(bytes_all(&bench.chip.otp[32], 0xA4U, 32U));
    CHECK(bytes_all(bench.chip.otp, 0xFFU, 32U));
    /* Beside planned data there are zeros, not random bytes. */
    CHECK(bytes_all(bench.chip.slots[8], filled ? 0x00U : 0x3CU, 384U));
    CHECK(bytes_all(bench.chip.slots[13], filled ? 0x00U : 0x3CU, 64U));
}

static void data_of_the_user(void)
{
    bench_fresh(0x50U);
    plan_data();
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    check_data(true);
    bench_fresh(0x50U);
    plan_data();
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    check_data(false);
    /* Certificates are not to be written over: their slots are not asked for. */
    bench_fresh(0x50U);
    plan_data();
    planned[0].slot = 10U;
    planned[0].block = 0U;
    bench.server.planned_count = 3U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_CONTENT();
    bench_fresh(0x50U);
    bench.server.data_fails = true;
    CHECK_NUMBER(ATCAPROV_DATA_SOURCE, bench_provision());
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s6+7s7!", bench.server.stages);
    CHECK(!chip_double_data_locked(&bench.chip));
}

/* Data zone locked by an earlier run: what is wrong and can be written is written again. */
static void data_is_mended_after_the_lock(void)
{
    bench_fresh(0x50U);
    plan_data();
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.plan.lock_slots = 0x0001U;
    bench.chip.slots[13][70] = 0x00U;
    bench.chip.slots[12][5] ^= 0xFFU;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1-2-3s3+4s4+5s5+6s6+7s7+8-9s9+10s10+", bench.server.stages);
    check_data(true);

    bench.plan.lock_slots = 0x0011U;
    bench.chip.otp[40] = 0x00U;
    CHECK_NUMBER(ATCAPROV_SLOT_CONTENT_WRONG, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_DATA_WRITE, bench.client.report.stage);
    bench.chip.otp[40] = 0xA4U;
    bench.chip.slots[10][0] ^= 1U;
    bench.chip.config[89] &= 0xFBU;
    CHECK_NUMBER(ATCAPROV_SLOT_CONTENT_WRONG, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_CERTS_WRITE, bench.client.report.stage);
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
}

/* Slot 14 as a public key that must be validated: the chip marks it by itself. */
static void a_public_key_that_needs_validation(void)
{
    bench_fresh(0x50U);
    bench.image_508a[96U + (2U * 14U)] = 0x12U;
    plan_data();
    planned[0].slot = 14U;
    planned[0].block = 0U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0xA1, bench.chip.slots[14][0]);
    bench.chip.slots[14][0] = 0x51U;
    bench.plan.lock_slots = 0x0001U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0x51, bench.chip.slots[14][0]);
}

static void address_and_extra_bytes(void)
{
    bench_fresh(0x50U);
    bench.image_508a[16] = 0x6AU;
    bench.image_508a[84] = 0x11U;
    bench.image_508a[85] = 0x22U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0x11, bench.chip.config[84]);
    CHECK_NUMBER(0x22, bench.chip.config[85]);
    CHECK_NUMBER(0x6A, bench.chip.address_in_use);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
    /* A chip that keeps its old address until it loses its power. */
    bench_fresh(0x50U);
    bench.image_508a[16] = 0xC8U;
    bench.chip.keeps_address = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.chip.keeps_address = false;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
    /* And one that is found at neither. */
    bench_fresh(0x50U);
    bench.image_508a[16] = 0xC8U;
    bench.chip.loses_address = true;
    CHECK_NUMBER(ATCAPROV_ADDRESS_LOST, bench_provision());
    CHECK_TEXT("1s1+2s2!", bench.server.stages);
}

static void a_check_sum_that_counts_otherwise(void)
{
    bench_fresh(0x50U);
    bench.chip.crc_of_whole_blocks = true;
    CHECK_NUMBER(ATCAPROV_DATA_CRC, bench_provision());
    CHECK(bench.client.report.rewritten);
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s6+7s7+8s8!", bench.server.stages);
    CHECK(!chip_double_data_locked(&bench.chip));
    /* The engineer's way on. */
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    /* One word went wrong, and the rewrite mends it. */
    bench_fresh(0x50U);
    bench.chip.forget_write = 30U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK(bench.client.report.rewritten);
    CHECK_CONTENT();
}

static void writing_is_checked_after_the_lock(void)
{
    bench_fresh(0x50U);
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    bench.chip.forget_write = 17U;
    CHECK_NUMBER(ATCAPROV_READ_BACK_DIFFERS, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_DATA_LOCK, bench.client.report.stage);
    bench_fresh(0x50U);
    bench.chip.forget_write = 5U;
    CHECK_NUMBER(ATCAPROV_READ_BACK_DIFFERS, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_CONFIG_WRITE, bench.client.report.stage);
    CHECK(!chip_double_config_locked(&bench.chip));
}

static void a_clock_judges_the_dates(void)
{
    bench_fresh(0x50U);
    bench.server.has_clock = true;
    bench.server.date = (struct atcaprov_date){2026U, 11U, 21U, 10U};
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    /* The device's certificate begins at ten. */
    bench.server.date.hour = 9U;
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
    bench.server.date = (struct atcaprov_date){2026U, 10U, 30U, 23U};
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
    bench.server.date = (struct atcaprov_date){2027U, 1U, 1U, 0U};
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
    bench.server.date = (struct atcaprov_date){9999U, 12U, 31U, 23U};
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
}

/* One bit of what the chip keeps of its certificates. */
static void check_validation(uint8_t slot, size_t at, uint8_t bit, enum atcaprov_code expected, int line)
{
    bench.chip.slots[slot][at] ^= bit;
    check_number(expected, bench_validate(), "code", __FILE__, line);
    bench.chip.slots[slot][at] ^= bit;
}

static void what_the_chip_keeps_is_judged(void)
{
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    /* Byte 71 means nothing in format 0. */
    for (size_t at = 0U; at < 71U; at++) {
        check_validation(10U, at, 0x02U, ATCAPROV_CERTIFICATE_WRONG, __LINE__);
        check_validation(12U, at, 0x10U, ATCAPROV_CERTIFICATE_WRONG, __LINE__);
        if ((at % 36U) >= 4U) {
            check_validation(11U, at, 0x01U, ATCAPROV_CERTIFICATE_WRONG, __LINE__);
        }
    }
    /* Month 15, with a clock that must not be asked about it. */
    bench.server.has_clock = true;
    bench.server.date = (struct atcaprov_date){2027U, 1U, 1U, 0U};
    check_validation(10U, 64U, 0x04U, ATCAPROV_CERTIFICATE_WRONG, __LINE__);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
}

/* The chip refuses while it is asked about certificates or signatures. */
static void refusals_in_the_middle_of_validation(void)
{
    static const uint8_t OPCODES[] = {0x02U, 0x16U, 0x1BU, 0x40U, 0x41U, 0x45U};

    for (size_t i = 0U; i < (sizeof OPCODES / sizeof OPCODES[0]); i++) {
        for (unsigned at = 1U; at <= 14U; at++) {
            enum atcaprov_code code;

            bench_fresh(0x50U);
            CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
            chip_double_fault(&bench.chip, FAULT_STATUS, OPCODES[i], at);
            bench.chip.fault_status = 0x0FU;
            code = bench_validate();
            CHECK_NUMBER(bench.struck ? ATCAPROV_CHIP_REFUSED : ATCAPROV_SUCCESS, code);
        }
    }
}

/* Definitions without a signer id in their names, and a signer's key without padding. */
static void other_layouts(void)
{
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.device_definition.std_cert_elements[STDCERT_SIGNER_ID].count = 0U;
    definition_digest(&bench.device_definition, bench.cert_info.device_def_sha256);
    /* Another template content, so the signature no longer fits; the names are not what is wrong. */
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.signer_definition.public_key_dev_loc.count = 64U;
    definition_digest(&bench.signer_definition, bench.cert_info.signer_def_sha256);
    memcpy(bench.chip.slots[11], CHAIN_EXAMPLE.signer_key, 64U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_validate());
}

/* Chips that answer 00, or yes: what validation by the chip itself can and cannot find. */
static void counterfeits(void)
{
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.chip.says_yes = true;
    CHECK_NUMBER(ATCAPROV_POSSESSION_NOT_PROVEN, bench_validate());
    bench.chip.says_yes = false;
    bench.chip.answers_zero = true;
    CHECK(bench_validate() != ATCAPROV_SUCCESS);
    bench.chip.answers_zero = false;
    bench.chip.key[5] ^= 1U;
    CHECK_NUMBER(ATCAPROV_CERTIFICATE_WRONG, bench_validate());
    bench.chip.key[5] ^= 1U;
    bench.chip.wrong_signatures = true;
    CHECK_NUMBER(ATCAPROV_POSSESSION_NOT_PROVEN, bench_validate());
}

static void random_numbers_that_cannot_be_had(void)
{
    bench_fresh(0x50U);
    bench.server.failing_random = 1U;
    CHECK_NUMBER(ATCAPROV_DATA_SOURCE, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_DATA_WRITE, bench.client.report.stage);
    bench_fresh(0x50U);
    bench.server.failing_random = 2U;
    CHECK_NUMBER(ATCAPROV_DATA_SOURCE, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_VALIDATE_CERTS, bench.client.report.stage);
}

static void a_key_that_signs_for_nobody_gives_no_proof(void)
{
    bench_fresh(0x50U);
    bench.chip.refuses_sign = true;
    bench.plan.validate = false;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0, bench.server.proofs);
    bench_fresh(0x50U);
    bench.image_508a[20] = 0x8EU;
    bench.plan.validate = false;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0, bench.server.proofs);
}

static void nobody_needs_to_be_told(void)
{
    bench_fresh(0x50U);
    bench.server.funcs.notify = NULL;
    bench.server.funcs.now = NULL;
    bench.server.funcs.working = NULL;
    bench.server.working_frames = 2U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_CONTENT();
}

void run_suite(void)
{
    RUN(a_fresh_chip_passes_all_stages);
    RUN(what_is_finished_is_not_begun_again);
    RUN(what_is_not_finished_is_not_validated);
    RUN(serial_numbers_kept_in_the_chip);
    RUN(slots_are_locked_as_planned);
    RUN(only_what_is_planned_without_a_check_sum);
    RUN(data_of_the_user);
    RUN(data_is_mended_after_the_lock);
    RUN(a_public_key_that_needs_validation);
    RUN(address_and_extra_bytes);
    RUN(a_check_sum_that_counts_otherwise);
    RUN(writing_is_checked_after_the_lock);
    RUN(a_clock_judges_the_dates);
    RUN(what_the_chip_keeps_is_judged);
    RUN(refusals_in_the_middle_of_validation);
    RUN(other_layouts);
    RUN(counterfeits);
    RUN(random_numbers_that_cannot_be_had);
    RUN(a_key_that_signs_for_nobody_gives_no_proof);
    RUN(nobody_needs_to_be_told);
}
