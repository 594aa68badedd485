#include "usb_serial.h"

static uint32_t used(const struct usb_ring *ring)
{
    return ring->written - ring->taken;
}

static void put(struct usb_ring *ring, const uint8_t *bytes, size_t length)
{
    const uint32_t from = ring->written;

    for (size_t i = 0U; i < length; i++) {
        ring->bytes[(from + (uint32_t)i) % USB_RING_SIZE] = bytes[i];
    }
    /* Only now can the other side see them. */
    ring->written = from + (uint32_t)length;
}

static void forget_replies(struct usb_serial *serial)
{
    serial->replies.taken = serial->replies.written;
    serial->last_was_full = false;
    serial->within_line = false;
    serial->dropping = false;
}

/* The same for a reader that may have got the beginning of a line already: the rest of that one is still sent. */
static void forget_whole_replies(struct usb_serial *serial)
{
    if (serial->within_line) {
        serial->dropping = true;
        serial->drop_until = serial->replies.written;
    } else {
        serial->replies.taken = serial->replies.written;
    }
}

void usb_serial_init(struct usb_serial *serial)
{
    /* 115200 8N1, little-endian. It makes no difference to anything. */
    static const uint8_t CODING[USB_LINE_CODING_SIZE] = {0x00U, 0xC2U, 0x01U, 0x00U, 0U, 0U, 8U};

    serial->received.written = 0U;
    serial->received.taken = 0U;
    serial->replies.written = 0U;
    serial->replies.taken = 0U;
    serial->online = false;
    serial->drop_until = 0U;
    serial->state_is_news = false;
    forget_replies(serial);
    serial->control_lines = 0U;
    usb_serial_set_coding(serial, CODING);
}

int16_t usb_serial_read(struct usb_serial *serial)
{
    struct usb_ring *ring = &serial->received;
    const uint32_t from = ring->taken;
    int16_t byte;

    if (used(ring) == 0U) {
        return -1;
    }
    byte = (int16_t)ring->bytes[from % USB_RING_SIZE];
    ring->taken = from + 1U;
    return byte;
}

bool usb_serial_write(struct usb_serial *serial, const uint8_t *bytes, size_t length)
{
    if (length > (USB_RING_SIZE - used(&serial->replies))) {
        return false;
    }
    put(&serial->replies, bytes, length);
    return true;
}

void usb_serial_set_online(struct usb_serial *serial, bool online)
{
    serial->online = online;
    serial->control_lines = 0U;
    serial->state_is_news = online;
    forget_replies(serial);
}

bool usb_serial_has_room(const struct usb_serial *serial)
{
    return (USB_RING_SIZE - used(&serial->received)) >= USB_PACKET_MAX;
}

void usb_serial_take(struct usb_serial *serial, const uint8_t *bytes, size_t length)
{
    put(&serial->received, bytes, length);
}

/* How much of the next packet's bytes still belongs to a line of which the host has the beginning; dropping ends with it. */
static uint32_t rest_of_line(struct usb_serial *serial, const uint8_t *packet, uint32_t count)
{
    const uint32_t left = serial->drop_until - serial->replies.taken;
    const uint32_t limit = (count > left) ? left : count;

    for (uint32_t i = 0U; i < limit; i++) {
        if (packet[i] == (uint8_t)'\n') {
            serial->dropping = false;
            return i + 1U;
        }
    }
    if (limit == left) {
        /* All of it, without an end. */
        serial->dropping = false;
    }
    return limit;
}

bool usb_serial_give(struct usb_serial *serial, uint8_t *packet, size_t *length)
{
    struct usb_ring *ring = &serial->replies;
    const uint32_t from = ring->taken;
    uint32_t next;
    uint32_t count = used(ring);

    if (count > USB_PACKET_MAX) {
        count = USB_PACKET_MAX;
    }
    if ((count == 0U) && !serial->last_was_full) {
        return false;
    }
    for (uint32_t i = 0U; i < count; i++) {
        packet[i] = ring->bytes[(from + i) % USB_RING_SIZE];
    }
    next = from + count;
    if (serial->dropping) {
        count = rest_of_line(serial, packet, count);
        next = serial->dropping ? (from + count) : serial->drop_until;
    }
    ring->taken = next;
    serial->last_was_full = (count == USB_PACKET_MAX);
    if (count > 0U) {
        serial->within_line = packet[count - 1U] != (uint8_t)'\n';
    }
    *length = count;
    return true;
}

/* SERIAL_STATE: carrier and data set are there, once for every configuration. Hosts that wait for a carrier wait for this. */
bool usb_serial_notify(struct usb_serial *serial, uint8_t *packet)
{
    static const uint8_t STATE[USB_NOTIFICATION_SIZE] = {0xA1U, 0x20U, 0U, 0U, 0U, 0U, 2U, 0U, 0x03U, 0U};

    if (!serial->state_is_news) {
        return false;
    }
    serial->state_is_news = false;
    for (size_t i = 0U; i < sizeof STATE; i++) {
        packet[i] = STATE[i];
    }
    return true;
}

void usb_serial_set_coding(struct usb_serial *serial, const uint8_t *coding)
{
    for (size_t i = 0U; i < USB_LINE_CODING_SIZE; i++) {
        serial->line_coding[i] = coding[i];
    }
}

/*
 * DTR goes down when a port is closed, up when it is opened, and is said again by systems that left it up. What was not fetched
 * by then was for somebody who is gone. RTS alone says nothing; and no reply ever waits for any of them.
 */
bool usb_serial_set_lines(struct usb_serial *serial, uint16_t lines)
{
    const bool was_open = (serial->control_lines & USB_LINE_DTR) != 0U;
    const bool is_open = (lines & USB_LINE_DTR) != 0U;
    const bool changed_rts_alone = (serial->control_lines != lines) && (was_open == is_open);

    serial->control_lines = lines;
    if (changed_rts_alone) {
        return false;
    }
    if (is_open) {
        /* Whoever opened it reads already when this is said. */
        forget_whole_replies(serial);
        return false;
    }
    forget_replies(serial);
    return true;
}
