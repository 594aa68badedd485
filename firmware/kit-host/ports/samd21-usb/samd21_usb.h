/*
 * The SAM D21's USB controller as a full-speed device (PA24, PA25): drives usb_device.h. All of the peripheral is touched by
 * its interrupt alone; the main loop puts bytes into rings and takes them out, and asks for the interrupt where there is work.
 */
#ifndef SAMD21_USB_H
#define SAMD21_USB_H

#include "registers.h"
#include "usb_device.h"

#define SAMD21_USB_ENDPOINTS 3U

/* What the controller reads and writes itself (data sheet 32.8.4, endpoint descriptor structure). */
struct samd21_usb_bank {
    volatile uint32_t address;
    volatile uint32_t packet_size;
    /* EXTREG and STATUS_BK: not used. */
    volatile uint32_t extra;
    volatile uint32_t reserved;
};

struct samd21_usb {
    const struct samd21_blocks *blocks;
    struct usb_controller controller;
    struct usb_device device;
    /* A packet waits in the bulk endpoint for room in the ring. Set by the interrupt. */
    volatile bool held;

    /* Two banks for each endpoint, and where their packets are: the controller wants words. */
    struct samd21_usb_bank banks[SAMD21_USB_ENDPOINTS][2];
    _Alignas(4) uint8_t control_out[USB_PACKET_MAX];
    _Alignas(4) uint8_t control_in[USB_PACKET_MAX];
    _Alignas(4) uint8_t notify_in[USB_NOTIFY_PACKET_MAX];
    _Alignas(4) uint8_t data_out[USB_PACKET_MAX];
    _Alignas(4) uint8_t data_in[USB_PACKET_MAX];
};

/* Sets the controller up and attaches it. Its clocks and pins are there already. */
void samd21_usb_start(struct samd21_usb *usb, const struct samd21_blocks *blocks);
/* Interrupt handler. */
void samd21_usb_on_interrupt(struct samd21_usb *usb);

/* --- For the main loop --- */

/* Next byte from the host; -1 when there is none. */
int16_t samd21_usb_read(struct samd21_usb *usb);
/* Takes all of a reply, or nothing and false when there is no room for it now. */
bool samd21_usb_write(struct samd21_usb *usb, const uint8_t *bytes, size_t length);

#endif
