#include "atecc_chip.h"

#include <string.h>

#include "bench.h"
#include "check.h"
#include "suites.h"

static struct bench bench;
static struct atecc_chip chip;
static uint8_t answer[4];
static uint8_t response[ATECC_RESPONSE_MAX];
static size_t response_length;

static const uint8_t INFO[] = {0x07, 0x30, 0x00, 0x00, 0x00, 0x03, 0x5D};
static const uint8_t GENKEY[] = {0x07, 0x40, 0x04, 0x00, 0x00, 0x83, 0x87};
static const uint8_t CONFIG_WRITE[] = {0x0B, 0x12, 0x00, 0x05, 0x00, 0x01, 0x02, 0x03, 0x04, 0xFD, 0x4A};
static const uint8_t DATA_WRITE[] = {0x0B, 0x12, 0x02, 0x05, 0x00, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00};

static struct fake_chip *start(void)
{
    bench_init(&bench);
    chip.address = 0xC0U;
    chip.part = ATECC_PART_508A;
    chip.divider = ATECC_DIVIDER_M0;
    chip.awake = false;
    return bench_add(&bench, 0xC0U, 0x50U, 0x00U);
}

static enum chip_result talk(const uint8_t *packet, size_t length)
{
    struct atecc_frame frame;

    (void)memset(&frame, 0xA5, sizeof frame);
    (void)memcpy(&frame.bytes[ATECC_FRAME_PACKET], packet, length);
    response_length = 0U;
    return atecc_talk(&bench.port, &chip, &frame, length, response, &response_length);
}

static void wake_up(void)
{
    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    (void)bench_io(&bench);
}

static void wake_answers(void)
{
    static const struct {
        uint8_t bytes[4];
        bool good;
    } CASES[] = {
        {{0x04, 0x11, 0x33, 0x43}, true},  {{0x04, 0x07, 0x40, 0xC2}, true},  {{0x04, 0x07, 0xC4, 0x40}, true},
        {{0x05, 0x11, 0x33, 0x43}, false}, {{0x04, 0x12, 0x33, 0x43}, false}, {{0x04, 0x11, 0x34, 0x43}, false},
        {{0x04, 0x11, 0x33, 0x44}, false}, {{0x04, 0x07, 0x40, 0x40}, false}, {{0x04, 0x07, 0xC4, 0xC2}, false},
        {{0x04, 0x07, 0x41, 0xC2}, false}, {{0xFF, 0xFF, 0xFF, 0xFF}, false},
    };

    for (size_t i = 0U; i < (sizeof CASES / sizeof CASES[0]); i++) {
        CHECK(atecc_is_wake_answer(CASES[i].bytes) == CASES[i].good);
    }
}

static void waking_a_sleeping_chip(void)
{
    (void)start();
    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    CHECK_NUMBER(0x11, answer[1]);
    CHECK(chip.awake);
    CHECK_TEXT("P RC0:4 ", bench_io(&bench));
}

static void waking_waits_for_the_chip_to_be_ready(void)
{
    struct fake_chip *fake = start();
    const uint64_t before = bench.now_us;

    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    CHECK((bench.now_us - before) >= fake->wake_us);
    CHECK((bench.now_us - before) < 2000U);
}

/* An awake chip ignores the pulse; idle and a second pulse bring it to say 11 and keep what it holds. */
static void waking_a_chip_that_is_awake(void)
{
    struct fake_chip *fake = start();

    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    (void)bench_io(&bench);
    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    CHECK_NUMBER(0x11, answer[1]);
    CHECK(fake->volatile_kept);
    CHECK_TEXT("P RC0:4 WC0:02 P RC0:4 ", bench_io(&bench));
}

static void a_chip_that_tests_itself_first(void)
{
    struct fake_chip *fake = start();

    fake->wake_us = 20000U;
    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    CHECK_NUMBER(0x11, answer[1]);
}

