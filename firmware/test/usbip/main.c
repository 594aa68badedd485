/*
 * The SAM D21's USB firmware as a device that Linux's own USB stack enumerates. The firmware (driver, device, serial line, Kit
 * Protocol interpreter) is the board's, the controller under it is the register model, and this program is its bus: it takes
 * the URBs that the kernel's virtual host controller (vhci-hcd, the client's side of USB/IP) wants done, and does them packet by
 * packet, toggles and NAKs included. The chips are behind a socket, as the Linux port's are.
 *
 *   kit-host-usbip --bus unix:PATH|tcp:HOST:PORT [--time bus|machine] [--port N] [--unique NUMBER]
 *
 * --port N         the virtual controller's port (default 0): the connector that the device is plugged in at
 * --unique NUMBER  makes the serial number another one
 * Prints one line "attached N". Ends, and is unplugged by that, at SIGTERM, when the bus is closed, and when the kernel lets go.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit_host.h"
#include "modelled_registers.h"
#include "samd21_usb.h"
#include "socket_bus.h"
#include "usb_host.h"

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"
/* USB_SPEED_FULL of the kernel. */
#define SPEED_FULL 2
#define DEVICE_ID 0x00010002U
#define ADDRESS 5U

/* USB/IP (the kernel's Documentation/usb/usbip_protocol.rst): 48 bytes, big-endian, then data. */
#define HEAD 48U
enum usbip_command { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
#define FLAG_ZERO_PACKET 0x40U

#define URBS 64U
#define URB_SIZE 16384U
#define WRITE_PATIENCE_MS 2000

enum { BLOCK_NVIC = 0x8000, BLOCK_USB = 0x9000, BLOCK_CALIBRATION = 0xB000, BLOCK_UNIQUE = 0xC000 };

struct urb {
    bool waits;
    uint32_t sequence;
    uint32_t endpoint;
    bool to_host;
    bool zero_packet;
    size_t length;
    size_t done;
    uint8_t setup[8];
    uint8_t data[URB_SIZE];
};

static struct {
    int kernel;
    struct socket_bus bus;
    struct samd21_usb usb;
    struct usb_host host;
    uint32_t unique;
    /* In the order in which they came. */
    struct urb urbs[URBS];
    size_t urb_count;
} world;

static const struct samd21_blocks BLOCKS = {
    .nvic = BLOCK_NVIC, .usb = BLOCK_USB, .calibration = BLOCK_CALIBRATION, .unique = BLOCK_UNIQUE};

static void die(const char *what)
{
    (void)fprintf(stderr, "kit-host-usbip: %s\n", what);
    exit(EXIT_FAILURE);
}

/* --- The chip around the controller -------------------------------------------------------------------------------------- */

uint32_t modelled_read(uintptr_t address, uint32_t width)
{
    const uintptr_t offset = address & 0xFFFU;

    switch (address & ~(uintptr_t)0xFFFU) {
    case BLOCK_USB:
        return usb_model_read((uint32_t)offset, width);
    case BLOCK_CALIBRATION:
        return 0xFFFFFFFFU;
    case BLOCK_UNIQUE:
        return world.unique + (uint32_t)offset;
    default:
        die("an unknown block was read");
        return 0U;
    }
}

void modelled_write(uintptr_t address, uint32_t width, uint32_t value)
{
    const uintptr_t offset = address & 0xFFFU;

    if ((address & ~(uintptr_t)0xFFFU) == BLOCK_USB) {
        usb_model_write((uint32_t)offset, width, value);
    } else if (offset == NVIC_ISPR) {
        usb_model_pend_interrupt();
    } else {
        usb_model_enable_interrupt();
    }
}

static void on_interrupt(void)
{
    samd21_usb_on_interrupt(&world.usb);
}

/* --- USB/IP -------------------------------------------------------------------------------------------------------------- */

static uint32_t word(const uint8_t *bytes)
{
    return ((uint32_t)bytes[0] << 24U) | ((uint32_t)bytes[1] << 16U) | ((uint32_t)bytes[2] << 8U) | (uint32_t)bytes[3];
}

static void set_word(uint8_t *bytes, uint32_t value)
{
    for (uint32_t i = 0U; i < 4U; i++) {
        bytes[i] = (uint8_t)(value >> (24U - (8U * i)));
    }
}

static void send_all(const uint8_t *bytes, size_t length)
{
    for (size_t done = 0U; done < length;) {
        const ssize_t sent = send(world.kernel, &bytes[done], length - done, MSG_NOSIGNAL);

        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            exit(EXIT_SUCCESS);
        }
    }
}

static void receive_all(uint8_t *bytes, size_t length)
{
    for (size_t done = 0U; done < length;) {
        const ssize_t got = recv(world.kernel, &bytes[done], length - done, 0);

        if (got > 0) {
            done += (size_t)got;
        } else if ((got == 0) || (errno != EINTR)) {
            /* The kernel has detached the device. */
            exit(EXIT_SUCCESS);
        }
    }
}

