/* Enumeration and every request on endpoint 0: the portable device, the driver of the SAM D21, and a model of its controller. */
#include <string.h>

#include "check.h"
#include "clock_model.h"
#include "suites.h"
#include "usb_bench.h"

#define STALLED (HOST_STALL)

static const uint8_t DEVICE[18] = {18U,   1U,    0x00U, 0x02U, 2U,    0U,    0U, 64U, 0xEBU,
                                   0x03U, 0x04U, 0x24U, 0x00U, 0x01U, 1U,    2U, 3U,  1U};

static void started(void)
{
    bench_attach();
    CHECK(usb_model.attached);
    CHECK_NUMBER(48000000, model.cpu_hz);
    /* Trim 5, transn 9, transp 22. */
    CHECK_NUMBER((5 << 12) | (9 << 6) | 22, usb_model.pad_calibration);
    bench_all_well();
}

static void pads_that_the_factory_did_not_calibrate(void)
{
    model_power_on(&usb_board);
    usb_model_power_on(&usb_line, sizeof usb_line, NULL);
    factory.calibration[1] |= 0x03FFE000U;
    samd21_usb_line_start(&usb_board, &MODEL_BLOCKS, &usb_line);
    CHECK_NUMBER((3 << 12) | (5 << 6) | 29, usb_model.pad_calibration);
    bench_all_well();
}

/* As a host does it: the first packet alone, reset, address, everything, configuration. */
static void enumeration(void)
{
    bench_attach();
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 64U));
    CHECK_NUMBER(0, memcmp(DEVICE, usb_answer, sizeof DEVICE));
    host_reset(&usb_host);
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 42U, 0U, 0U));
    CHECK_NUMBER(42, usb_host.address);
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
    /* One speed only. */
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0600U, 0U, 10U));
    CHECK_NUMBER(9, bench_control(0x80U, 6U, 0x0200U, 0U, 9U));
    CHECK_NUMBER(67, usb_answer[2]);
    CHECK_NUMBER(67, bench_control(0x80U, 6U, 0x0200U, 0U, 255U));
    CHECK_NUMBER(2, usb_answer[4]);
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK(usb_device_is_configured(&usb_line.device));
    bench_all_well();
}

static void the_address_counts_when_the_host_has_been_told(void)
{
    static const uint8_t SETUP[8] = {0x00U, 5U, 7U, 0U, 0U, 0U, 0U, 0U};
    uint8_t packet[64];
    uint32_t toggle = 0U;
    size_t length = 0U;

    bench_attach();
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(0U, 0U, SETUP, sizeof SETUP));
    CHECK_NUMBER(ANSWER_SILENCE, usb_bus_in(7U, 0U, true, &toggle, packet, &length));
    /* The acknowledgement of "done" is lost: it is still the old address. */
    CHECK_NUMBER(ANSWER_ACK, usb_bus_in(0U, 0U, false, &toggle, packet, &length));
    CHECK_NUMBER(0, length);
    CHECK_NUMBER(1, toggle);
    CHECK_NUMBER(ANSWER_ACK, usb_bus_in(0U, 0U, true, &toggle, packet, &length));
    CHECK_NUMBER(ANSWER_SILENCE, usb_bus_in(0U, 0U, true, &toggle, packet, &length));
    CHECK_NUMBER(ANSWER_NAK, usb_bus_in(7U, 0U, true, &toggle, packet, &length));
    /* Another host asks anew before it has fetched the confirmation: the address was not given. */
    bench_attach();
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(0U, 0U, SETUP, sizeof SETUP));
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 0U, 0U, 0U));
    CHECK_NUMBER(ANSWER_SILENCE, usb_bus_in(7U, 0U, true, &toggle, packet, &length));
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
    bench_all_well();
}

static void descriptors_of_every_length(void)
{
    uint8_t whole[67];

    bench_configure();
    CHECK_NUMBER(67, bench_control(0x80U, 6U, 0x0200U, 0U, 67U));
    (void)memcpy(whole, usb_answer, sizeof whole);
    for (uint16_t length = 0U; length <= 200U; length++) {
        const int expected = (length > 67U) ? 67 : (int)length;

        CHECK_NUMBER(expected, bench_control(0x80U, 6U, 0x0200U, 0U, length));
        CHECK_NUMBER(0, memcmp(whole, usb_answer, (size_t)expected));
        CHECK_NUMBER((length > 18U) ? 18 : (int)length, bench_control(0x80U, 6U, 0x0100U, 0U, length));
    }
    bench_all_well();
}

