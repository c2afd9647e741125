#pragma once
#include <libxml/xmlversion.h>
// Else ICU's headers come along, of which Foundation has others; only the handlers of encodings, which nobody here uses,
// are declared differently without them.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
