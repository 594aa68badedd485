/* Linked to every compiled definition: what the header beside it makes of the structures. */
#include "atcacert/atcacert_def.h"

const size_t signet_layout[4] = {sizeof(atcacert_def_t), sizeof(atcacert_cert_element_t), sizeof(atcacert_device_loc_t),
                                 sizeof(atcacert_cert_loc_t)};