/* The descriptors as a host takes them apart: lengths, counts and addresses agree. */
static void the_configuration_makes_sense(void)
{
    uint32_t interfaces = 0U;
    uint32_t endpoints = 0U;
    size_t at = 0U;

    bench_configure();
    CHECK_NUMBER(67, bench_control(0x80U, 6U, 0x0200U, 0U, 67U));
    while (at < 67U) {
        const uint8_t *one = &usb_answer[at];

        CHECK(one[0] >= 4U);
        if (one[1] == 4U) {
            CHECK_NUMBER(interfaces, one[2]);
            interfaces++;
        }
        if (one[1] == 5U) {
            static const uint8_t ADDRESSES[] = {0x81U, 0x02U, 0x82U};

            CHECK(endpoints < 3U);
            CHECK_NUMBER(ADDRESSES[endpoints % 3U], one[2]);
            endpoints++;
        }
        at += one[0];
    }
    CHECK_NUMBER(67, at);
    CHECK_NUMBER(usb_answer[4], interfaces);
    CHECK_NUMBER(3, endpoints);
}

static const char *string(uint8_t index)
{
    static char text[64];
    const int length = bench_control(0x80U, 6U, (uint16_t)(0x0300U | index), 0x0409U, 255U);
    size_t made = 0U;

    CHECK(length >= 4);
    CHECK_NUMBER(length, usb_answer[0]);
    CHECK_NUMBER(3, usb_answer[1]);
    for (int i = 2; i < length; i += 2) {
        text[made] = (char)usb_answer[i];
        CHECK_NUMBER(0, usb_answer[i + 1]);
        made++;
    }
    text[made] = '\0';
    return text;
}

static void strings(void)
{
    bench_configure();
    CHECK_NUMBER(4, bench_control(0x80U, 6U, 0x0300U, 0U, 255U));
    CHECK_NUMBER(0x09, usb_answer[2]);
    CHECK_NUMBER(0x04, usb_answer[3]);
    CHECK_TEXT("Signet", string(1U));
    CHECK_TEXT("Signet kit host for SAM D21 USB", string(2U));
    /* The chip's unique number: 66 bytes of descriptor, in two packets. */
    CHECK_TEXT("0123456789ABCDEFFEDCBA9876543210", string(3U));
    CHECK_NUMBER(64, bench_control(0x80U, 6U, 0x0303U, 0x0409U, 64U));
    CHECK_NUMBER(65, bench_control(0x80U, 6U, 0x0303U, 0x0409U, 65U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0304U, 0x0409U, 255U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0301U, 0x0407U, 255U));
    bench_all_well();
}

/*
 * The product's name is a descriptor of 64 bytes: where the host asked for more, an empty packet says that this was all; where
 * it asked for just that, or less, there is none.
 */
static void an_empty_packet_behind_a_full_one(void)
{
    static const uint8_t SETUP[8] = {0x80U, 6U, 0x02U, 0x03U, 0x09U, 0x04U, 255U, 0U};
    uint8_t packet[64];

    bench_configure();
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(64, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(64, packet[0]);
    CHECK_NUMBER(0, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 0U, packet));
    for (uint16_t length = 63U; length <= 66U; length++) {
        CHECK_NUMBER((length < 64U) ? 63 : 64, bench_control(0x80U, 6U, 0x0302U, 0x0409U, length));
        CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 0U, packet));
    }
    bench_all_well();
}

