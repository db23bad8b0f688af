// Where clouds hand out credentials to whoever asks from inside: link-local, and the addresses some use instead. Pure.
#pragma once

struct sockaddr;

namespace muster {

bool is_metadata_address(const sockaddr* address);  // also of a family that is none of the internet's

}  // namespace muster
