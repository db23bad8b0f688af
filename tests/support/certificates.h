// Certificates for tests, made on the spot: nothing that expires lies in the repository.
#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace muster::test {

struct Certificate {
  std::string certificate_pem, key_pem;
};

struct CertificateWish {
  std::string host;  // DNS name, or an IP address with `is_ip`
  bool is_ip = false;
  bool authority = false;                // may sign others
  long from_s = -3600, until_s = 86400;  // from now
};

namespace detail {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* p) const { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509, X509_free>>;
struct BioFree {
  void operator()(BIO* b) const { BIO_free(b); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

inline std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
inline Bio memory(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

inline void extend(X509* cert, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace detail

// Without an issuer it signs itself.
inline Certificate make_certificate(const CertificateWish& wish, const Certificate* issuer = nullptr) {
  using namespace detail;
  const Key key(EVP_EC_gen("P-256"));
  const Cert cert(X509_new());
  static long serial = 1;
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), wish.from_s);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), wish.until_s);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wish.host.c_str()), -1,
                             -1, 0);
  Cert issuer_cert;
  Key issuer_key;
  if (issuer) {
    issuer_cert.reset(PEM_read_bio_X509(memory(issuer->certificate_pem).get(), nullptr, nullptr, nullptr));
    issuer_key.reset(PEM_read_bio_PrivateKey(memory(issuer->key_pem).get(), nullptr, nullptr, nullptr));
  }
  X509* signer = issuer ? issuer_cert.get() : cert.get();
  X509_set_issuer_name(cert.get(), X509_get_subject_name(signer));
  if (wish.authority) extend(cert.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
  if (!wish.authority) extend(cert.get(), signer, NID_subject_alt_name, (wish.is_ip ? "IP:" : "DNS:") + wish.host);
  X509_sign(cert.get(), issuer ? issuer_key.get() : key.get(), EVP_sha256());
  const Bio out(BIO_new(BIO_s_mem())), secret(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), cert.get());
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(out), text_of(secret)};
}

}  // namespace muster::test
