#include "kit_host.h"

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"
#include "suites.h"

#define SAY(line, reply) CHECK_TEXT(reply, bench_say(&bench, line))

static struct bench bench;

static struct fake_chip *start(void)
{
    bench_init(&bench);
    return bench_add(&bench, 0xC0U, 0x50U, 0x00U);
}

static void the_note_of_the_protocol_page(void)
{
    /* kit-protocol.md 7, with this kit's name and the chip's own. */
    (void)start();
    SAY("b:f(00)\n", "SIGNETKIT 00(010000)\n");
    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    SAY("board:device(01)\n", "no_device TWI 00(00)\n");
    SAY("e:physical:select(C0)\n", "00()\n");
    SAY("e:w()\n", "00(04113343)\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
    SAY("e:t(070280000009AD)\n",
        "00(23012303040000500005060708EE000100C00055008F2FC4448720C4F48F0F8F8F42D7)\n");
    SAY("e:t(07400400008387)\n", "00(040F2342)\n");
    SAY("e:s()\n", "00()\n");
}

static void what_the_2015_client_sends(void)
{
    static const char LINES[] = "board:device(00)\n\0s:physical:select(C0)\n\0\0s:w()\n\0s:t(0730000000035D)\n\0s:i()\n\0s:s()\n\0";

    (void)start();
    CHECK_TEXT("ECC508A TWI 00(C0)\n00()\n00(04113343)\n00(07000050000391)\n00()\n00()\n",
               bench_say_bytes(&bench, LINES, sizeof LINES - 1U));
}

/* Microchip's client: all eight indices, an interface, the wake token to the letter, upper case. */
static void what_the_modern_client_sends(void)
{
    (void)start();
    for (uint32_t i = 0U; i < 8U; i++) {
        char line[32];

        (void)snprintf(line, sizeof line, "board:device(%02X)\n", (unsigned)i);
        SAY(line, (i == 0U) ? "ECC508A TWI 00(C0)\n" : "no_device TWI 00(00)\n");
    }
    SAY("E:physical:interface:i2c\n", "00()\n");
    SAY("E:physical:select(C0)\n", "00()\n");
    CHECK_TEXT("00(04113343)\n", bench_say_bytes(&bench, "E:w()\n\0", 7U));
    SAY("E:t(0730000000035D)\n", "00(07000050000391)\n");
    CHECK_TEXT("00()\n", bench_say_bytes(&bench, "E:i()\n\0", 7U));
    CHECK_TEXT("00()\n", bench_say_bytes(&bench, "E:s()\n\0", 7U));
}

static void several_chips(void)
{
    (void)start();
    (void)bench_add(&bench, 0x6AU, 0x60U, 0x00U);
    SAY("board:device(00)\n", "ECC608 TWI 00(6A)\n");
    SAY("board:device(01)\n", "ECC508A TWI 00(C0)\n");
    SAY("board:device(02)\n", "no_device TWI 00(00)\n");
    SAY("board:device(FF)\n", "no_device TWI 00(00)\n");
    SAY("e:t(0730000000035D)\n", "00(070000600003B9)\n");
    SAY("e:p:s(C0)\n", "00()\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
}

/* Index 00 looks for chips again; the others tell what was found, and look only if nobody has looked yet. */
static void when_the_bus_is_searched(void)
{
    struct fake_chip *fake = start();

    SAY("board:device(03)\n", "no_device TWI 00(00)\n");
    CHECK_NUMBER(1, fake->pulses);
    SAY("board:device(01)\n", "no_device TWI 00(00)\n");
    CHECK_NUMBER(1, fake->pulses);
    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    CHECK_NUMBER(2, fake->pulses);
    SAY("b:v()\n", "SIGNETKIT ECC508A TWI 00(C0)\n");
    CHECK_NUMBER(3, fake->pulses);
    bench.chip_count = 0U;
    SAY("board:device(00)\n", "no_device TWI 00(00)\n");
    SAY("board:version()\n", "SIGNETKIT no_device TWI 00(00)\n");
}

/* Microchip's client gives a kit 50 ms. Index 00 answers with whoever came at once; the next one looks for those that came late. */
static void an_answer_to_a_search_comes_in_time(void)
{
    uint64_t before;

    (void)start();
    bench_add(&bench, 0x6AU, 0x60U, 0x00U)->wake_us = 25000U;
    before = bench.now_us;
    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    CHECK((bench.now_us - before) < 40000U);
    before = bench.now_us;
    SAY("board:device(01)\n", "ECC608 TWI 00(6A)\n");
    CHECK((bench.now_us - before) < 40000U);
    SAY("board:device(02)\n", "no_device TWI 00(00)\n");
    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    bench.stuck_at = bench.transfers + 1U;
    SAY("board:device(01)\n", "FE()\n");
}

static void board_lines_with_wrong_arguments(void)
{
    (void)start();
    SAY("board:device()\n", "ECC508A TWI 00(C0)\n");
    SAY("board:device(zz)\n", "ECC508A TWI 00(C0)\n");
    SAY("board:device(010)\n", "ECC508A TWI 00(C0)\n");
    SAY("board:device(1)\n", "no_device TWI 00(00)\n");
    SAY("board:dev(0)\n", "ECC508A TWI 00(C0)\n");
    SAY("b:f()\n", "C3()\n");
    SAY("b:f(01)\n", "C3()\n");
    SAY("board:discover(00)\n", "00()\n");
    SAY("b:di(01)\n", "C3()\n");
    SAY("b:di()\n", "C3()\n");
}

static void lines_that_nobody_knows(void)
{
    static const char *const LINES[] = {"x:w()\n",       "e:x()\n",         "board\n",          "e\n",
                                        "b:x(00)\n",     "b:d:x(00)\n",     "e:w:x()\n",        "e:p:x(00)\n",
                                        "e:p(00)\n",     "e:p:s:x(00)\n",   "e:p:i()\n",        "eccx:wake()\n",
                                        "e:wakeup()\n",  "a:b:c:d:e\n",     "AT\r",             "e :w()\n",
                                        "t:w()\n",       "e:c(00)\n",       "00(04113343)\n",   "ready.\n",
                                        "board:device\n", "b:v\n",           "ecc:wak\n",        "e:t\n",
                                        "e:p:s\n",       "e:a\n",           " e:w()\n",         "  \n",
                                        "e:\n",          ":w()\n"};

    (void)start();
    for (size_t i = 0U; i < (sizeof LINES / sizeof LINES[0]); i++) {
        SAY(LINES[i], "C0()\n");
    }
}

static void lines_put_together_wrongly(void)
{
    static const char *const LINES[] = {"e:w(x\n",   "e:w)\n",      "e:t(07)x\n", "e:t(0730000000035D\n",
                                        "e:p:s()\n", "e:p:s(00)\n", "e:a()\n",    "e:a(03)\n"};

    (void)start();
    for (size_t i = 0U; i < (sizeof LINES / sizeof LINES[0]); i++) {
        SAY(LINES[i], "C3()\n");
    }
}

static void only_i2c(void)
{
    (void)start();
    SAY("e:physical:interface:i2c\n", "00()\n");
    SAY("e:p:i:i\n", "00()\n");
    SAY("e:physical:interface:swi\n", "C4()\n");
}

static void every_letter_in_either_case(void)
{
    (void)start();
    SAY("ECC:PHYSICAL:SELECT(c0)\n", "00()\n");
    SAY("Sha:Talk(0730000000035d)\n", "00(07000050000391)\n");
    SAY("e:T(0730000000035D)\n", "00(07000050000391)\n");
    SAY("libcrypto:e:w()\n", "00(04113343)\n");
}

static void noise_before_a_line(void)
{
    (void)start();
    CHECK_TEXT("00(04113343)\n", bench_say_bytes(&bench, "\0\0\xFF\x1B\t\r\n\r\n\x7F" "e:w()\n", 16U));
}

static void nul_inside_and_cr_at_the_end(void)
{
    (void)start();
    CHECK_TEXT("00(04113343)\n", bench_say_bytes(&bench, "e\0:w\0()\r\n\0\0", 11U));
    SAY("e:w()\r", "00(04113343)\n");
    SAY("e:w(\n", "00(04113343)\n");
    SAY("\n", "");
    SAY("e:w() \r\n", "00(04113343)\n");
}

static void noise_inside_a_line(void)
{
    struct fake_chip *fake = start();

    SAY("e:t(07300000\xFE" "0003D)\n", "C3()\n");
    SAY("e:\x02w()\n", "C0()\n");
    CHECK_NUMBER(0, fake->commands);
}

static void a_line_with_bytes_lost_is_not_obeyed(void)
{
    struct fake_chip *fake = start();

    SAY("e:s(\x01)\n", "C1()\n");
    CHECK_NUMBER(0, fake->pulses);
    /* What was lost before a line began is nothing. */
    SAY("\x01" "e:w()\n", "00(04113343)\n");
    SAY("\x01\n", "");
}

static void a_line_that_is_too_long(void)
{
    static char line[2000];

    (void)start();
    (void)memset(line, 'e', sizeof line);
    line[sizeof line - 2U] = '\n';
    line[sizeof line - 1U] = '\0';
    SAY(line, "C1()\n");
    CHECK_NUMBER(1, bench.writes);
    SAY("e:w()\n", "00(04113343)\n");
    /* The longest that fits is a line like others; one more is not. */
    line[KIT_LINE_SIZE] = '\n';
    line[KIT_LINE_SIZE + 1U] = '\0';
    SAY(line, "C0()\n");
    line[KIT_LINE_SIZE] = 'e';
    line[KIT_LINE_SIZE + 1U] = '\n';
    line[KIT_LINE_SIZE + 2U] = '\0';
    SAY(line, "C1()\n");
}

/* A host died in the middle of a line; the next one must not suffer for it. */
static void half_a_line_is_forgotten_after_a_while(void)
{
    (void)start();
    SAY("e:t(0740", "");
    bench_wait_ms(&bench, KIT_LINE_STALE_MS - 100U);
    SAY("", "");
    SAY("0400008387)\n", "00(040F2342)\n");
    SAY("e:t(0740", "");
    bench_wait_ms(&bench, KIT_LINE_STALE_MS);
    SAY("", "");
    SAY("e:w()\n", "00(04113343)\n");
}

static void a_longer_line_is_forgotten_too(void)
{
    static char line[2000];

    (void)start();
    (void)memset(line, 'x', sizeof line - 1U);
    SAY(line, "");
    bench_wait_ms(&bench, KIT_LINE_STALE_MS);
    SAY("", "");
    SAY("e:w()\n", "00(04113343)\n");
}

static void a_talk_is_wrapped_in_wake_and_idle(void)
{
    struct fake_chip *fake = start();

    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
    CHECK_TEXT("P RC0:4 WC0:030730000000035D RC0:1 RC0:6 WC0:02 ", bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
    CHECK(fake->volatile_kept);
}

static void a_wake_that_wraps_leaves_the_chip_idle(void)
{
    struct fake_chip *fake = start();

    SAY("e:w()\n", "00(04113343)\n");
    CHECK_TEXT("P RC0:4 WC0:02 ", bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
    SAY("e:i()\n", "00()\n");
    CHECK_TEXT("", bench_io(&bench));
}

static void holding_the_chip_awake_across_a_sequence(void)
{
    struct fake_chip *fake = start();

    SAY("s:a(00)\n", "00()\n");
    SAY("e:w()\n", "00(04113343)\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
    CHECK_TEXT("P RC0:4 WC0:030730000000035D RC0:1 RC0:6 WC0:030730000000035D RC0:1 RC0:6 ", bench_io(&bench));
    SAY("e:i()\n", "00()\n");
    CHECK_TEXT("WC0:02 ", bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
    /* Nobody wakes it now but the host. */
    SAY("e:t(0730000000035D)\n", "E7()\n");
    SAY("e:w()\n", "00(04113343)\n");
    SAY("e:s()\n", "00()\n");
    CHECK_NUMBER(FAKE_CHIP_ASLEEP, fake->state);
    SAY("s:a(01)\n", "00()\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
}

static void letting_go_idles_the_chip(void)
{
    struct fake_chip *fake = start();

    SAY("e:a(00)\n", "00()\n");
    SAY("e:w()\n", "00(04113343)\n");
    CHECK_NUMBER(FAKE_CHIP_AWAKE, fake->state);
    SAY("e:a(01)\n", "00()\n");
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
}

/* A host that looks for chips has begun anew; what an earlier one left switched off is on again. */
static void looking_for_chips_turns_wrapping_on(void)
{
    (void)start();
    SAY("e:a(00)\n", "00()\n");
    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
}

static void the_watchdog_ends_a_held_sequence(void)
{
    (void)start();
    SAY("e:a(00)\n", "00()\n");
    SAY("e:w()\n", "00(04113343)\n");
    bench_wait_ms(&bench, 1500U);
    SAY("e:t(0730000000035D)\n", "E7()\n");
    SAY("e:w()\n", "00(04113343)\n");
    bench_wait_ms(&bench, 1500U);
    SAY("e:i()\n", "E7()\n");
    SAY("e:i()\n", "00()\n");
}

#define INFO_BYTES "0730000000035D"
#define INFO_ANSWER "00(07000050000391)\n"
#define INFO_IO "WC0:03" INFO_BYTES " RC0:1 RC0:6 "

static void keeping_the_chip_awake_between_talks(void)
{
    struct fake_chip *fake = start();

    SAY("e:a(02)\n", "00()\n");
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    CHECK_TEXT("P RC0:4 " INFO_IO INFO_IO, bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_AWAKE, fake->state);
    /* Nobody has to say so: a host that has gone leaves nothing awake. */
    bench_wait_ms(&bench, KIT_QUIET_MS);
    SAY("", "");
    CHECK_TEXT("WC0:02 ", bench_io(&bench));
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    CHECK_TEXT("P RC0:4 " INFO_IO, bench_io(&bench));
}

/* Idled and woken in time, so that its watchdog never ends what a host believes to be one wake after the other. */
static void a_chip_that_is_kept_awake_gets_a_new_wake_before_its_watchdog(void)
{
    struct fake_chip *fake = start();
    uint32_t wakes = 0U;

    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    SAY("e:a(02)\n", "00()\n");
    wakes = fake->pulses;
    for (uint32_t i = 0U; i < 40U; i++) {
        SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
        bench_wait_ms(&bench, 50U);
    }
    wakes = fake->pulses - wakes;
    CHECK((wakes >= 4U) && (wakes <= 5U));
    CHECK(fake->volatile_kept);
    /* GenKey may take longer than what is left. */
    bench_wait_ms(&bench, KIT_QUIET_MS);
    SAY("", "");
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    for (uint32_t i = 0U; i < 5U; i++) {
        bench_wait_ms(&bench, 90U);
        SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    }
    (void)bench_io(&bench);
    SAY("e:t(07400400008387)\n", "00(040F2342)\n");
    CHECK_TEXT("WC0:02 P RC0:4 WC0:0307400400008387 RC0:1 RC0:3 WC0:02 ", bench_io(&bench));
}

static void what_ends_a_keeping(void)
{
    static const char *const LINES[] = {"e:i()\n", "e:s()\n", "e:a(00)\n", "e:a(01)\n", "board:device(00)\n", "e:p:s(6A)\n"};
    struct fake_chip *fake = start();

    for (size_t i = 0U; i < (sizeof LINES / sizeof LINES[0]); i++) {
        SAY("e:p:s(C0)\n", "00()\n");
        SAY("e:a(02)\n", "00()\n");
        SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
        CHECK_NUMBER(FAKE_CHIP_AWAKE, fake->state);
        (void)bench_say(&bench, LINES[i]);
        CHECK(fake->state != FAKE_CHIP_AWAKE);
    }
    SAY("e:p:s(C0)\n", "00()\n");
    SAY("e:a(02)\n", "00()\n");
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    SAY("e:w()\n", "00(04113343)\n");
    CHECK_NUMBER(FAKE_CHIP_AWAKE, fake->state);
    /* A refusal of the chip's own: what comes next begins anew. */
    SAY("e:t(07400400008387)\n", "00(040F2342)\n");
    CHECK_NUMBER(FAKE_CHIP_IDLE, fake->state);
}

/* Another chip is in the fixture: it sleeps, and nothing that was meant for the first one reaches it. */
static void an_exchanged_chip_is_not_woken_for_what_was_meant_for_another(void)
{
    struct fake_chip *fake = start();

    SAY("e:a(02)\n", "00()\n");
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    fake->state = FAKE_CHIP_ASLEEP;
    fake->commands = 0U;
    SAY("e:t(" INFO_BYTES ")\ne:n:1(" INFO_BYTES ")\n", "E7()\n1 E7()\n");
    CHECK_NUMBER(0, fake->commands);
    SAY("e:t(" INFO_BYTES ")\n", INFO_ANSWER);
    /* Neither when its turn came to be idled and woken. */
    fake->state = FAKE_CHIP_ASLEEP;
    fake->commands = 0U;
    bench_wait_ms(&bench, KIT_KEEP_MS);
    CHECK_TEXT("E7()\n", bench_say(&bench, "e:t(" INFO_BYTES ")\n"));
    CHECK_NUMBER(0, fake->commands);
}

static void talks_sent_before_the_one_before_is_answered(void)
{
    struct fake_chip *fake = start();

    SAY("e:a(02)\n", "00()\n");
    SAY("e:t(" INFO_BYTES ")\necc:next:1(" INFO_BYTES ")\ne:n:2(" INFO_BYTES ")\n",
        INFO_ANSWER "1 " INFO_ANSWER "2 " INFO_ANSWER);
    CHECK_TEXT("P RC0:4 " INFO_IO INFO_IO INFO_IO, bench_io(&bench));
    /* After one that was not done, nothing more is. */
    fake->commands = 0U;
    SAY("e:t(07400400008387)\ne:n:3(" INFO_BYTES ")\ne:n:4(" INFO_BYTES ")\n", "00(040F2342)\n3 E7()\n4 E7()\n");
    CHECK_NUMBER(1, fake->commands);
    SAY("e:t(" INFO_BYTES ")\ne:n:5(073)\ne:n:6(" INFO_BYTES ")\n", INFO_ANSWER "5 C3()\n6 E7()\n");
    SAY("e:t(" INFO_BYTES ")\ne:p:s(C0)\ne:n:7(" INFO_BYTES ")\n", INFO_ANSWER "00()\n7 E7()\n");
    SAY("e:n:8(" INFO_BYTES ")\n", "8 E7()\n");
    SAY("e:n:x(" INFO_BYTES ")\n", "C3()\n");
    SAY("e:n:10(" INFO_BYTES ")\n", "C3()\n");
    SAY("e:n(" INFO_BYTES ")\n", "C0()\n");
    SAY("e:n:1\n", "C0()\n");
    /* Only where the chip is kept awake. */
    SAY("e:a(01)\n", "00()\n");
    SAY("e:t(" INFO_BYTES ")\ne:n:9(" INFO_BYTES ")\n", INFO_ANSWER "9 E7()\n");
    SAY("e:a(00)\n", "00()\n");
    SAY("e:w()\n", "00(04113343)\n");
    SAY("e:t(" INFO_BYTES ")\ne:n:9(" INFO_BYTES ")\n", INFO_ANSWER "9 E7()\n");
}

static void sleep_is_certain(void)
{
    struct fake_chip *fake = start();

    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
    CHECK(fake->volatile_kept);
    SAY("e:s()\n", "00()\n");
    CHECK(!fake->volatile_kept);
    CHECK_NUMBER(FAKE_CHIP_ASLEEP, fake->state);
}

static void device_errors_are_data(void)
{
    (void)start();
    SAY("e:t(0730000000035E)\n", "00(04FF0142)\n");
    SAY("e:t(07400400008387)\n", "00(040F2342)\n");
    SAY("e:t(077BCAE6660AE2)\n", "00(04038342)\n");
}

static void a_failed_self_test_is_data(void)
{
    struct fake_chip *fake = start();

    fake->self_test_fails = true;
    SAY("e:w()\n", "00(040740C2)\n");
    SAY("e:t(0730000000035D)\n", "00(07000050000391)\n");
}

static void talks_that_are_no_packets(void)
{
    static char line[400];
    struct fake_chip *fake = start();

    SAY("e:t()\n", "C3()\n");
    SAY("e:t(\n", "C3()\n");
    SAY("e:t(073)\n", "C3()\n");
    SAY("e:t(07 30)\n", "C3()\n");
    SAY("e:t(07)30)\n", "C3()\n");
    (void)snprintf(line, sizeof line, "e:t(%0312d)\n", 0);
    SAY(line, "C3()\n");
    CHECK_NUMBER(0, fake->commands);
    /* 155 bytes are the most that a chip takes. Not a good packet, which is the chip's to say. */
    (void)snprintf(line, sizeof line, "e:t(%0310d)\n", 0);
    SAY(line, "00(04FF0142)\n");
}

static void nobody_behind_the_kit(void)
{
    (void)start();
    bench.chip_count = 0U;
    SAY("e:w()\n", "D0()\n");
    SAY("e:t(0730000000035D)\n", "D0()\n");
    SAY("e:i()\n", "00()\n");
    SAY("e:s()\n", "D0()\n");
    SAY("e:p:s(6A)\n", "00()\n");
    SAY("e:w()\n", "D0()\n");
}

static void statuses_of_a_talk_that_went_wrong(void)
{
    struct fake_chip *fake = start();

    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    bench.refuse_beyond = 4U;
    SAY("e:t(0730000000035D)\n", "F0()\n");
    bench.refuse_beyond = SIZE_MAX;
    bench.spoil_above = 4U;
    bench.spoil_reads = 2U;
    SAY("e:t(0730000000035D)\n", "E5()\n");
    bench.spoil_reads = 0U;
    bench.false_counts = 2U;
    bench.false_count = 0x01U;
    SAY("e:t(0730000000035D)\n", "E4()\n");
    fake->command_us = 400000U;
    SAY("e:t(0730000000035D)\n", "F1()\n");
    fake->command_us = 0U;
    bench_wait_ms(&bench, 2000U);
    bench.remove_after = 3U;
    SAY("e:t(0730000000035D)\n", "E6()\n");
    /* Stuck after the wake: what the chip has got nobody knows. */
    (void)start();
    bench.stuck_at = 3U;
    SAY("e:t(0730000000035D)\n", "E6()\n");
    SAY("e:t(0730000000035D)\n", "FE()\n");
    bench.stuck_at = 1U;
    SAY("e:w()\n", "FE()\n");
    SAY("board:device(00)\n", "FE()\n");
    SAY("board:version()\n", "FE()\n");
}

/* A command that got no answer has been sent once, whatever its kind. */
static void no_command_is_ever_sent_twice(void)
{
    struct fake_chip *fake = start();

    SAY("board:device(00)\n", "ECC508A TWI 00(C0)\n");
    fake->commands = 0U;
    fake->command_us = 900000U;
    SAY("e:t(07400400008387)\n", "F1()\n");
    CHECK_NUMBER(1, fake->commands);
    /* Still busy: not woken, so nothing is sent. */
    SAY("e:t(07400400008387)\n", "D0()\n");
    CHECK_NUMBER(1, fake->commands);
    bench_wait_ms(&bench, 2000U);
    fake->command_us = 0U;
    SAY("e:t(07400400008387)\n", "00(040F2342)\n");
    CHECK_NUMBER(2, fake->commands);
}

static void a_reply_is_written_in_one_go(void)
{
    (void)start();
    SAY("e:w()\ne:w()\n", "00(04113343)\n00(04113343)\n");
    CHECK_NUMBER(2, bench.writes);
}

void host_suite(void)
{
    RUN(the_note_of_the_protocol_page);
    RUN(what_the_2015_client_sends);
    RUN(what_the_modern_client_sends);
    RUN(several_chips);
    RUN(when_the_bus_is_searched);
    RUN(an_answer_to_a_search_comes_in_time);
    RUN(board_lines_with_wrong_arguments);
    RUN(lines_that_nobody_knows);
    RUN(lines_put_together_wrongly);
    RUN(only_i2c);
    RUN(every_letter_in_either_case);
    RUN(noise_before_a_line);
    RUN(nul_inside_and_cr_at_the_end);
    RUN(noise_inside_a_line);
    RUN(a_line_with_bytes_lost_is_not_obeyed);
    RUN(a_line_that_is_too_long);
    RUN(half_a_line_is_forgotten_after_a_while);
    RUN(a_longer_line_is_forgotten_too);
    RUN(a_talk_is_wrapped_in_wake_and_idle);
    RUN(a_wake_that_wraps_leaves_the_chip_idle);
    RUN(holding_the_chip_awake_across_a_sequence);
    RUN(letting_go_idles_the_chip);
    RUN(looking_for_chips_turns_wrapping_on);
    RUN(the_watchdog_ends_a_held_sequence);
    RUN(keeping_the_chip_awake_between_talks);
    RUN(a_chip_that_is_kept_awake_gets_a_new_wake_before_its_watchdog);
    RUN(what_ends_a_keeping);
    RUN(an_exchanged_chip_is_not_woken_for_what_was_meant_for_another);
    RUN(talks_sent_before_the_one_before_is_answered);
    RUN(sleep_is_certain);
    RUN(device_errors_are_data);
    RUN(a_failed_self_test_is_data);
    RUN(talks_that_are_no_packets);
    RUN(nobody_behind_the_kit);
    RUN(statuses_of_a_talk_that_went_wrong);
    RUN(no_command_is_ever_sent_twice);
    RUN(a_reply_is_written_in_one_go);
}