static void configurations(void)
{
    bench_attach();
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 5U, 0U, 0U));
    CHECK_NUMBER(1, bench_control(0x80U, 8U, 0U, 0U, 1U));
    CHECK_NUMBER(0, usb_answer[0]);
    CHECK_NUMBER(HOST_SILENCE, host_in(&usb_host, 2U, usb_answer));
    CHECK_NUMBER(STALLED, bench_control(0x00U, 9U, 2U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x00U, 9U, 1U, 1U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK_NUMBER(1, bench_control(0x80U, 8U, 0U, 0U, 1U));
    CHECK_NUMBER(1, usb_answer[0]);
    CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 2U, usb_answer));
    /* Configured devices keep their address. */
    CHECK_NUMBER(STALLED, bench_control(0x00U, 5U, 6U, 0U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 0U, 0U, 0U));
    CHECK_NUMBER(HOST_SILENCE, host_in(&usb_host, 2U, usb_answer));
    CHECK_NUMBER(1, bench_control(0x80U, 8U, 0U, 0U, 1U));
    CHECK_NUMBER(0, usb_answer[0]);
    CHECK_NUMBER(STALLED, bench_control(0x00U, 5U, 128U, 0U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 127U, 0U, 0U));
    bench_all_well();
}

static void status(void)
{
    bench_configure();
    CHECK_NUMBER(2, bench_control(0x80U, 0U, 0U, 0U, 2U));
    CHECK_NUMBER(0, usb_answer[0] | usb_answer[1]);
    CHECK_NUMBER(2, bench_control(0x81U, 0U, 0U, 1U, 2U));
    CHECK_NUMBER(0, usb_answer[0] | usb_answer[1]);
    CHECK_NUMBER(1, bench_control(0x81U, 10U, 0U, 0U, 1U));
    CHECK_NUMBER(0, usb_answer[0]);
    CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, 0x81U, 2U));
    CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, 0x00U, 2U));
    CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, 0x80U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x82U, 0U, 0U, 0x83U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x82U, 0U, 1U, 0x82U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x82U, 12U, 0U, 0x82U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 0U, 1U, 0U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 0U, 0U, 1U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x81U, 0U, 0U, 2U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x81U, 10U, 1U, 0U, 1U));
    CHECK_NUMBER(STALLED, bench_control(0x81U, 6U, 0U, 0U, 1U));
    bench_all_well();
}

/* Before it is configured a device has endpoint 0 and nothing else. */
static void interfaces_and_endpoints_come_with_the_configuration(void)
{
    bench_attach();
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 5U, 0U, 0U));
    CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, 0x00U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x82U, 0U, 0U, 0x82U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 3U, 0U, 0x82U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x81U, 10U, 0U, 0U, 1U));
    CHECK_NUMBER(STALLED, bench_control(0x01U, 11U, 0U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0xA1U, 0x21U, 0U, 0U, 7U));
    CHECK_NUMBER(STALLED, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    bench_all_well();
}

static void choosing_the_one_setting_of_an_interface(void)
{
    bench_configure();
    CHECK(bench_send("b:f(00)"));
    CHECK_NUMBER(0, bench_control(0x01U, 11U, 0U, 1U, 0U));
    CHECK(bench_send("\n"));
    bench_run();
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    CHECK_NUMBER(STALLED, bench_control(0x01U, 11U, 1U, 1U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x01U, 11U, 0U, 2U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x01U, 3U, 0U, 0U, 0U));
    bench_all_well();
}