static void a_failed_self_test_is_an_answer(void)
{
    struct fake_chip *fake = start();

    fake->self_test_fails = true;
    CHECK_NUMBER(CHIP_OK, atecc_wake(&bench.port, &chip, answer));
    CHECK_NUMBER(0x07, answer[1]);
    CHECK(chip.awake);
}

static void nobody_there_to_wake(void)
{
    (void)start();
    chip.address = 0xC2U;
    chip.awake = true;
    CHECK_NUMBER(CHIP_NO_WAKE, atecc_wake(&bench.port, &chip, answer));
    CHECK(!chip.awake);
}

/* Something else at this address, which acknowledges and says what no chip says after waking. */
static void somebody_else_answers_the_wake(void)
{
    static const uint8_t NOISE[] = {0x00};

    (void)start();
    bench.babble = NOISE;
    bench.babble_length = sizeof NOISE;
    CHECK_NUMBER(CHIP_NO_WAKE, atecc_wake(&bench.port, &chip, answer));
}

static void the_bus_is_stuck_while_waking(void)
{
    /* Pulse; read; idle after a babbling read is no fault of its own; second pulse. */
    (void)start();
    bench.stuck_at = 1U;
    CHECK_NUMBER(CHIP_BUS_FAULT, atecc_wake(&bench.port, &chip, answer));
    (void)start();
    bench.stuck_at = 2U;
    CHECK_NUMBER(CHIP_BUS_FAULT, atecc_wake(&bench.port, &chip, answer));
    (void)start();
    wake_up();
    bench.stuck_at = bench.transfers + 4U;
    CHECK_NUMBER(CHIP_BUS_FAULT, atecc_wake(&bench.port, &chip, answer));
}

static void idling_and_what_it_keeps(void)
{
    struct fake_chip *fake = start();

    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(CHIP_OK, atecc_idle(&bench.port, &chip));
    CHECK(!chip.awake);
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
    CHECK(fake->volatile_kept);
    CHECK_NUMBER(CHIP_NO_ANSWER, atecc_idle(&bench.port, &chip));
    bench.stuck_at = 1U;
    CHECK_NUMBER(CHIP_BUS_FAULT, atecc_idle(&bench.port, &chip));
}

static void putting_to_sleep_from_every_state(void)
{
    struct fake_chip *fake = start();

    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(CHIP_OK, atecc_sleep(&bench.port, &chip));
    CHECK_NUMBER(FAKE_CHIP_ASLEEP, fake->state);
    CHECK(!fake->volatile_kept);

    /* From idle: woken for it, so that what it kept is gone for certain. */
    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(CHIP_OK, atecc_idle(&bench.port, &chip));
    (void)bench_io(&bench);
    CHECK_NUMBER(CHIP_OK, atecc_sleep(&bench.port, &chip));
    CHECK(!fake->volatile_kept);
    CHECK_TEXT("P RC0:4 WC0:01 ", bench_io(&bench));

    /* Its watchdog ended its wake unseen. */
    wake_up();
    bench_wait_ms(&bench, 2000U);
    CHECK(chip.awake);
    CHECK_NUMBER(CHIP_OK, atecc_sleep(&bench.port, &chip));
    CHECK_TEXT("WC0:01- P RC0:4 WC0:01 ", bench_io(&bench));
}

static void nobody_there_to_put_to_sleep(void)
{
    (void)start();
    bench.chip_count = 0U;
    CHECK_NUMBER(CHIP_NO_WAKE, atecc_sleep(&bench.port, &chip));
    chip.awake = true;
    bench.stuck_at = 1U;
    CHECK_NUMBER(CHIP_BUS_FAULT, atecc_sleep(&bench.port, &chip));
}

static void a_talk(void)
{
    (void)start();
    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(7, response_length);
    CHECK_NUMBER(0x50, response[3]);
    CHECK_TEXT("WC0:030730000000035D RC0:1 RC0:6 ", bench_io(&bench));
}

static void a_quick_command_is_not_kept_waiting(void)
{
    uint64_t before;

    (void)start();
    wake_up();
    before = bench.now_us;
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK((bench.now_us - before) < 1300U);
}

