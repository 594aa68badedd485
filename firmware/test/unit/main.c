#include "check.h"
#include "suites.h"

int main(void)
{
    crc_suite();
    time_suite();
    text_suite();
    chip_suite();
    bus_suite();
    host_suite();
    fake_chip_suite();
    samd21_suite();
    usb_control_suite();
    usb_data_suite();
    return check_summary();
}
