/* The host's side of the bus, as a host controller does it: toggles, retries, control transfers. For tests and for USB/IP. */
#ifndef USB_HOST_H
#define USB_HOST_H

#include "usb_model.h"

#define HOST_ENDPOINTS 16U
/* What a control transfer came to, if not to a number of bytes. */
#define HOST_STALL (-1)
#define HOST_BUSY (-2)
#define HOST_SILENCE (-3)

struct usb_host {
    uint32_t address;
    /* Toggle that is sent next, and expected next. */
    uint8_t out_toggle[HOST_ENDPOINTS];
    uint8_t in_toggle[HOST_ENDPOINTS];
    /* Every second packet is said again, because its acknowledgement is lost on the way. */
    bool deaf;
    uint32_t packets;
};

/* Resets the bus; the device has address 0. */
void host_reset(struct usb_host *host);
/* A control transfer: bytes of the data stage, or one of the above. `data` has room for what the set-up asks for. */
int host_control(struct usb_host *host, const uint8_t *setup, uint8_t *data);
/* One packet each way. host_in: its length; HOST_BUSY when the device says NAK. */
enum usb_answer host_out(struct usb_host *host, uint32_t endpoint, const uint8_t *bytes, size_t length);
int host_in(struct usb_host *host, uint32_t endpoint, uint8_t *bytes);

#endif