static void answer(enum usbip_command command, uint32_t sequence, int status, size_t actual, const uint8_t *data, size_t length)
{
    static uint8_t message[HEAD + URB_SIZE];

    (void)memset(message, 0, HEAD);
    set_word(&message[0], (uint32_t)command);
    set_word(&message[4], sequence);
    set_word(&message[20], (uint32_t)status);
    set_word(&message[24], (uint32_t)actual);
    if (length > 0U) {
        (void)memcpy(&message[HEAD], data, length);
    }
    send_all(message, HEAD + length);
}

/* --- URBs ---------------------------------------------------------------------------------------------------------------- */

static void finish(struct urb *urb, int status)
{
    urb->waits = false;
    answer(RET_SUBMIT, urb->sequence, status, urb->done, urb->data, urb->to_host ? urb->done : 0U);
}

static int status_of(int result)
{
    return (result == HOST_STALL) ? -EPIPE : -EPROTO;
}

static void do_control(struct urb *urb)
{
    const int result = host_control(&world.host, urb->setup, urb->data);

    if (result < 0) {
        finish(urb, status_of(result));
        return;
    }
    urb->done = (size_t)result;
    finish(urb, 0);
}

static void do_in(struct urb *urb)
{
    while (urb->waits) {
        uint8_t packet[64];
        const int got = host_in(&world.host, urb->endpoint, packet);

        if (got == HOST_BUSY) {
            return;
        }
        if (got < 0) {
            finish(urb, status_of(got));
        } else if ((size_t)got > (urb->length - urb->done)) {
            finish(urb, -EOVERFLOW);
        } else {
            (void)memcpy(&urb->data[urb->done], packet, (size_t)got);
            urb->done += (size_t)got;
            if ((got < 64) || (urb->done == urb->length)) {
                finish(urb, 0);
            }
        }
    }
}

static void do_out(struct urb *urb)
{
    while (urb->waits) {
        const size_t left = urb->length - urb->done;
        const size_t part = (left > 64U) ? 64U : left;
        const enum usb_answer heard = host_out(&world.host, urb->endpoint, &urb->data[urb->done], part);

        if (heard == ANSWER_NAK) {
            return;
        }
        if (heard != ANSWER_ACK) {
            finish(urb, (heard == ANSWER_STALL) ? -EPIPE : -EPROTO);
            return;
        }
        urb->done += part;
        /* A full packet at the end, and the driver wants an empty one behind it. */
        if ((urb->done == urb->length) && !(urb->zero_packet && (part == 64U))) {
            finish(urb, 0);
        }
    }
}

/* Closes the gaps between those that wait; their order stays. */
static void forget_answered(void)
{
    size_t kept = 0U;

    for (size_t i = 0U; i < world.urb_count; i++) {
        if (world.urbs[i].waits) {
            if (kept != i) {
                world.urbs[kept] = world.urbs[i];
            }
            kept++;
        }
    }
    world.urb_count = kept;
}

/* Does what can be done now. Those of one endpoint and direction stay in order. */
static void advance(void)
{
    bool busy[2][HOST_ENDPOINTS] = {{false}};

    for (size_t i = 0U; i < world.urb_count; i++) {
        struct urb *urb = &world.urbs[i];
        bool *this_busy = &busy[urb->to_host ? 1 : 0][urb->endpoint];

        if (!*this_busy) {
            if (urb->endpoint == 0U) {
                do_control(urb);
            } else if (urb->to_host) {
                do_in(urb);
            } else {
                do_out(urb);
            }
            *this_busy = urb->waits;
        }
    }
    forget_answered();
    if (usb_model.violation != NULL) {
        die(usb_model.violation);
    }
}

static void submit(const uint8_t *head)
{
    struct urb *urb = &world.urbs[world.urb_count];

    if ((world.urb_count == URBS) || (word(&head[24]) > URB_SIZE) || (word(&head[16]) >= HOST_ENDPOINTS)) {
        die("more than this bus can carry");
    }
    world.urb_count++;
    urb->waits = true;
    urb->sequence = word(&head[4]);
    urb->to_host = word(&head[12]) != 0U;
    urb->endpoint = word(&head[16]);
    urb->zero_packet = (word(&head[20]) & FLAG_ZERO_PACKET) != 0U;
    urb->length = word(&head[24]);
    urb->done = 0U;
    (void)memcpy(urb->setup, &head[40], sizeof urb->setup);
    if (!urb->to_host) {
        receive_all(urb->data, urb->length);
    }
}

static void unlink_urb(const uint8_t *head)
{
    const uint32_t meant = word(&head[20]);
    int status = 0;

    for (size_t i = 0U; i < world.urb_count; i++) {
        if (world.urbs[i].sequence == meant) {
            world.urbs[i].waits = false;
            status = -ECONNRESET;
        }
    }
    answer(RET_UNLINK, word(&head[4]), status, 0U, NULL, 0U);
    if (status != 0) {
        forget_answered();
    }
}

static void serve_kernel(void)
{
    uint8_t head[HEAD];

    receive_all(head, sizeof head);
    if (word(head) == (uint32_t)CMD_SUBMIT) {
        submit(head);
    } else if (word(head) == (uint32_t)CMD_UNLINK) {
        unlink_urb(head);
    } else {
        die("neither a URB nor the end of one");
    }
    advance();
}