static void a_slow_command_is_waited_for(void)
{
    struct fake_chip *fake = start();

    wake_up();
    fake->command_us = 115000U;
    bench.note_unanswered_reads = true;
    CHECK_NUMBER(CHIP_OK, talk(GENKEY, sizeof GENKEY));
    CHECK_NUMBER(0x0F, response[1]);
    CHECK_NUMBER(1, fake->commands);
    CHECK(strstr(bench_io(&bench), "RC0:1- RC0:1- ") != NULL);
}

/* GenKey of a 508A: 115 ms in the book, 153 ms until it is given up. */
static void a_chip_slower_than_its_data_sheet(void)
{
    struct fake_chip *fake = start();

    wake_up();
    fake->command_us = 150000U;
    CHECK_NUMBER(CHIP_OK, talk(GENKEY, sizeof GENKEY));
    fake->command_us = 160000U;
    CHECK_NUMBER(CHIP_TIMEOUT, talk(GENKEY, sizeof GENKEY));
    CHECK_NUMBER(2, fake->commands);
}

static void the_time_limit_survives_the_wrap_of_the_clock(void)
{
    struct fake_chip *fake = start();

    bench.now_us = (0x100000000U - 60U) * UINT64_C(1000);
    wake_up();
    fake->command_us = 100000U;
    CHECK_NUMBER(CHIP_OK, talk(GENKEY, sizeof GENKEY));
}

static void a_608_with_a_slow_clock(void)
{
    struct fake_chip *fake = start();

    chip.part = ATECC_PART_608;
    chip.divider = ATECC_DIVIDER_M2;
    wake_up();
    fake->command_us = 653000U;
    CHECK_NUMBER(CHIP_OK, talk(GENKEY, sizeof GENKEY));
    wake_up();
    chip.divider = ATECC_DIVIDER_M0;
    CHECK_NUMBER(CHIP_TIMEOUT, talk(GENKEY, sizeof GENKEY));
}

static void a_write_to_the_configuration_unsettles_the_divider(void)
{
    (void)start();
    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(DATA_WRITE, sizeof DATA_WRITE));
    CHECK_NUMBER(ATECC_DIVIDER_M0, chip.divider);
    CHECK_NUMBER(CHIP_OK, talk(CONFIG_WRITE, 2U));
    CHECK_NUMBER(ATECC_DIVIDER_M0, chip.divider);
    CHECK_NUMBER(CHIP_OK, talk(CONFIG_WRITE, sizeof CONFIG_WRITE));
    CHECK_NUMBER(ATECC_DIVIDER_UNKNOWN, chip.divider);
}

static void the_hosts_crc_is_passed_on_as_it_is(void)
{
    static const uint8_t WRONG[] = {0x07, 0x30, 0x00, 0x00, 0x00, 0x03, 0x5E};
    struct fake_chip *fake = start();

    wake_up();
    CHECK_NUMBER(CHIP_OK, talk(WRONG, sizeof WRONG));
    CHECK_NUMBER(0xFF, response[1]);
    CHECK_NUMBER(1, fake->commands);
    CHECK_NUMBER(CHIP_OK, talk(WRONG, 1U));
    CHECK_NUMBER(0xFF, response[1]);
}

static void talking_to_a_chip_that_sleeps(void)
{
    struct fake_chip *fake = start();

    CHECK_NUMBER(CHIP_NO_ANSWER, talk(INFO, sizeof INFO));
    CHECK_NUMBER(0, fake->commands);
    CHECK_NUMBER(0, response_length);
}

static void a_packet_that_is_not_taken_to_its_end(void)
{
    (void)start();
    wake_up();
    bench.refuse_beyond = 4U;
    CHECK_NUMBER(CHIP_REFUSED, talk(INFO, sizeof INFO));
}

