// The certificate authorities of the system.
#pragma once
#include <string>

namespace muster {

// One of the two, or both when the environment says so; both empty: none were found, and no TLS server is believed.
struct Authorities {
  std::string file;    // PEM, all of them
  std::string folder;  // each in a file called by the hash of its name, as `openssl rehash` makes it
};

// As OpenSSL finds them: SSL_CERT_FILE and SSL_CERT_DIR, else the places it was built with. Of a folder only the one
// authority that a server names is read, with each connection; a file is read whole: some 140 certificates, ten
// milliseconds and a megabyte. So the folder is preferred where it has any. Any thread.
Authorities system_authorities();

// The same for a given environment and given places; a variable that is not set is empty.
struct AuthorityPlaces {
  std::string own_file, own_folder;  // of the environment
  std::string file, folder;          // the usual ones
};
Authorities authorities_in(const AuthorityPlaces& places);

}  // namespace muster
