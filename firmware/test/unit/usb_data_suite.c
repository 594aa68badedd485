/* The Kit Protocol through the USB port: packets of every size, back-pressure, ports that open and close, a busy interpreter. */
#include <string.h>

#include "check.h"
#include "suites.h"
#include "usb_bench.h"

static uint8_t packet[64];

static const char *converse(const char *line)
{
    CHECK(bench_send(line));
    bench_run();
    return bench_fetch();
}

static void a_conversation(void)
{
    bench_configure();
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("b:f(00)\n"));
    CHECK_TEXT("ECC508A TWI 00(C0)\n", converse("board:device(00)\n"));
    CHECK_TEXT("00(04113343)\n", converse("e:w()\n"));
    CHECK_TEXT("00(07000050000391)\n", converse("e:t(0730000000035D)\n"));
    CHECK((model.pulse_ns >= 60000U) && (model.scl_hz > 380000U) && (model.scl_hz <= 400000U));
    model.chip_present = false;
    CHECK_TEXT("D0()\n", converse("e:w()\n"));
    bench_all_well();
}

static void time_at_48_mhz(void)
{
    uint64_t before;

    bench_configure();
    before = model.ticks;
    usb_port.delay_us(usb_port.context, 2500U);
    CHECK((model.ticks - before) >= (2500U * 48U));
    CHECK((model.ticks - before) < (2520U * 48U));
}

/* Lines cut into packets everywhere, and packets of every length up to the largest. */
static void packets_of_every_length(void)
{
    bench_configure();
    for (size_t length = 1U; length <= 64U; length++) {
        char text[65];

        (void)memset(text, '\0', sizeof text);
        (void)memset(text, '\n', length);
        (void)memcpy(&text[(length > 8U) ? (length - 8U) : 0U], "b:f(00)\n", (length > 8U) ? 8U : length);
        CHECK_TEXT((length >= 8U) ? "SIGNETKIT 00(010000)\n" : "", converse(text));
        if (length < 8U) {
            /* The other half in a packet of its own. */
            CHECK_TEXT("SIGNETKIT 00(010000)\n", converse(&"b:f(00)\n"[length]));
        }
    }
    /* An empty packet is no data. */
    CHECK_NUMBER(ANSWER_ACK, host_out(&usb_host, 2U, packet, 0U));
    CHECK_TEXT("", converse("b:f(0"));
    CHECK_NUMBER(ANSWER_ACK, host_out(&usb_host, 2U, packet, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("0)\n"));
    bench_all_well();
}

/* Replies of 63, 64, 65 and 128 bytes: a full packet that ends a reply has an empty one behind it. */
static void replies_at_the_edges_of_packets(void)
{
    static const size_t LENGTHS[] = {1U, 63U, 64U, 65U, 127U, 128U, 129U, 320U};

    bench_configure();
    for (size_t i = 0U; i < (sizeof LENGTHS / sizeof LENGTHS[0]); i++) {
        const size_t length = LENGTHS[i];
        size_t done = 0U;
        uint8_t reply[320];

        for (size_t k = 0U; k < length; k++) {
            reply[k] = (uint8_t)(k + i);
        }
        usb_port.uart_write(usb_port.context, reply, length);
        for (size_t expected = 64U; expected == 64U;) {
            const int got = host_in(&usb_host, 2U, packet);

            expected = ((length - done) > 64U) ? 64U : (length - done);
            CHECK_NUMBER(expected, got);
            CHECK_NUMBER(0, memcmp(&reply[done], packet, expected));
            done += expected;
        }
        CHECK_NUMBER(length, done);
        CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 2U, packet));
    }
    bench_all_well();
}

/* More than fits, while nobody reads: refused on the bus, and everything arrives once and in order in the end. */
static void back_pressure(void)
{
    uint32_t sent = 0U;
    uint32_t taken = 0U;

    bench_configure();
    usb_host.deaf = true;
    while (taken < 5000U) {
        enum usb_answer answer;

        do {
            for (uint32_t i = 0U; i < 64U; i++) {
                packet[i] = (uint8_t)((sent + i) % 251U);
            }
            answer = host_out(&usb_host, 2U, packet, 64U);
            sent += (answer == ANSWER_ACK) ? 64U : 0U;
        } while (answer == ANSWER_ACK);
        CHECK_NUMBER(ANSWER_NAK, answer);
        /* A ring full, but for less than a packet, and one in the controller. */
        CHECK(((sent - taken) > 512U) && ((sent - taken) <= (512U + 64U)));
        for (uint32_t i = 0U; i < (70U + (taken % 500U)); i++) {
            const int16_t byte = usb_port.uart_read(usb_port.context);

            if (byte >= 0) {
                CHECK_NUMBER(taken % 251U, byte);
                taken++;
            }
        }
    }
    bench_all_well();
}

