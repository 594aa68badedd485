#include "suites.h"

#include <string.h>

#include "check.h"
#include "workbench.h"

/* Packets of a whole run on a fresh chip. */
static unsigned packets_of_a_run(uint8_t revision)
{
    bench_fresh(revision);
    bench.plan.lock_slots = 0x1C00U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    return bench.client.report.code == ATCAPROV_SUCCESS ? bench.packets : 0U;
}

/* The fault at every packet of a run; afterwards the product is finished by further runs without one. */
static void sweep(uint8_t revision, enum double_fault fault, uint8_t status, bool must_pass)
{
    const unsigned packets = packets_of_a_run(revision);

    CHECK(packets > 80U);
    for (unsigned at = 1U; at <= packets; at++) {
        enum atcaprov_code code;

        bench_fresh(revision);
        bench.plan.lock_slots = 0x1C00U;
        chip_double_fault(&bench.chip, fault, 0x00U, at);
        bench.chip.fault_status = status;
        code = bench_provision();
        CHECK(bench.struck);
        CHECK(bench.power_went == ((fault == FAULT_CUT_BEFORE) || (fault == FAULT_CUT_AFTER)));
        if (must_pass) {
            CHECK_NUMBER(ATCAPROV_SUCCESS, code);
        }
        if (code != ATCAPROV_SUCCESS) {
            CHECK_NUMBER(ATCAPROV_SUCCESS, bench_finish(3U));
        }
        CHECK_CONTENT();
        CHECK_NUMBER(0xE3, bench.chip.config[89]);
        /* Nothing was locked twice, and a key was made again only where its making was in doubt or never certified. */
        CHECK_NUMBER(5, bench.chip.locks);
        CHECK(bench.chip.creations <= 2U);
    }
}

static void a_packet_that_is_not_acknowledged(void)
{
    sweep(0x50U, FAULT_NACK, 0U, true);
    sweep(0x60U, FAULT_NACK, 0U, true);
}

static void a_packet_that_is_lost(void)
{
    sweep(0x50U, FAULT_LOST_COMMAND, 0U, true);
}

static void an_answer_that_is_lost(void)
{
    sweep(0x60U, FAULT_LOST_ANSWER, 0U, false);
}

static void an_answer_that_is_damaged(void)
{
    sweep(0x50U, FAULT_DAMAGED_ONCE, 0U, true);
    sweep(0x50U, FAULT_DAMAGED_ANSWER, 0U, false);
}

static void a_fault_of_the_moment(void)
{
    sweep(0x50U, FAULT_STATUS, 0x05U, true);
    sweep(0x60U, FAULT_STATUS, 0xFFU, true);
    sweep(0x50U, FAULT_STATUS, 0xEEU, true);
}

static void a_chip_that_restarts_or_falls_asleep(void)
{
    sweep(0x50U, FAULT_RESET, 0U, false);
    sweep(0x60U, FAULT_SLEEP, 0U, false);
}

static void power_cuts(void)
{
    sweep(0x50U, FAULT_CUT_BEFORE, 0U, false);
    sweep(0x50U, FAULT_CUT_AFTER, 0U, false);
    sweep(0x60U, FAULT_CUT_AFTER, 0U, false);
}

/* The chip refuses: the run ends, and the next one goes on. A refused key counts as none, a refused proof is left out. */
static void a_refusal(void)
{
    sweep(0x50U, FAULT_STATUS, 0x0FU, false);
    sweep(0x50U, FAULT_STATUS, 0x07U, false);
}

static void a_stuck_bus_ends_the_run(void)
{
    const unsigned packets = packets_of_a_run(0x50U);

    for (unsigned at = 1U; at <= packets; at++) {
        bench_fresh(0x50U);
        bench.plan.lock_slots = 0x1C00U;
        chip_double_fault(&bench.chip, FAULT_STUCK, 0x00U, at);
        CHECK_NUMBER(ATCAPROV_BUS_STUCK, bench_provision());
        CHECK_NUMBER(ATCAPROV_SUCCESS, bench_finish(3U));
        CHECK_CONTENT();
    }
}

/* Nothing is done to a chip that is not the one that was looked at. */
static void another_chip_is_left_alone(void)
{
    const unsigned packets = packets_of_a_run(0x50U);

    for (unsigned at = 6U; at <= packets; at++) {
        enum atcaprov_code code;

        bench_fresh(0x50U);
        bench.plan.lock_slots = 0x1C00U;
        chip_double_fault(&bench.chip, FAULT_OTHER_CHIP, 0x00U, at);
        code = bench_provision();
        CHECK_NUMBER(bench.chip.changes_before, bench.chip.changes);
        CHECK((code == ATCAPROV_BOARD_CHANGED) || (code == ATCAPROV_SUCCESS));
        CHECK((code == ATCAPROV_BOARD_CHANGED) || chip_double_data_locked(&bench.chip));
    }
}

static void a_chip_that_is_taken_away(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_NACK, 0x00U, 40U);
    bench.chip.fault_times = 1000U;
    CHECK_NUMBER(ATCAPROV_BOARD_REMOVED, bench_provision());
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_finish(2U));
    bench_fresh(0x50U);
    bench.chip.vanishes_at = 400U;
    CHECK_NUMBER(ATCAPROV_BOARD_REMOVED, bench_provision());
}

static void a_fault_that_stays(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, 0x41U, 1U);
    bench.chip.fault_status = 0x05U;
    bench.chip.fault_times = 100U;
    CHECK_NUMBER(ATCAPROV_CHIP_FAULT, bench_provision());
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, 0x12U, 20U);
    bench.chip.fault_status = 0xFFU;
    bench.chip.fault_times = 100U;
    CHECK_NUMBER(ATCAPROV_CHIP_UNCLEAR, bench_provision());
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_DAMAGED_ANSWER, 0x45U, 1U);
    bench.chip.fault_times = 100U;
    CHECK_NUMBER(ATCAPROV_CHIP_UNCLEAR, bench_provision());
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_STATUS, 0x16U, 1U);
    bench.chip.fault_status = 0x0FU;
    bench.chip.fault_times = 100U;
    CHECK_NUMBER(ATCAPROV_CHIP_REFUSED, bench_provision());
}

/* A watchdog of 0.7 s, the shortest in the books, and commands as slow as the books allow. */
static void the_watchdog_is_never_met(void)
{
    bench_fresh(0x60U);
    bench.chip.slow = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0, bench.chip.watchdogs);
    bench_fresh(0x50U);
    bench.chip.slow = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(0, bench.chip.watchdogs);
}

void fault_suite(void)
{
    RUN(a_packet_that_is_not_acknowledged);
    RUN(a_packet_that_is_lost);
    RUN(an_answer_that_is_lost);
    RUN(an_answer_that_is_damaged);
    RUN(a_fault_of_the_moment);
    RUN(a_chip_that_restarts_or_falls_asleep);
    RUN(power_cuts);
    RUN(a_refusal);
    RUN(a_stuck_bus_ends_the_run);
    RUN(another_chip_is_left_alone);
    RUN(a_chip_that_is_taken_away);
    RUN(a_fault_that_stays);
    RUN(the_watchdog_is_never_met);
}
