#include "kit_bus.h"

#include <string.h>

#include "bench.h"
#include "check.h"
#include "suites.h"

static struct bench bench;
static struct kit_bus bus;
static uint8_t answer[4];

static void start(void)
{
    bench_init(&bench);
    kit_bus_init(&bus, &bench.port);
}

static void an_empty_bus(void)
{
    start();
    CHECK(kit_bus_scan(&bus));
    CHECK(bus.scanned);
    CHECK_NUMBER(0, bus.chip_count);
    CHECK_NUMBER(KIT_DEFAULT_ADDRESS, kit_bus_selected(&bus)->address);
}

static void chips_at_any_address_and_what_they_are(void)
{
    start();
    (void)bench_add(&bench, 0xC8U, 0x50U, 0x00U);
    (void)bench_add(&bench, 0xC0U, 0x60U, 0x28U);
    (void)bench_add(&bench, 0x6AU, 0x60U, 0x68U);
    (void)bench_add(&bench, 0x10U, 0x10U, 0x00U);
    (void)bench_add(&bench, 0xEEU, 0x77U, 0x00U);
    bench_add(&bench, 0x14U, 0x00U, 0x00U)->config[5] = 0x02U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(6, bus.chip_count);
    CHECK_TEXT("ECC108A", bus.chips[0].name);
    CHECK_TEXT("SHA204A", bus.chips[1].name);
    CHECK_TEXT("ECC608", bus.chips[2].name);
    CHECK_NUMBER(0x6A, bus.chips[2].chip.address);
    CHECK_NUMBER(ATECC_DIVIDER_M2, bus.chips[2].chip.divider);
    CHECK_NUMBER(0xC0, bus.chips[3].chip.address);
    CHECK_NUMBER(ATECC_DIVIDER_M1, bus.chips[3].chip.divider);
    CHECK_TEXT("ECC508A", bus.chips[4].name);
    CHECK_TEXT("UNKNOWN", bus.chips[5].name);
    CHECK_NUMBER(ATECC_PART_UNKNOWN, bus.chips[5].chip.part);
}

static void a_scan_leaves_every_chip_idle(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x50U, 0x00U);
    (void)bench_add(&bench, 0xC8U, 0x60U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[0].state);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[1].state);
    CHECK(!bus.chips[0].chip.awake);
}

static void a_chip_that_tests_itself_is_found_in_the_second_round(void)
{
    start();
    bench_add(&bench, 0xC0U, 0x60U, 0x00U)->wake_us = 25000U;
    (void)bench_add(&bench, 0xC8U, 0x50U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(1, bus.chip_count);
    CHECK_NUMBER(0xC8, bus.chips[0].chip.address);
    CHECK(kit_bus_scan_late(&bus));
    CHECK_NUMBER(2, bus.chip_count);
    CHECK_NUMBER(0xC0, bus.chips[1].chip.address);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[0].state);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[1].state);
    /* Once is enough. */
    bench.io_length = 0U;
    CHECK(kit_bus_scan_late(&bus));
    CHECK_NUMBER(0, bench.io_length);
}

static void a_chip_that_tests_itself_and_is_alone_is_waited_for(void)
{
    uint64_t before;

    start();
    before = bench.now_us;
    bench_add(&bench, 0x10U, 0x60U, 0x00U)->wake_us = 33000U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(1, bus.chip_count);
    CHECK((bench.now_us - before) < 60000U);
}