/* --- The kit's port ------------------------------------------------------------------------------------------------------ */

/* The chip is at work; the USB interrupt goes on. */
static void while_the_bus_works(void *owner)
{
    struct pollfd waiting[2] = {{world.bus.socket_fd, POLLIN, 0}, {world.kernel, POLLIN, 0}};

    (void)owner;
    do {
        if ((poll(waiting, 2U, -1) < 0) && (errno != EINTR)) {
            return;
        }
        if (waiting[1].revents != 0) {
            serve_kernel();
        }
    } while (waiting[0].revents == 0);
}

static int16_t uart_read(void *context)
{
    const bool held = world.usb.held;
    const int16_t byte = samd21_usb_read(&world.usb);

    (void)context;
    if (held && !world.usb.held) {
        /* There is room again: the host's next attempt succeeds. */
        advance();
    }
    return byte;
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    struct pollfd waiting = {world.kernel, POLLIN, 0};

    (void)context;
    while (usb_device_has_host(&world.usb.device) && !samd21_usb_write(&world.usb, bytes, length)) {
        if (poll(&waiting, 1U, WRITE_PATIENCE_MS) == 0) {
            return;
        }
        serve_kernel();
    }
    advance();
}

static enum bus_result wake_pulse(void *context)
{
    (void)context;
    return socket_bus_pulse(&world.bus);
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    (void)context;
    return socket_bus_write(&world.bus, address, bytes, length);
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    (void)context;
    return socket_bus_read(&world.bus, address, bytes, length);
}

static void delay_us(void *context, uint32_t microseconds)
{
    (void)context;
    socket_bus_pass(&world.bus, microseconds, false);
}

static uint32_t millis(void *context)
{
    (void)context;
    return (uint32_t)((uint64_t)socket_bus_us(&world.bus) / 1000U);
}

/* --------------------------------------------------------------------------------------------------------------------- */

/* As a hub does it: the bus is reset, and the device gets its address. The kernel's virtual controller leaves both to this side. */
static void power_on(void)
{
    static const uint8_t SET_ADDRESS[8] = {0x00U, 5U, ADDRESS, 0U, 0U, 0U, 0U, 0U};

    usb_model_power_on(&world.usb, sizeof world.usb, on_interrupt);
    usb_model.clocked = true;
    usb_model.pads = true;
    samd21_usb_start(&world.usb, &BLOCKS);
    host_reset(&world.host);
    if (host_control(&world.host, SET_ADDRESS, NULL) != 0) {
        die("the device does not take its address");
    }
}

static void plug(unsigned port)
{
    int ends[2];
    char line[64];
    const int file = open(ATTACH, O_WRONLY | O_CLOEXEC);
    int length;

    if ((file < 0) || (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)) {
        die("no " ATTACH ": is the module vhci-hcd there?");
    }
    length = snprintf(line, sizeof line, "%u %d %u %d", port, ends[1], (unsigned)DEVICE_ID, SPEED_FULL);
    if (write(file, line, (size_t)length) != (ssize_t)length) {
        die("the virtual controller refuses the device");
    }
    (void)close(file);
    /* The kernel keeps its end. */
    (void)close(ends[1]);
    world.kernel = ends[0];
}

static void usage(void)
{
    (void)fprintf(stderr, "usage: kit-host-usbip --bus unix:PATH|tcp:HOST:PORT [--time bus|machine] [--port N] [--unique NUMBER]\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static struct kit_host kit;
    static const struct kit_port PORT = {NULL,      uart_read, uart_write, wake_pulse,
                                         i2c_write, i2c_read,  delay_us,   millis};
    const char *where = NULL;
    unsigned port = 0U;

    for (int i = 1; (i + 1) < argc; i += 2) {
        if (strcmp(argv[i], "--bus") == 0) {
            where = argv[i + 1];
        } else if (strcmp(argv[i], "--port") == 0) {
            port = (unsigned)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--unique") == 0) {
            world.unique = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--time") == 0) {
            world.bus.bus_time = (strcmp(argv[i + 1], "bus") == 0);
        } else {
            usage();
        }
    }
    if ((where == NULL) || ((argc % 2) == 0)) {
        usage();
    }
    world.bus.meanwhile = while_the_bus_works;
    socket_bus_open(&world.bus, where);
    power_on();
    plug(port);
    (void)printf("attached %u\n", port);
    (void)fflush(stdout);

    kit_host_init(&kit, &PORT);
    for (;;) {
        if (!kit_host_step(&kit)) {
            struct pollfd waiting[2] = {{world.kernel, POLLIN, 0}, {world.bus.socket_fd, POLLIN, 0}};

            /* Again before a chip that is kept awake has to be idled. */
            if (poll(waiting, 2U, (int)KIT_QUIET_MS / 2) > 0) {
                if (waiting[1].revents != 0) {
                    socket_bus_power_lost();
                }
                serve_kernel();
            }
        }
    }
}
