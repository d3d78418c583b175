# Writes OUTPUT when its content changes.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
  set(revision "unknown")
endif()
string(STRIP "${FLAGS}" flags)
set(text "#pragma once
#define MOLLIS_VERSION \"${VERSION}\"
#define MOLLIS_REVISION \"${revision}\"
#define MOLLIS_BUILD_TYPE \"${BUILD_TYPE}\"
#define MOLLIS_COMPILER \"${COMPILER}\"
#define MOLLIS_FLAGS \"${flags}\"
#define MOLLIS_NATIVE \"${NATIVE}\"
")
set(old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