/* The host took its time: whoever the first pulse woke sleeps again. */
static void a_second_round_that_comes_late(void)
{
    uint64_t before;

    start();
    before = bench.now_us;
    bench_add(&bench, 0xC0U, 0x60U, 0x00U)->wake_us = 25000U;
    (void)bench_add(&bench, 0xC8U, 0x50U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK((bench.now_us - before) < 25000U);
    bench_wait_ms(&bench, 3000U);
    CHECK(kit_bus_scan_late(&bus));
    CHECK_NUMBER(2, bus.chip_count);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[0].state);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[1].state);
    /* One that is held awake stays so, and a stuck bus is told. */
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(CHIP_OK, kit_bus_wake(&bus, answer));
    CHECK(kit_bus_scan_late(&bus));
    CHECK_NUMBER(FAKE_CHIP_AWAKE, bench.chips[1].state);
    CHECK(kit_bus_scan(&bus));
    bench_wait_ms(&bench, 3000U);
    bench.stuck_at = bench.transfers + 1U;
    CHECK(!kit_bus_scan_late(&bus));
}

static void a_chip_whose_info_fails_is_listed_without_a_name(void)
{
    start();
    bench_add(&bench, 0xC0U, 0x50U, 0x00U)->command_us = 500000U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(1, bus.chip_count);
    CHECK_TEXT("UNKNOWN", bus.chips[0].name);
}

/* Each packet of the scan refused beyond Info: the divider stays unknown, which means the longest limits. */
static void a_608_whose_divider_cannot_be_read(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x60U, 0x00U);
    bench.spoil_above = 6U;
    bench.spoil_reads = 0U;
    bench.chips[0].config[16] = 0xC0U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(ATECC_DIVIDER_M0, bus.chips[0].chip.divider);
    /* Wake answer, Info count and rest, then the packet of Read: gone after that. */
    start();
    (void)bench_add(&bench, 0xC0U, 0x60U, 0x00U);
    bench.remove_after = 5U;
    CHECK(kit_bus_scan(&bus));
    CHECK_TEXT("ECC608", bus.chips[0].name);
    CHECK_NUMBER(ATECC_DIVIDER_UNKNOWN, bus.chips[0].chip.divider);
}

static void an_info_answer_of_another_length(void)
{
    /* Whatever is asked, it says that it has just been woken: four bytes where Info has seven. */
    static const uint8_t WAKE[] = {0x04, 0x11, 0x33, 0x43};

    start();
    bench.babble = WAKE;
    bench.babble_length = sizeof WAKE;
    bench.chip_count = 0U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(KIT_CHIPS_MAX, bus.chip_count);
    CHECK_TEXT("UNKNOWN", bus.chips[0].name);
}

static void eight_chips_and_no_more(void)
{
    start();
    for (uint32_t i = 0U; i < 10U; i++) {
        (void)bench_add(&bench, (uint8_t)(0x20U + (2U * i)), 0x50U, 0x00U);
    }
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(KIT_CHIPS_MAX, bus.chip_count);
    CHECK_NUMBER(0x2E, bus.chips[7].chip.address);
}

static void a_scan_of_chips_that_are_awake(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x50U, 0x00U);
    (void)bench_add(&bench, 0xC8U, 0x50U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(CHIP_OK, kit_bus_wake(&bus, answer));
    CHECK_NUMBER(FAKE_CHIP_AWAKE, bench.chips[0].state);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(2, bus.chip_count);
    /* The default address is idled before the first scan too: the controller may have restarted while the chip was awake. */
    kit_bus_init(&bus, &bench.port);
    fake_chip_pulse(&bench.chips[0], (uint32_t)bench.now_us);
    bench_wait_ms(&bench, 2U);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(2, bus.chip_count);
}

