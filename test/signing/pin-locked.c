/*
 * A PKCS#11 library in front of another one (SIGNET_TEST_PKCS11) whose token has locked its PIN: C_Login answers CKR_PIN_LOCKED,
 * everything else is the other's. SoftHSM never locks a PIN by itself.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long (*function)(void);
/* CK_FUNCTION_LIST of version 2.40: a version and 68 functions in the order of the standard, C_Login the nineteenth. */
struct functions {
    unsigned char version[2];
    function each[68];
};
static struct functions ours;

static unsigned long login(unsigned long session, unsigned long user, unsigned char *pin, unsigned long length)
{
    (void)session;
    (void)user;
    (void)pin;
    (void)length;
    return 0xA4;
}

unsigned long C_GetFunctionList(struct functions **list)
{
    void *other = dlopen(getenv("SIGNET_TEST_PKCS11"), RTLD_NOW);
    unsigned long (*get)(struct functions **);
    struct functions *theirs;
    if (other == NULL) return 5;
    *(void **)&get = dlsym(other, "C_GetFunctionList");
    if (get == NULL || get(&theirs) != 0) return 5;
    memcpy(&ours, theirs, sizeof ours);
    ours.each[18] = (function)login;
    *list = &ours;
    return 0;
}
