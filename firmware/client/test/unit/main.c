#include <string.h>

#include "check.h"
#include "suites.h"

int main(int argc, char **argv)
{
    if ((argc > 1) && (strcmp(argv[1], "ram") == 0)) {
        return ram_report();
    }
    hash_suite();
    cert_suite();
    plan_suite();
    run_suite();
    resume_suite();
    wire_suite();
    fault_suite();
    return check_summary();
}
