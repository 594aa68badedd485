#include "usb_bench.h"

#include <string.h>

#include "check.h"

struct samd21 usb_board;
struct samd21_usb usb_line;
struct usb_host usb_host;
struct kit_port usb_port;
struct kit_host usb_kit;
uint8_t usb_answer[512];

static void on_interrupt(void)
{
    samd21_usb_on_interrupt(&usb_line);
}

void bench_attach(void)
{
    model_power_on(&usb_board);
    usb_model_power_on(&usb_line, sizeof usb_line, on_interrupt);
    (void)memset(&usb_line, 0xA5, sizeof usb_line);
    (void)memset(&usb_host, 0, sizeof usb_host);
    samd21_usb_line_start(&usb_board, &MODEL_BLOCKS, &usb_line);
    samd21_usb_line_fill_port(&usb_board, &usb_port);
    kit_host_init(&usb_kit, &usb_port);
    host_reset(&usb_host);
}

void bench_configure(void)
{
    bench_attach();
    CHECK_NUMBER(0, bench_control(0x00U, 5U, 5U, 0U, 0U));
    CHECK_NUMBER(0, bench_control(0x00U, 9U, 1U, 0U, 0U));
}

int bench_control(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t length)
{
    const uint8_t setup[8] = {type,
                              request,
                              (uint8_t)(value & 0xFFU),
                              (uint8_t)(value >> 8U),
                              (uint8_t)(index & 0xFFU),
                              (uint8_t)(index >> 8U),
                              (uint8_t)(length & 0xFFU),
                              (uint8_t)(length >> 8U)};

    (void)memset(usb_answer, 0, sizeof usb_answer);
    return host_control(&usb_host, setup, usb_answer);
}

int bench_set_coding(const uint8_t *coding, uint16_t length)
{
    const uint8_t setup[8] = {0x21U, 0x20U, 0U, 0U, 0U, 0U, (uint8_t)length, 0U};
    uint8_t copy[64];

    (void)memcpy(copy, coding, length);
    return host_control(&usb_host, setup, copy);
}

bool bench_send(const char *text)
{
    const size_t length = strlen(text);

    for (size_t done = 0U; done < length; done += 64U) {
        const size_t part = ((length - done) > 64U) ? 64U : (length - done);

        if (host_out(&usb_host, 2U, (const uint8_t *)&text[done], part) != ANSWER_ACK) {
            return false;
        }
    }
    return true;
}

const char *bench_fetch(void)
{
    static char text[8192];
    size_t length = 0U;

    for (;;) {
        uint8_t packet[64];
        const int got = host_in(&usb_host, 2U, packet);

        if ((got < 0) || ((length + (size_t)got) >= sizeof text)) {
            text[length] = '\0';
            return text;
        }
        (void)memcpy(&text[length], packet, (size_t)got);
        length += (size_t)got;
    }
}

void bench_run(void)
{
    while (kit_host_step(&usb_kit)) {
    }
}

void bench_all_well(void)
{
    CHECK_TEXT("none", (model.violation == NULL) ? "none" : model.violation);
    CHECK_TEXT("none", (usb_model.violation == NULL) ? "none" : usb_model.violation);
}
