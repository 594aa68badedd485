#ifndef TRUST_CERT_DEFS_H
#define TRUST_CERT_DEFS_H

#include "atcacert/atcacert_def.h"

#define ATCACERT_COMPCERT_EN               1
#define ATCA_TRUST_SUPPORT                 1
#define SHARED_LIB_EXPORT
#define TRUST_CERT_TEMPLATE_1_SIGNER_SIZE  477
#define TRUST_CERT_TEMPLATE_2_DEVICE_SIZE  490
#define TRUST_CERT_ELEMENTS_2_DEVICE_COUNT 2

extern SHARED_LIB_EXPORT const atcacert_def_t g_trust_cert_def_1_signer;
extern SHARED_LIB_EXPORT const atcacert_def_t g_trust_cert_def_2_device;

#endif