/* Many lines at once: what does not fit waits at the host. */
static void lines_ahead(void)
{
    uint32_t sent = 0U;
    uint32_t answered = 0U;

    bench_configure();
    while (answered < 200U) {
        while ((sent < 200U) && (host_out(&usb_host, 2U, (const uint8_t *)"b:f(00)\n", 8U) == ANSWER_ACK)) {
            sent++;
        }
        /* One line at a time, and the host fetches in between. */
        for (uint32_t i = 0U; i < 8U; i++) {
            (void)kit_host_step(&usb_kit);
        }
        for (const char *text = bench_fetch(); *text != '\0'; text = strchr(text, '\n') + 1) {
            CHECK_NUMBER(0, strncmp("SIGNETKIT 00(010000)\n", text, 21U));
            answered++;
        }
    }
    CHECK_NUMBER(200, answered);
    bench_all_well();
}

/* Nobody fetches: the kit does not hang for ever, and no reply is cut in two. */
static void a_host_that_does_not_fetch(void)
{
    uint64_t before;

    bench_configure();
    before = model.ticks;
    /* One waits in the controller, 24 in the ring. */
    for (uint32_t i = 0U; i < 25U; i++) {
        CHECK(bench_send("b:f(00)\n"));
        bench_run();
    }
    CHECK((model.ticks - before) < 48000ULL);
    CHECK(bench_send("b:f(00)\n"));
    bench_run();
    CHECK((model.ticks - before) >= (SAMD21_USB_PATIENCE_MS * 48000ULL));
    for (const char *text = bench_fetch(); *text != '\0'; text = strchr(text, '\n') + 1) {
        CHECK_NUMBER(0, strncmp("SIGNETKIT 00(010000)\n", text, 21U));
    }
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("b:f(00)\n"));
    bench_all_well();
}

static void fetch_one(void)
{
    model.meanwhile = NULL;
    CHECK_NUMBER(21, host_in(&usb_host, 2U, packet));
}

/* It fetches late, but it does: nothing is lost. */
static void a_host_that_fetches_late(void)
{
    size_t replies = 0U;

    bench_configure();
    for (uint32_t i = 0U; i < 26U; i++) {
        CHECK(bench_send("b:f(00)\n"));
        model.meanwhile = (i == 25U) ? fetch_one : NULL;
        bench_run();
    }
    for (const char *text = bench_fetch(); *text != '\0'; text++) {
        replies += (*text == '\n') ? 1U : 0U;
    }
    /* And the one that was fetched to make room. */
    CHECK_NUMBER(25, replies);
    CHECK(model.meanwhile == NULL);
    bench_all_well();
}

static void nobody_is_there(void)
{
    uint64_t before;

    bench_attach();
    before = model.ticks;
    usb_port.uart_write(usb_port.context, (const uint8_t *)"lost\n", 5U);
    CHECK((model.ticks - before) < 48000U);
    CHECK_NUMBER(KIT_UART_EMPTY, usb_port.uart_read(usb_port.context));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK_TEXT("", bench_fetch());
    /* Asleep: the same. */
    usb_bus_suspend();
    usb_port.uart_write(usb_port.context, (const uint8_t *)"lost\n", 5U);
    usb_bus_resume();
    CHECK_TEXT("", bench_fetch());
    bench_all_well();
}

/* What was not fetched when the port was closed is nothing to whoever opens it next. */
static void a_port_that_is_closed(void)
{
    bench_configure();
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    CHECK(bench_send("b:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\n"));
    bench_run();
    CHECK_NUMBER(21, host_in(&usb_host, 2U, packet));
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 0U, 0U, 0U));
    CHECK_TEXT("", bench_fetch());
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("b:f(00)\n"));
    /* Closed by a system that leaves DTR up, and opened again: only what had left the ring comes. */
    CHECK(bench_send("b:f(00)\nb:f(00)\nb:f(00)\n"));
    bench_run();
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    /* RTS alone is no such news; nor does anything wait for DTR. */
    CHECK(bench_send("b:f(00)\n"));
    bench_run();
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 1U, 0U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 0U, 0U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("b:f(00)\n"));
    bench_all_well();
}

/* Whoever opens a port may get the beginning of a line before the device hears of it: it gets the rest as well, and no more. */
static void no_line_is_cut_for_who_opens_a_port(void)
{
    bench_configure();
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    /* 21 bytes are in the controller, then 64: three lines and a letter of the fourth. */
    CHECK(bench_send("b:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\n"));
    bench_run();
    CHECK_NUMBER(21, host_in(&usb_host, 2U, packet));
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\n", bench_fetch());
    CHECK_TEXT("00()\n", converse("e:i()\n"));
    bench_all_well();
}