static void halted_endpoints(void)
{
    static const uint8_t ENDPOINTS[] = {0x81U, 0x02U, 0x82U};

    bench_configure();
    /* One packet each way, so that toggles are not what they begin with. */
    CHECK(bench_send("b:f(00)\n"));
    bench_run();
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    CHECK_NUMBER(10, host_in(&usb_host, 1U, usb_answer));
    for (size_t i = 0U; i < sizeof ENDPOINTS; i++) {
        const uint8_t endpoint = ENDPOINTS[i];

        CHECK_NUMBER(0, bench_control(0x02U, 3U, 0U, endpoint, 0U));
        CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, endpoint, 2U));
        CHECK_NUMBER(1, usb_answer[0]);
        if (endpoint >= 0x80U) {
            CHECK_NUMBER(HOST_STALL, host_in(&usb_host, endpoint & 0x0FU, usb_answer));
        } else {
            CHECK_NUMBER(ANSWER_STALL, host_out(&usb_host, endpoint, usb_answer, 1U));
        }
        /* The others are not. */
        CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, ENDPOINTS[(i + 1U) % 3U], 2U));
        CHECK_NUMBER(0, usb_answer[0]);
        CHECK_NUMBER(0, bench_control(0x02U, 1U, 0U, endpoint, 0U));
        CHECK_NUMBER(2, bench_control(0x82U, 0U, 0U, endpoint, 2U));
        CHECK_NUMBER(0, usb_answer[0]);
    }
    CHECK(bench_send("b:f(00)\n"));
    bench_run();
    /* What waits when an endpoint is halted is there afterwards, with toggles begun anew on both sides. */
    CHECK_NUMBER(0, bench_control(0x02U, 3U, 0U, 0x82U, 0U));
    CHECK_NUMBER(0, bench_control(0x02U, 1U, 0U, 0x82U, 0U));
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    /* Endpoint 0 cannot be halted, so it may be cleared; other features and endpoints are not there. */
    CHECK_NUMBER(0, bench_control(0x02U, 1U, 0U, 0x00U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 3U, 0U, 0x00U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 1U, 0U, 0x03U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 3U, 1U, 0x82U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 3U, 0U, 0x82U, 1U));
    CHECK_NUMBER(STALLED, bench_control(0x02U, 0U, 0U, 0x82U, 0U));
    /* A new configuration ends a halt. */
    CHECK_NUMBER(0, bench_control(0x02U, 3U, 0U, 0x02U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK(bench_send("b:f(00)\n"));
    bench_all_well();
}

static void line_coding_and_control_lines(void)
{
    static const uint8_t CODING[7] = {0x80U, 0x25U, 0x00U, 0x00U, 2U, 1U, 7U};

    bench_configure();
    CHECK_NUMBER(7, bench_control(0xA1U, 0x21U, 0U, 0U, 7U));
    CHECK_NUMBER(0, memcmp("\x00\xC2\x01\x00\x00\x00\x08", usb_answer, 7U));
    CHECK_NUMBER(7, bench_set_coding(CODING, 7U));
    CHECK_NUMBER(7, bench_control(0xA1U, 0x21U, 0U, 0U, 64U));
    CHECK_NUMBER(0, memcmp(CODING, usb_answer, 7U));
    CHECK_NUMBER(3, bench_control(0xA1U, 0x21U, 0U, 0U, 3U));
    CHECK_NUMBER(0, bench_control(0x21U, 0x22U, 3U, 0U, 0U));
    CHECK_NUMBER(3, usb_line.device.serial.control_lines);
    CHECK_NUMBER(0, bench_control(0x21U, 0x23U, 500U, 0U, 0U));
    /* Of any other length, of another interface, or something else. */
    CHECK_NUMBER(STALLED, bench_set_coding(CODING, 6U));
    CHECK_NUMBER(STALLED, bench_set_coding((const uint8_t *)"12345678", 8U));
    CHECK_NUMBER(STALLED, bench_control(0x21U, 0x20U, 1U, 0U, 7U));
    CHECK_NUMBER(STALLED, bench_control(0x21U, 0x22U, 3U, 1U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x21U, 0x22U, 3U, 0U, 1U));
    CHECK_NUMBER(STALLED, bench_control(0x21U, 0x00U, 0U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0xA1U, 0x21U, 1U, 0U, 7U));
    CHECK_NUMBER(STALLED, bench_control(0xA1U, 0x01U, 0U, 0U, 7U));
    CHECK_NUMBER(7, bench_control(0xA1U, 0x21U, 0U, 0U, 7U));
    CHECK_NUMBER(0, memcmp(CODING, usb_answer, 7U));
    bench_all_well();
}

/* A data stage that is not what the set-up announced. */
static void a_line_coding_cut_short(void)
{
    static const uint8_t SETUP[8] = {0x21U, 0x20U, 0U, 0U, 0U, 0U, 7U, 0U};
    uint8_t packet[64] = {1U, 2U, 3U};

    bench_configure();
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_out(5U, 0U, 1U, packet, 3U));
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(HOST_STALL, host_in(&usb_host, 0U, packet));
    /* The host begins to fetch where it should send. */
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(HOST_BUSY, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(2, bench_control(0x80U, 0U, 0U, 0U, 2U));
    bench_all_well();
}

static void requests_that_are_none(void)
{
    bench_configure();
    CHECK_NUMBER(STALLED, bench_control(0x00U, 3U, 1U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x00U, 1U, 1U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0x00U, 7U, 0x0100U, 0U, 18U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0900U, 0U, 18U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0101U, 0U, 18U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 6U, 0x0201U, 0x0409U, 18U));
    CHECK_NUMBER(STALLED, bench_control(0x80U, 12U, 0U, 0U, 2U));
    CHECK_NUMBER(STALLED, bench_control(0x40U, 1U, 0U, 0U, 0U));
    CHECK_NUMBER(STALLED, bench_control(0xC0U, 1U, 0U, 0U, 4U));
    CHECK_NUMBER(STALLED, bench_control(0x82U, 6U, 0U, 0U, 4U));
    /* After every refusal the next request is heard. */
    CHECK_NUMBER(2, bench_control(0x80U, 0U, 0U, 0U, 2U));
    bench_all_well();
}

static void set_ups_of_the_wrong_length(void)
{
    static const uint8_t BYTES[12] = {0x80U, 6U, 0x00U, 0x01U, 0U, 0U, 18U, 0U, 0U, 0U, 0U, 0U};

    bench_configure();
    for (size_t length = 0U; length <= sizeof BYTES; length++) {
        uint8_t packet[64];

        CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, BYTES, length));
        usb_host.in_toggle[0] = 1U;
        CHECK_NUMBER((length == 8U) ? 18 : HOST_STALL, host_in(&usb_host, 0U, packet));
    }
    bench_all_well();
}