static void an_answer_damaged_on_the_way_is_read_again(void)
{
    struct fake_chip *fake = start();

    wake_up();
    bench.spoil_reads = 1U;
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(7, response_length);
    CHECK_NUMBER(1, fake->commands);
    CHECK_TEXT("WC0:030730000000035D RC0:1 RC0:6 WC0:00 RC0:1 RC0:6 ", bench_io(&bench));

    bench.false_counts = 1U;
    bench.false_count = 0xFFU;
    CHECK_NUMBER(CHIP_OK, talk(INFO, sizeof INFO));
    CHECK_NUMBER(2, fake->commands);
}

static void an_answer_damaged_twice_is_given_up(void)
{
    struct fake_chip *fake = start();

    wake_up();
    bench.spoil_reads = 2U;
    CHECK_NUMBER(CHIP_BAD_CRC, talk(INFO, sizeof INFO));
    CHECK_NUMBER(0, response_length);
    bench.false_counts = 2U;
    bench.false_count = 0x03U;
    CHECK_NUMBER(CHIP_BAD_SIZE, talk(INFO, sizeof INFO));
    bench.false_counts = 2U;
    bench.false_count = ATECC_RESPONSE_MAX + 1U;
    CHECK_NUMBER(CHIP_BAD_SIZE, talk(INFO, sizeof INFO));
    CHECK_NUMBER(3, fake->commands);
}

/* Transfers that the chip acknowledges: packet, count, rest, reset, count. */
static void a_chip_pulled_off_in_mid_talk(void)
{
    (void)start();
    wake_up();
    bench.remove_after = 1U;
    CHECK_NUMBER(CHIP_TIMEOUT, talk(INFO, sizeof INFO));
    (void)start();
    wake_up();
    bench.remove_after = 2U;
    CHECK_NUMBER(CHIP_LOST, talk(INFO, sizeof INFO));
    (void)start();
    wake_up();
    bench.spoil_reads = 1U;
    bench.remove_after = 3U;
    CHECK_NUMBER(CHIP_BAD_CRC, talk(INFO, sizeof INFO));
    (void)start();
    wake_up();
    bench.spoil_reads = 1U;
    bench.remove_after = 4U;
    CHECK_NUMBER(CHIP_BAD_CRC, talk(INFO, sizeof INFO));
}

static void the_bus_sticks_in_mid_talk(void)
{
    for (uint32_t transfer = 1U; transfer <= 3U; transfer++) {
        (void)start();
        wake_up();
        bench.stuck_at = bench.transfers + transfer;
        CHECK_NUMBER(CHIP_BUS_FAULT, talk(INFO, sizeof INFO));
    }
}

void chip_suite(void)
{
    RUN(wake_answers);
    RUN(waking_a_sleeping_chip);
    RUN(waking_waits_for_the_chip_to_be_ready);
    RUN(waking_a_chip_that_is_awake);
    RUN(a_chip_that_tests_itself_first);
    RUN(a_failed_self_test_is_an_answer);
    RUN(nobody_there_to_wake);
    RUN(somebody_else_answers_the_wake);
    RUN(the_bus_is_stuck_while_waking);
    RUN(idling_and_what_it_keeps);
    RUN(putting_to_sleep_from_every_state);
    RUN(nobody_there_to_put_to_sleep);
    RUN(a_talk);
    RUN(a_quick_command_is_not_kept_waiting);
    RUN(a_slow_command_is_waited_for);
    RUN(a_chip_slower_than_its_data_sheet);
    RUN(the_time_limit_survives_the_wrap_of_the_clock);
    RUN(a_608_with_a_slow_clock);
    RUN(a_write_to_the_configuration_unsettles_the_divider);
    RUN(the_hosts_crc_is_passed_on_as_it_is);
    RUN(talking_to_a_chip_that_sleeps);
    RUN(a_packet_that_is_not_taken_to_its_end);
    RUN(an_answer_damaged_on_the_way_is_read_again);
    RUN(an_answer_damaged_twice_is_given_up);
    RUN(a_chip_pulled_off_in_mid_talk);
    RUN(the_bus_sticks_in_mid_talk);
}