/* The line that was begun is longer than a packet, is the last one, or has no end. */
static void the_rest_of_a_long_line(void)
{
    uint8_t reply[200];

    for (uint32_t end = 0U; end < 2U; end++) {
        size_t got = 0U;

        bench_configure();
        CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
        (void)memset(reply, 'a', sizeof reply);
        reply[199] = (end == 0U) ? (uint8_t)'\n' : (uint8_t)'a';
        usb_port.uart_write(usb_port.context, reply, sizeof reply);
        usb_port.uart_write(usb_port.context, (const uint8_t *)"dropped or not\n", (end == 0U) ? 15U : 0U);
        CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
        usb_port.uart_write(usb_port.context, (const uint8_t *)"kept\n", 5U);
        for (int more = 0; more >= 0; more = host_in(&usb_host, 2U, packet)) {
            got += (size_t)more;
        }
        CHECK_NUMBER(205, got);
    }
    bench_all_well();
}

static void the_state_of_the_line_is_told_once(void)
{
    bench_configure();
    for (uint32_t i = 0U; i < 2U; i++) {
        CHECK_NUMBER(10, host_in(&usb_host, 1U, packet));
        CHECK_NUMBER(0, memcmp("\xA1\x20\x00\x00\x00\x00\x02\x00\x03\x00", packet, 10U));
        CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 1U, packet));
        CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    }
    /* Not fetched, and configured anew: once all the same. */
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK_NUMBER(10, host_in(&usb_host, 1U, packet));
    CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 1U, packet));
    bench_all_well();
}

static uint32_t asked;

static void ask_for_status(void)
{
    static const uint8_t SETUP[8] = {0x80U, 0U, 0U, 0U, 0U, 0U, 2U, 0U};
    uint8_t status[2];

    CHECK_NUMBER(2, host_control(&usb_host, SETUP, status));
    /* The next line comes in meanwhile. */
    if (asked == 0U) {
        CHECK(bench_send("b:f(00)\n"));
    }
    asked++;
}

/* A command of the chip takes long; endpoint 0 answers meanwhile, and what comes waits. */
static void a_busy_interpreter_still_answers_the_bus(void)
{
    bench_configure();
    CHECK_TEXT("ECC508A TWI 00(C0)\n", converse("b:d(00)\n"));
    model.chip.command_us = 40000U;
    asked = 0U;
    CHECK(bench_send("e:t(07400400008387)\n"));
    model.meanwhile = ask_for_status;
    bench_run();
    model.meanwhile = NULL;
    CHECK(asked >= 40U);
    CHECK_TEXT("00(040F2342)\nSIGNETKIT 00(010000)\n", bench_fetch());
    bench_all_well();
}

/* Lost handshakes on the data endpoints: every byte once. */
static void lost_acknowledgements(void)
{
    bench_configure();
    usb_host.deaf = true;
    for (uint32_t i = 0U; i < 20U; i++) {
        CHECK_TEXT("SIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\nSIGNETKIT 00(010000)\n",
                   converse("b:f(00)\nb:f(00)\nb:f(00)\nb:f(00)\n"));
    }
    bench_all_well();
}

static void a_packet_larger_than_packets_are(void)
{
    uint8_t large[80];

    bench_configure();
    (void)memset(large, 'x', sizeof large);
    CHECK_NUMBER(ANSWER_ACK, host_out(&usb_host, 2U, large, sizeof large));
    for (uint32_t i = 0U; i < 64U; i++) {
        CHECK_NUMBER('x', usb_port.uart_read(usb_port.context));
    }
    CHECK_NUMBER(KIT_UART_EMPTY, usb_port.uart_read(usb_port.context));
    bench_all_well();
}

void usb_data_suite(void)
{
    RUN(a_conversation);
    RUN(time_at_48_mhz);
    RUN(packets_of_every_length);
    RUN(replies_at_the_edges_of_packets);
    RUN(back_pressure);
    RUN(lines_ahead);
    RUN(a_host_that_does_not_fetch);
    RUN(a_host_that_fetches_late);
    RUN(nobody_is_there);
    RUN(a_port_that_is_closed);
    RUN(no_line_is_cut_for_who_opens_a_port);
    RUN(the_rest_of_a_long_line);
    RUN(the_state_of_the_line_is_told_once);
    RUN(a_busy_interpreter_still_answers_the_bus);
    RUN(lost_acknowledgements);
    RUN(a_packet_larger_than_packets_are);
}