/* The host gives a transfer up at any point and begins another. */
static void transfers_given_up(void)
{
    static const uint8_t SETUP[8] = {0x80U, 6U, 0x00U, 0x02U, 0U, 0U, 67U, 0U};
    uint8_t packet[64];

    bench_configure();
    /* Before the data, after a part of it, before the end. */
    for (uint32_t packets = 0U; packets <= 2U; packets++) {
        CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
        usb_host.in_toggle[0] = 1U;
        for (uint32_t i = 0U; i < packets; i++) {
            CHECK((int)host_in(&usb_host, 0U, packet) > 0);
        }
        CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
        CHECK_NUMBER(0, memcmp(DEVICE, usb_answer, sizeof DEVICE));
    }
    /* The host has enough after one packet, and says so. */
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(64, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_out(5U, 0U, 1U, packet, 0U));
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
    /* It sends where it should fetch. */
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_out(5U, 0U, 1U, packet, 5U));
    CHECK_NUMBER(ANSWER_STALL, usb_bus_out(5U, 0U, 0U, packet, 5U));
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 18U));
    bench_all_well();
}

/* The processor is late: a set-up has come behind a packet that it has not seen yet. */
static void a_set_up_overtakes(void)
{
    static const uint8_t FETCH[8] = {0x80U, 6U, 0x00U, 0x02U, 0U, 0U, 67U, 0U};
    static const uint8_t SEND[8] = {0x21U, 0x20U, 0U, 0U, 0U, 0U, 7U, 0U};
    static const uint8_t UNCONFIGURE[8] = {0x00U, 9U, 0U, 0U, 0U, 0U, 0U, 0U};
    uint8_t packet[64] = {0U};

    bench_configure();
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, FETCH, sizeof FETCH));
    usb_host.in_toggle[0] = 1U;
    usb_model.masked = true;
    CHECK_NUMBER(64, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, FETCH, sizeof FETCH));
    /* And a second one is not heard while the first is not taken. */
    CHECK_NUMBER(ANSWER_SILENCE, usb_bus_setup(5U, 0U, SEND, sizeof SEND));
    usb_model.masked = false;
    usb_model_service();
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(64, host_in(&usb_host, 0U, packet));
    CHECK_NUMBER(9, packet[0]);
    CHECK_NUMBER(3, host_in(&usb_host, 0U, packet));

    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SEND, sizeof SEND));
    usb_model.masked = true;
    CHECK_NUMBER(ANSWER_ACK, usb_bus_out(5U, 0U, 1U, packet, 7U));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, FETCH, sizeof FETCH));
    usb_model.masked = false;
    usb_model_service();
    usb_host.in_toggle[0] = 1U;
    CHECK_NUMBER(64, host_in(&usb_host, 0U, packet));

    /* The configuration ends together with a packet on an endpoint that is gone then. */
    usb_model.masked = true;
    CHECK(bench_send("b:f(00)\n"));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, UNCONFIGURE, sizeof UNCONFIGURE));
    usb_model.masked = false;
    usb_model_service();
    CHECK_NUMBER(HOST_SILENCE, host_in(&usb_host, 2U, packet));
    bench_all_well();
}

