/*
 * What the USB device needs from the USB controller of a machine. A driver fills one of these and calls the usb_device_on_...
 * functions, from one context only: its interrupt. None of these functions may call back.
 */
#ifndef USB_CONTROLLER_H
#define USB_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest packet of endpoint 0 and of the data endpoints (full speed). */
#define USB_PACKET_MAX 64U

struct usb_controller {
    /* Handed to every function below. */
    void *context;
    /* The address that the device has from now on. */
    void (*set_address)(void *context, uint8_t address);
    /* The endpoints of usb_descriptors.h begin anew (DATA0, not halted, nothing waiting in them), or are off. */
    void (*enable)(void *context, bool on);
    /* One packet for the host from endpoint 0, at most USB_PACKET_MAX bytes; they are copied. */
    void (*control_send)(void *context, const uint8_t *bytes, size_t length);
    /* Endpoint 0 takes one packet from the host. */
    void (*control_accept)(void *context);
    /* Endpoint 0 answers STALL until the next set-up. */
    void (*control_stall)(void *context);
    /* This endpoint answers STALL from now on; or no longer, and begins at DATA0. What waits in it stays. */
    void (*halt)(void *context, uint8_t endpoint, bool on);
    /* What waits for the host in the bulk endpoint is thrown away. */
    void (*discard)(void *context);
};

#endif
