/* Nothing but the state, so that its size on the microcontroller can be read off. */
#include "atcaprov/atcaprov.h"

struct atcaprov_client the_state;