static void the_board_was_exchanged(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x50U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    bench.chip_count = 0U;
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(0, bus.chip_count);
    (void)bench_add(&bench, 0x6CU, 0x60U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(0x6C, kit_bus_selected(&bus)->address);
    CHECK_NUMBER(ATECC_PART_608, kit_bus_selected(&bus)->part);
}

static void a_stuck_bus_ends_the_scan(void)
{
    /* Transfer 1 idles the default address, 2 is the pulse, 3 the first read; the second round begins after 112 reads. */
    static const uint32_t AT[] = {1U, 3U, 150U};

    for (size_t i = 0U; i < (sizeof AT / sizeof AT[0]); i++) {
        start();
        bench.stuck_at = AT[i];
        CHECK(!kit_bus_scan(&bus));
        CHECK(!bus.scanned);
    }
}

static void selecting(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x50U, 0x00U);
    (void)bench_add(&bench, 0xC8U, 0x60U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    CHECK(kit_bus_select(&bus, 0xC9U));
    CHECK_NUMBER(0xC8, kit_bus_selected(&bus)->address);
    CHECK_NUMBER(ATECC_PART_608, kit_bus_selected(&bus)->part);
    /* What the host chose stays chosen when the chips are looked for again. */
    CHECK(kit_bus_scan(&bus));
    CHECK_NUMBER(0xC8, kit_bus_selected(&bus)->address);
    CHECK(kit_bus_select(&bus, 0x6AU));
    CHECK_NUMBER(0x6A, kit_bus_selected(&bus)->address);
    CHECK_NUMBER(ATECC_PART_UNKNOWN, kit_bus_selected(&bus)->part);
}

static void addresses_that_no_chip_can_have(void)
{
    start();
    CHECK(!kit_bus_select(&bus, 0x00U));
    CHECK(!kit_bus_select(&bus, 0x0FU));
    CHECK(kit_bus_select(&bus, 0x10U));
    CHECK(kit_bus_select(&bus, 0xEFU));
    CHECK(!kit_bus_select(&bus, 0xF0U));
    CHECK_NUMBER(0xEE, kit_bus_selected(&bus)->address);
}

static void an_unlisted_chip_forgets_what_it_was_when_another_is_meant(void)
{
    start();
    CHECK(kit_bus_select(&bus, 0x6AU));
    kit_bus_selected(&bus)->awake = true;
    CHECK(kit_bus_select(&bus, 0x6CU));
    CHECK(!kit_bus_selected(&bus)->awake);
}

static void waking_one_chip_leaves_its_neighbours_idle(void)
{
    start();
    (void)bench_add(&bench, 0xC0U, 0x50U, 0x00U);
    (void)bench_add(&bench, 0xC8U, 0x50U, 0x00U);
    CHECK(kit_bus_scan(&bus));
    (void)bench_io(&bench);
    CHECK_NUMBER(CHIP_OK, kit_bus_wake(&bus, answer));
    CHECK_TEXT("P RC0:4 WC8:02 ", bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_AWAKE, bench.chips[0].state);
    CHECK_NUMBER(FAKE_CHIP_IDLE, bench.chips[1].state);
    /* One that is held awake on purpose is left alone. */
    CHECK(kit_bus_select(&bus, 0xC8U));
    CHECK_NUMBER(CHIP_OK, kit_bus_wake(&bus, answer));
    CHECK_NUMBER(FAKE_CHIP_AWAKE, bench.chips[0].state);
    CHECK_NUMBER(FAKE_CHIP_AWAKE, bench.chips[1].state);
}

void bus_suite(void)
{
    RUN(an_empty_bus);
    RUN(chips_at_any_address_and_what_they_are);
    RUN(a_scan_leaves_every_chip_idle);
    RUN(a_chip_that_tests_itself_is_found_in_the_second_round);
    RUN(a_chip_that_tests_itself_and_is_alone_is_waited_for);
    RUN(a_second_round_that_comes_late);
    RUN(a_chip_whose_info_fails_is_listed_without_a_name);
    RUN(a_608_whose_divider_cannot_be_read);
    RUN(an_info_answer_of_another_length);
    RUN(eight_chips_and_no_more);
    RUN(a_scan_of_chips_that_are_awake);
    RUN(the_board_was_exchanged);
    RUN(a_stuck_bus_ends_the_scan);
    RUN(selecting);
    RUN(addresses_that_no_chip_can_have);
    RUN(an_unlisted_chip_forgets_what_it_was_when_another_is_meant);
    RUN(waking_one_chip_leaves_its_neighbours_idle);
}
