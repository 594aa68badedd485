#include "usb_descriptors.h"

enum descriptor_type {
    TYPE_DEVICE = 1,
    TYPE_CONFIGURATION = 2,
    TYPE_STRING = 3,
    TYPE_INTERFACE = 4,
    TYPE_ENDPOINT = 5,
    TYPE_CLASS_INTERFACE = 0x24
};

enum string_index { STRING_LANGUAGES = 0, STRING_MANUFACTURER = 1, STRING_PRODUCT = 2, STRING_SERIAL = 3 };

#define LOW(word) ((uint8_t)((word) & 0xFFU))
#define HIGH(word) ((uint8_t)(((uint32_t)(word)) >> 8U))

#define CLASS_COMMUNICATIONS 0x02U
#define CLASS_DATA 0x0AU
#define SUBCLASS_ABSTRACT_CONTROL 0x02U

#define ATTRIBUTE_BULK 0x02U
#define ATTRIBUTE_INTERRUPT 0x03U
/* From the bus, and no remote wake-up. */
#define POWERED_BY_BUS 0x80U
/* 100 mA in units of 2 mA: processor and chips. */
#define POWER_2MA 50U
/* How often the host asks for notifications, in ms. */
#define NOTIFY_INTERVAL_MS 16U

#define LANGUAGE_ENGLISH_US 0x0409U
#define USB_VERSION 0x0200U
#define DEVICE_VERSION 0x0100U
#define CDC_VERSION 0x0110U

static const uint8_t DEVICE[] = {
    18U, TYPE_DEVICE, LOW(USB_VERSION), HIGH(USB_VERSION), CLASS_COMMUNICATIONS, 0U, 0U, 64U, LOW(USB_VENDOR_ID),
    HIGH(USB_VENDOR_ID), LOW(USB_PRODUCT_ID), HIGH(USB_PRODUCT_ID), LOW(DEVICE_VERSION), HIGH(DEVICE_VERSION),
    STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, 1U};

#define CONFIGURATION_SIZE 67U

static const uint8_t CONFIGURATION[] = {
    9U, TYPE_CONFIGURATION, CONFIGURATION_SIZE, 0U, USB_INTERFACES, USB_CONFIGURATION, 0U, POWERED_BY_BUS, POWER_2MA,
    /* Control: no protocol of its own. */
    9U, TYPE_INTERFACE, USB_CONTROL_INTERFACE, 0U, 1U, CLASS_COMMUNICATIONS, SUBCLASS_ABSTRACT_CONTROL, 0U, 0U,
    /* Header. */
    5U, TYPE_CLASS_INTERFACE, 0x00U, LOW(CDC_VERSION), HIGH(CDC_VERSION),
    /* Call management: none. */
    5U, TYPE_CLASS_INTERFACE, 0x01U, 0x00U, USB_DATA_INTERFACE,
    /* Abstract control: line coding, control lines, serial state. */
    4U, TYPE_CLASS_INTERFACE, 0x02U, 0x02U,
    /* Union. */
    5U, TYPE_CLASS_INTERFACE, 0x06U, USB_CONTROL_INTERFACE, USB_DATA_INTERFACE,
    7U, TYPE_ENDPOINT, USB_NOTIFY_ENDPOINT | USB_TO_HOST, ATTRIBUTE_INTERRUPT, USB_NOTIFY_PACKET_MAX, 0U, NOTIFY_INTERVAL_MS,
    /* Data. */
    9U, TYPE_INTERFACE, USB_DATA_INTERFACE, 0U, 2U, CLASS_DATA, 0U, 0U, 0U,
    7U, TYPE_ENDPOINT, USB_DATA_ENDPOINT, ATTRIBUTE_BULK, 64U, 0U, 0U,
    7U, TYPE_ENDPOINT, USB_DATA_ENDPOINT | USB_TO_HOST, ATTRIBUTE_BULK, 64U, 0U, 0U};

_Static_assert(sizeof CONFIGURATION == CONFIGURATION_SIZE, "the configuration says how long it is");

static const uint8_t LANGUAGES[] = {4U, TYPE_STRING, LOW(LANGUAGE_ENGLISH_US), HIGH(LANGUAGE_ENGLISH_US)};

/* A string descriptor under construction: two bytes a character. */
static size_t append(uint8_t *scratch, size_t length, char character)
{
    scratch[length] = (uint8_t)character;
    scratch[length + 1U] = 0U;
    return length + 2U;
}

static const uint8_t *text(const char *characters, uint8_t *scratch, size_t *length)
{
    size_t made = 2U;

    for (size_t i = 0U; characters[i] != '\0'; i++) {
        made = append(scratch, made, characters[i]);
    }
    scratch[0] = (uint8_t)made;
    scratch[1] = TYPE_STRING;
    *length = made;
    return scratch;
}

static const uint8_t *serial_number(const uint32_t *unique, uint8_t *scratch, size_t *length)
{
    static const char DIGITS[] = "0123456789ABCDEF";
    size_t made = 2U;

    for (size_t word = 0U; word < USB_UNIQUE_WORDS; word++) {
        for (uint32_t digit = 0U; digit < 8U; digit++) {
            made = append(scratch, made, DIGITS[(unique[word] >> (28U - (4U * digit))) & 0x0FU]);
        }
    }
    scratch[0] = (uint8_t)made;
    scratch[1] = TYPE_STRING;
    *length = made;
    return scratch;
}

static const uint8_t *string(uint8_t index, uint16_t language, const uint32_t *unique, uint8_t *scratch, size_t *length)
{
    if (index == (uint8_t)STRING_LANGUAGES) {
        *length = sizeof LANGUAGES;
        return LANGUAGES;
    }
    if (language != LANGUAGE_ENGLISH_US) {
        return NULL;
    }
    switch (index) {
    case STRING_MANUFACTURER:
        return text("Signet", scratch, length);
    case STRING_PRODUCT:
        return text("Signet kit host for SAM D21 USB", scratch, length);
    case STRING_SERIAL:
        return serial_number(unique, scratch, length);
    default:
        return NULL;
    }
}

const uint8_t *usb_descriptor(uint8_t type, uint8_t index, uint16_t language, const uint32_t *unique, uint8_t *scratch,
                              size_t *length)
{
    if (type == (uint8_t)TYPE_STRING) {
        return string(index, language, unique, scratch, length);
    }
    if ((index != 0U) || (language != 0U)) {
        return NULL;
    }
    if (type == (uint8_t)TYPE_DEVICE) {
        *length = sizeof DEVICE;
        return DEVICE;
    }
    if (type == (uint8_t)TYPE_CONFIGURATION) {
        *length = sizeof CONFIGURATION;
        return CONFIGURATION;
    }
    /* A device that knows one speed has no qualifier (USB 2.0, 9.6.2). */
    return NULL;
}
