/*
 * Fuzz target: whatever a host does on the bus, the USB device on the model of its controller does nothing that the data sheet
 * forbids, what the host sends arrives once and in order, and so does what the kit answers. The input is a script of the host's
 * actions (see enum below), each with the bytes it needs; after it the device must still enumerate.
 */
#include <stdlib.h>
#include <string.h>

#include "modelled_registers.h"
#include "samd21_usb.h"
#include "usb_host.h"

enum { NVIC = 0x8000, USB = 0x9000, CALIBRATION = 0xB000, UNIQUE = 0xC000 };

enum action { SETUP, CONTROL, OUT, IN, READ, WRITE, RESET, SUSPEND, RESUME, DEAF, LATE, ENUMERATE, ACTIONS };

static struct samd21_usb usb;
static struct usb_host host;
/* Both ways the bytes are numbered, from the last enumeration on. */
static uint8_t next_sent;
static uint8_t next_read;
static uint8_t next_written;
static uint8_t next_fetched;
/* A request of the script's may have thrown something away, or begun an endpoint anew, and the host was not told. */
static bool unsure;

static const struct samd21_blocks BLOCKS = {.nvic = NVIC, .usb = USB, .calibration = CALIBRATION, .unique = UNIQUE};

static void judge(int good)
{
    if (!good) {
        abort();
    }
}

uint32_t modelled_read(uintptr_t address, uint32_t width)
{
    return ((address & ~(uintptr_t)0xFFFU) == USB) ? usb_model_read((uint32_t)(address & 0xFFFU), width) : 0xFFFFFFFFU;
}

void modelled_write(uintptr_t address, uint32_t width, uint32_t value)
{
    if ((address & ~(uintptr_t)0xFFFU) == USB) {
        usb_model_write((uint32_t)(address & 0xFFFU), width, value);
    } else if ((address & 0xFFFU) == NVIC_ISPR) {
        usb_model_pend_interrupt();
    } else {
        usb_model_enable_interrupt();
    }
}

static void on_interrupt(void)
{
    samd21_usb_on_interrupt(&usb);
}

static int control(uint8_t type, uint8_t request, uint8_t value, uint8_t length)
{
    const uint8_t setup[8] = {type, request, value, 0U, 0U, 0U, length, 0U};
    uint8_t data[256];

    return host_control(&host, setup, data);
}

/* What the device got is in order: the host numbers its bytes. */
static void read_some(uint32_t count)
{
    for (uint32_t i = 0U; i < count; i++) {
        const int16_t byte = samd21_usb_read(&usb);

        if (byte < 0) {
            return;
        }
        judge(unsure || ((uint8_t)byte == next_read));
        next_read++;
    }
}

/* Whatever came before, the device is there for the next host. */
static void enumerate(void)
{
    usb_model.masked = false;
    usb_model_service();
    read_some(UINT32_MAX);
    host_reset(&host);
    judge(control(0x80U, 6U, 0U, 0U) == HOST_STALL);
    judge(control(0x00U, 5U, 5U, 0U) == 0);
    judge(control(0x00U, 9U, 1U, 0U) == 0);
    next_sent = next_read;
    next_fetched = next_written;
    unsure = false;
}

static void send_some(size_t length)
{
    uint8_t bytes[64];

    for (size_t i = 0U; i < length; i++) {
        bytes[i] = (uint8_t)(next_sent + i);
    }
    if (host_out(&host, USB_DATA_ENDPOINT, bytes, length) == ANSWER_ACK) {
        next_sent = (uint8_t)(next_sent + length);
    }
}

static void write_some(size_t length)
{
    uint8_t bytes[64];

    for (size_t i = 0U; i < length; i++) {
        bytes[i] = (uint8_t)(next_written + i);
    }
    if (samd21_usb_write(&usb, bytes, length)) {
        next_written = (uint8_t)(next_written + length);
    }
}

static void fetch(uint32_t endpoint)
{
    uint8_t bytes[64];
    const int got = host_in(&host, endpoint, bytes);

    for (int i = 0; (endpoint == USB_DATA_ENDPOINT) && (i < got); i++) {
        judge(unsure || (bytes[i] == next_fetched));
        next_fetched++;
    }
}

static uint8_t take(const uint8_t **data, size_t *size)
{
    uint8_t byte = 0U;

    if (*size > 0U) {
        byte = **data;
        (*data)++;
        (*size)--;
    }
    return byte;
}

/* A set-up as it comes, or the whole transfer. */
static void any_request(const uint8_t **data, size_t *size, bool whole)
{
    static uint8_t bytes[65536];
    uint8_t setup[8];

    for (size_t i = 0U; i < sizeof setup; i++) {
        setup[i] = take(data, size);
    }
    unsure = true;
    if (whole) {
        (void)host_control(&host, setup, bytes);
    } else {
        (void)usb_bus_setup(host.address, 0U, setup, sizeof setup);
    }
}

static void do_one(enum action action, const uint8_t **data, size_t *size)
{
    switch (action) {
    case SETUP:
    case CONTROL:
        any_request(data, size, action == CONTROL);
        break;
    case OUT:
        send_some(take(data, size) % 65U);
        break;
    case IN:
        fetch(take(data, size) % 4U);
        break;
    case READ:
        read_some(take(data, size));
        break;
    case WRITE:
        write_some(take(data, size) % 65U);
        break;
    case SUSPEND:
        usb_bus_suspend();
        break;
    case RESUME:
        usb_bus_resume();
        break;
    case DEAF:
        host.deaf = !host.deaf;
        break;
    case LATE:
        usb_model.masked = !usb_model.masked;
        usb_model_service();
        break;
    case RESET:
        unsure = true;
        host_reset(&host);
        break;
    case ENUMERATE:
    case ACTIONS:
    default:
        enumerate();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)memset(&usb, 0xA5, sizeof usb);
    (void)memset(&host, 0, sizeof host);
    next_sent = 0U;
    next_read = 0U;
    next_written = 0U;
    next_fetched = 0U;
    unsure = false;
    usb_model_power_on(&usb, sizeof usb, on_interrupt);
    usb_model.clocked = true;
    usb_model.pads = true;
    samd21_usb_start(&usb, &BLOCKS);
    enumerate();
    while (size > 0U) {
        do_one((enum action)(take(&data, &size) % (uint8_t)ACTIONS), &data, &size);
        judge(usb_model.violation == NULL);
    }
    enumerate();
    judge(usb_model.violation == NULL);
    return 0;
}
