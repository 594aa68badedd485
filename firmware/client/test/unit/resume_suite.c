#include "suites.h"

#include <string.h>

#include "check.h"
#include "workbench.h"

#define GENKEY 0x40U
#define LOCK 0x17U

/* A product whose power went after its key was made, at the first packet of the certificates. */
static void cut_after_the_key(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_CUT_BEFORE, 0x12U, 14U);
    (void)bench_provision();
    CHECK(bench.power_went);
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5+6s", bench.server.stages);
}

static void a_certified_key_is_kept(void)
{
    cut_after_the_key();
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_TEXT("1-2-3s3+4s4+5s5+6s6+7s7+8s8+9-10s10+", bench.server.stages);
    CHECK(bench.client.report.reissued);
    CHECK_NUMBER(1, bench.chip.creations);
    CHECK_CONTENT();
}

/* Somebody wrote a key into a chip that is config-locked; nobody certified it. */
static void a_key_of_unknown_origin_is_replaced(void)
{
    cut_after_the_key();
    bench.server.certified = false;
    bench.chip.key[0] ^= 1U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.chip.creations);
    CHECK_CONTENT();
}

static void where_it_cannot_be_replaced_the_board_is_set_aside(void)
{
    unsigned before;

    /* Its slot is locked. */
    cut_after_the_key();
    bench.server.certified = false;
    bench.chip.config[88] &= 0xFEU;
    before = bench.chip.changes;
    CHECK_NUMBER(ATCAPROV_KEY_OF_UNKNOWN_ORIGIN, bench_provision());
    CHECK_NUMBER(before, bench.chip.changes);
    /* A supervisor accepts it. */
    bench.order.accept_key = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(1, bench.chip.creations);

    /* The data zone is locked. */
    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench.plan.lock_slots = 0x0001U;
    bench.server.certified = false;
    CHECK_NUMBER(ATCAPROV_KEY_OF_UNKNOWN_ORIGIN, bench_provision());
}

static void another_certified_key_needs_a_rework(void)
{
    cut_after_the_key();
    bench.server.certified_key[0] ^= 1U;
    CHECK_NUMBER(ATCAPROV_DUPLICATE_DEVICE, bench_provision());
    CHECK_NUMBER(1, bench.chip.creations);
    bench.order.rework = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.chip.creations);
    cut_after_the_key();
    bench.server.forced_lookup = 3;
    CHECK_NUMBER(ATCAPROV_DUPLICATE_DEVICE, bench_provision());
}

static void a_torn_key_is_made_anew(void)
{
    cut_after_the_key();
    bench.chip.key_valid = false;
    bench.server.certified = false;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.chip.creations);
    CHECK_CONTENT();
    /* Where that is impossible the product is scrap. */
    cut_after_the_key();
    bench.chip.key_valid = false;
    bench.chip.config[88] &= 0xFEU;
    CHECK_NUMBER(ATCAPROV_SCRAP, bench_provision());
}

static void a_key_is_made_twice_when_the_answer_was_lost(void)
{
    bench_fresh(0x50U);
    bench.chip.foreign_keys = 1U;
    chip_double_fault(&bench.chip, FAULT_LOST_ANSWER, GENKEY, 1U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.chip.creations);
    CHECK_CONTENT();
    /* Lost twice: the key that is seen to have changed is taken. */
    bench_fresh(0x50U);
    bench.chip.foreign_keys = 1U;
    chip_double_fault(&bench.chip, FAULT_LOST_ANSWER, GENKEY, 1U);
    bench.chip.fault_every = 2U;
    bench.chip.fault_times = 2U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.chip.creations);
    CHECK_CONTENT();
    /* Lost twice, and the key is the same: nobody knows. */
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_LOST_ANSWER, GENKEY, 1U);
    bench.chip.fault_every = 2U;
    bench.chip.fault_times = 2U;
    CHECK_NUMBER(ATCAPROV_CHIP_UNCLEAR, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_GEN_KEY, bench.client.report.stage);
}

