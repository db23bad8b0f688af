// The words of the room's page: they come from the catalogue, the page itself carries none.
#pragma once
#include <string>

#include "bot/base/value.h"

namespace muster {

// {{key}} becomes the sentence ui.key, {{lang}} the language itself.
std::string in_language(const std::string& page, const std::string& language);
// Every sentence of the page by its key without "ui.", with its places still open: the page fills them.
Value page_words(const std::string& language);

}  // namespace muster
