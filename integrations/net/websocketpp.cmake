# websocketpp 0.8.2 names its constructors by template-ids (basic<a,b>()), which C++20 forbids and GCC 12 refuses.
# Corrected copies of the three headers concerned come first in the include path; the distribution's serve the rest.
find_path(WEBSOCKETPP_INCLUDE websocketpp/endpoint.hpp REQUIRED)
file(READ ${WEBSOCKETPP_INCLUDE}/websocketpp/version.hpp version)
string(REGEX MATCH "major_version = ([0-9]+).*minor_version = ([0-9]+).*patch_version = ([0-9]+)" found "${version}")
set(WEBSOCKETPP_VERSION ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3})

set(WEBSOCKETPP_CORRECTED ${CMAKE_BINARY_DIR}/websocketpp-corrected)
foreach(header logger/basic.hpp endpoint.hpp roles/server_endpoint.hpp)
  file(READ ${WEBSOCKETPP_INCLUDE}/websocketpp/${header} text)
  string(REPLACE ";" "@semicolon@" before "${text}")
  # The name of a class directly before its parameter list is a constructor or destructor (or a copy's result type,
  # which the bare name names as well).
  string(REGEX REPLACE "(basic|endpoint|server)<[a-z,]+>\\(" "\\1(" after "${before}")
  if("${before}" STREQUAL "${after}" AND WEBSOCKETPP_VERSION STREQUAL "0.8.2")
    message(FATAL_ERROR "websocketpp ${WEBSOCKETPP_VERSION}: nothing to correct in ${header}; see websocketpp.cmake")
  endif()
  # What the base class is built with keeps its arguments.
  string(REPLACE ": endpoint(std::move" ": endpoint<connection<config>,config>(std::move" after "${after}")
  string(REPLACE "@semicolon@" ";" text "${after}")
  file(CONFIGURE OUTPUT ${WEBSOCKETPP_CORRECTED}/websocketpp/${header} CONTENT "${text}" @ONLY)
endforeach()