static void a_lock_is_looked_at_and_sent_once_more_at_most(void)
{
    static const enum double_fault LOST[] = {FAULT_LOST_ANSWER, FAULT_LOST_COMMAND, FAULT_DAMAGED_ANSWER, FAULT_RESET};

    for (unsigned lock = 1U; lock <= 3U; lock++) {
        for (size_t i = 0U; i < (sizeof LOST / sizeof LOST[0]); i++) {
            bench_fresh(0x50U);
            bench.plan.lock_slots = 0x0400U;
            chip_double_fault(&bench.chip, LOST[i], LOCK, lock);
            CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
            CHECK(bench.struck);
            CHECK_NUMBER(3, bench.chip.locks);
            CHECK_CONTENT();
        }
        bench_fresh(0x50U);
        bench.plan.lock_slots = 0x0400U;
        chip_double_fault(&bench.chip, FAULT_LOST_COMMAND, LOCK, lock);
        bench.chip.fault_times = 2U;
        CHECK_NUMBER(ATCAPROV_CHIP_UNCLEAR, bench_provision());
        CHECK_NUMBER(lock - 1U, bench.chip.locks);
        CHECK_NUMBER(ATCAPROV_SUCCESS, bench_finish(1U));
    }
}

static void a_lock_that_is_refused(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, LOCK, 1U);
    bench.chip.fault_status = 0x0FU;
    CHECK_NUMBER(ATCAPROV_CONFIG_CRC, bench_provision());
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, LOCK, 2U);
    bench.chip.fault_status = 0x03U;
    CHECK_NUMBER(ATCAPROV_CHIP_REFUSED, bench_provision());
    CHECK_NUMBER(0x03, bench.client.report.chip_status);
    bench_fresh(0x50U);
    bench.plan.data_lock = ATCAPROV_NO_CRC;
    chip_double_fault(&bench.chip, FAULT_STATUS, LOCK, 2U);
    bench.chip.fault_status = 0x0FU;
    CHECK_NUMBER(ATCAPROV_CHIP_REFUSED, bench_provision());
    /* Refused once for a fault of the moment: the rewrite and the second lock do it. */
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, LOCK, 2U);
    bench.chip.fault_status = 0x0FU;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK(bench.client.report.rewritten);
    CHECK_CONTENT();
    /* Said to be done, and not done. */
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, LOCK, 1U);
    bench.chip.fault_status = 0x00U;
    CHECK_NUMBER(ATCAPROV_READ_BACK_DIFFERS, bench_provision());
}

static void extra_bytes_are_read_back(void)
{
    bench_fresh(0x50U);
    bench.image_508a[84] = 0x11U;
    chip_double_fault(&bench.chip, FAULT_LOST_ANSWER, 0x20U, 1U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench_fresh(0x50U);
    bench.image_508a[84] = 0x11U;
    chip_double_fault(&bench.chip, FAULT_LOST_COMMAND, 0x20U, 1U);
    bench.chip.fault_times = 9U;
    CHECK_NUMBER(ATCAPROV_CHIP_UNCLEAR, bench_provision());
    bench_fresh(0x50U);
    bench.image_508a[85] = 0x11U;
    chip_double_fault(&bench.chip, FAULT_STATUS, 0x20U, 1U);
    bench.chip.fault_status = 0x0FU;
    bench.chip.fault_times = 9U;
    CHECK_NUMBER(ATCAPROV_CHIP_REFUSED, bench_provision());
    bench_fresh(0x50U);
    bench.image_508a[85] = 0x11U;
    chip_double_fault(&bench.chip, FAULT_STUCK, 0x20U, 1U);
    CHECK_NUMBER(ATCAPROV_BUS_STUCK, bench_provision());
}

void resume_suite(void)
{
    RUN(a_certified_key_is_kept);
    RUN(a_key_of_unknown_origin_is_replaced);
    RUN(where_it_cannot_be_replaced_the_board_is_set_aside);
    RUN(another_certified_key_needs_a_rework);
    RUN(a_torn_key_is_made_anew);
    RUN(a_key_is_made_twice_when_the_answer_was_lost);
    RUN(a_lock_is_looked_at_and_sent_once_more_at_most);
    RUN(a_lock_that_is_refused);
    RUN(extra_bytes_are_read_back);
}
