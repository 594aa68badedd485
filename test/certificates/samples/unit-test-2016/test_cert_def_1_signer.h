#ifndef TEST_CERT_DEF_1_SIGNER_H
#define TEST_CERT_DEF_1_SIGNER_H

#include "atcacert/atcacert_def.h"

extern const atcacert_def_t g_test_cert_def_1_signer;

#endif
