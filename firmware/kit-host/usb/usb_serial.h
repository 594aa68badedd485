/*
 * The serial line of the device: a CDC-ACM function. Between the controller's interrupt and the main loop stand two rings;
 * every index has one writer, so neither side ever waits for the other or shuts it out.
 */
#ifndef USB_SERIAL_H
#define USB_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb_controller.h"

/* Bytes each way; a power of two. The longest reply fits, and a line ahead of the one that is being worked at. */
#define USB_RING_SIZE 512U
#define USB_LINE_CODING_SIZE 7U
#define USB_NOTIFICATION_SIZE 10U

/* Control lines, as SET_CONTROL_LINE_STATE has them. */
#define USB_LINE_DTR 0x01U

struct usb_ring {
    volatile uint8_t bytes[USB_RING_SIZE];
    /* Counted on without end; what is between them is in the ring. */
    volatile uint32_t written;
    volatile uint32_t taken;
};

struct usb_serial {
    /* From the host: written by the interrupt, taken by the main loop. */
    struct usb_ring received;
    /* For the host: written by the main loop, taken by the interrupt. */
    struct usb_ring replies;
    /* Configured: somebody may ask for replies. Written by the interrupt. */
    volatile bool online;

    /* The interrupt's own. The last packet for the host was full, and ended within a line. */
    bool last_was_full;
    bool within_line;
    /* Replies up to here are for nobody; the line that was begun is finished. */
    bool dropping;
    uint32_t drop_until;
    bool state_is_news;
    uint8_t line_coding[USB_LINE_CODING_SIZE];
    uint16_t control_lines;
};

void usb_serial_init(struct usb_serial *serial);

/* --- For the main loop --- */

/* Next byte from the host; -1 when there is none. */
int16_t usb_serial_read(struct usb_serial *serial);
/* Takes all of a reply, or nothing and false when there is no room for it now. */
bool usb_serial_write(struct usb_serial *serial, const uint8_t *bytes, size_t length);

/* --- For the interrupt --- */

/* The host has configured the device, or no longer: what it did not fetch is nothing to the next one. */
void usb_serial_set_online(struct usb_serial *serial, bool online);
/* Whether a packet of any size can be taken now. */
bool usb_serial_has_room(const struct usb_serial *serial);
void usb_serial_take(struct usb_serial *serial, const uint8_t *bytes, size_t length);
/* The next packet for the host, USB_PACKET_MAX bytes at most; false when there is none. Behind a full packet comes an empty
 * one when nothing else does: that is how the host knows that it has got all. */
bool usb_serial_give(struct usb_serial *serial, uint8_t *packet, size_t *length);
/* The next notification, USB_NOTIFICATION_SIZE bytes; false when there is none. */
bool usb_serial_notify(struct usb_serial *serial, uint8_t *packet);
void usb_serial_set_coding(struct usb_serial *serial, const uint8_t *coding);
/* Control lines are set. True when the port was closed by that: what waits for the host in the controller is for nobody. */
bool usb_serial_set_lines(struct usb_serial *serial, uint16_t lines);

#endif
