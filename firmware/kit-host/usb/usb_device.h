/*
 * A full-speed USB device with one serial line (usb_serial.h): the requests of USB 2.0 chapter 9 and of CDC-ACM on endpoint 0.
 * No registers: a controller driver calls the functions below, and is told what to do through struct usb_controller.
 */
#ifndef USB_DEVICE_H
#define USB_DEVICE_H

#include "usb_controller.h"
#include "usb_descriptors.h"
#include "usb_serial.h"

#define USB_SETUP_SIZE 8U

/* Where the control transfer on endpoint 0 stands. */
enum usb_stage {
    /* Between transfers, or after a STALL. */
    USB_IDLE,
    /* The host fetches data; it may end that at any time with an empty packet. */
    USB_SENDING,
    /* The host sends a line coding. */
    USB_RECEIVING,
    /* The host fetches the empty packet that says "done". */
    USB_CONFIRMING
};

struct usb_device {
    const struct usb_controller *controller;
    struct usb_serial serial;
    uint32_t unique[USB_UNIQUE_WORDS];

    enum usb_stage stage;
    const uint8_t *data;
    size_t left;
    bool empty_packet_due;
    uint8_t scratch[USB_STRING_SIZE];

    /* Takes effect when the host has fetched the confirmation. */
    bool address_due;
    uint8_t address;
    uint8_t configuration;
    volatile bool suspended;
    /* One bit for each endpoint but 0. */
    uint8_t halted;
};

/* `unique`: USB_UNIQUE_WORDS words that no other device has. */
void usb_device_init(struct usb_device *device, const struct usb_controller *controller, const uint32_t *unique);
bool usb_device_is_configured(const struct usb_device *device);
/* For the main loop: whether a host may fetch replies now. */
bool usb_device_has_host(const struct usb_device *device);

/* --- What happens on the bus --- */

void usb_device_on_reset(struct usb_device *device);
void usb_device_on_suspend(struct usb_device *device, bool suspended);
/* A set-up packet. One of any other length than USB_SETUP_SIZE is refused. */
void usb_device_on_setup(struct usb_device *device, const uint8_t *bytes, size_t length);
/* The host has fetched the last packet of endpoint 0. */
void usb_device_on_control_sent(struct usb_device *device);
/* The packet that endpoint 0 was to accept. */
void usb_device_on_control_received(struct usb_device *device, const uint8_t *bytes, size_t length);

#endif