/* Every second acknowledgement is lost on the way. */
static void lost_acknowledgements(void)
{
    bench_attach();
    usb_host.deaf = true;
    host_reset(&usb_host);
    CHECK_NUMBER(18, bench_control(0x80U, 6U, 0x0100U, 0U, 64U));
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 9U, 0U, 0U));
    for (uint32_t i = 0U; i < 5U; i++) {
        CHECK_NUMBER(67, bench_control(0x80U, 6U, 0x0200U, 0U, 67U));
        CHECK_NUMBER(66, bench_control(0x80U, 6U, 0x0303U, 0x0409U, 255U));
        CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
        CHECK_NUMBER(7, bench_set_coding((const uint8_t *)"\x80\x25\x00\x00\x00\x00\x08", 7U));
    }
    bench_all_well();
}

static void resets_at_any_moment(void)
{
    static const uint8_t SETUP[8] = {0x80U, 6U, 0x00U, 0x02U, 0U, 0U, 67U, 0U};
    uint8_t packet[64];

    bench_configure();
    CHECK_NUMBER(0, bench_control(0x02U, 3U, 0U, 0x02U, 0U));
    CHECK_NUMBER(ANSWER_ACK, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    host_reset(&usb_host);
    CHECK(!usb_device_is_configured(&usb_line.device));
    CHECK(!usb_device_has_host(&usb_line.device));
    CHECK_NUMBER(ANSWER_SILENCE, usb_bus_setup(5U, 0U, SETUP, sizeof SETUP));
    CHECK_NUMBER(HOST_SILENCE, host_in(&usb_host, 2U, packet));
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 5U, 0U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
    CHECK(bench_send("b:f(00)\n"));
    bench_run();
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    bench_all_well();
}

static void suspend_and_resume(void)
{
    bench_configure();
    CHECK(usb_device_has_host(&usb_line.device));
    CHECK(bench_send("b:f(00)\n"));
    usb_bus_suspend();
    CHECK(!usb_device_has_host(&usb_line.device));
    usb_bus_resume();
    CHECK(usb_device_has_host(&usb_line.device));
    /* Both before the processor looked: awake. */
    usb_model.masked = true;
    usb_bus_suspend();
    usb_bus_resume();
    usb_model.masked = false;
    usb_model_service();
    CHECK(usb_device_has_host(&usb_line.device));
    bench_run();
    CHECK_TEXT("SIGNETKIT 00(010000)\n", bench_fetch());
    /* A suspended bus that is reset is awake. */
    usb_bus_suspend();
    host_reset(&usb_host);
    CHECK(!usb_line.device.suspended);
    bench_all_well();
}

void usb_control_suite(void)
{
    RUN(started);
    RUN(pads_that_the_factory_did_not_calibrate);
    RUN(enumeration);
    RUN(the_address_counts_when_the_host_has_been_told);
    RUN(descriptors_of_every_length);
    RUN(the_configuration_makes_sense);
    RUN(strings);
    RUN(an_empty_packet_behind_a_full_one);
    RUN(configurations);
    RUN(status);
    RUN(interfaces_and_endpoints_come_with_the_configuration);
    RUN(choosing_the_one_setting_of_an_interface);
    RUN(halted_endpoints);
    RUN(line_coding_and_control_lines);
    RUN(a_line_coding_cut_short);
    RUN(requests_that_are_none);
    RUN(set_ups_of_the_wrong_length);
    RUN(transfers_given_up);
    RUN(a_set_up_overtakes);
    RUN(lost_acknowledgements);
    RUN(resets_at_any_moment);
    RUN(suspend_and_resume);
}
