/* What the device says of itself (USB 2.0 chapter 9.6, CDC 1.2 with the PSTN subclass's abstract control model). */
#ifndef USB_DESCRIPTORS_H
#define USB_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

/* The kit that this one takes the place of: Atmel's CDC example on this very board, which hosts of kits know. */
#define USB_VENDOR_ID 0x03EBU
#define USB_PRODUCT_ID 0x2404U

/* Endpoint numbers; bit 7 of an address is set for those towards the host. */
#define USB_NOTIFY_ENDPOINT 1U
#define USB_DATA_ENDPOINT 2U
#define USB_TO_HOST 0x80U
#define USB_NOTIFY_PACKET_MAX 16U

#define USB_CONTROL_INTERFACE 0U
#define USB_DATA_INTERFACE 1U
#define USB_INTERFACES 2U
#define USB_CONFIGURATION 1U

/* The chip's unique number in hex, as serial number of the device. */
#define USB_UNIQUE_WORDS 4U
/* Longest string descriptor: head, and two bytes for each of 32 characters. */
#define USB_STRING_SIZE 66U

/*
 * A descriptor. Strings are made of `unique` in `scratch`, which holds USB_STRING_SIZE bytes.
 * NULL when there is no such descriptor; otherwise `*length` is its own length, whatever the host asked for.
 */
const uint8_t *usb_descriptor(uint8_t type, uint8_t index, uint16_t language, const uint32_t *unique, uint8_t *scratch,
                              size_t *length);

#endif
