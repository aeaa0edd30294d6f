# Tells how far pip is, on one line, from what it says; its exit code, in a last line "exit N", becomes this one's.
/^Collecting / { count++; tell(count " of " total ": " $2) }
/^Installing collected packages/ { tell("Putting them in place …") }
/^exit / { code = $2 }
function tell(text) { printf "\r\033[K  %s", text; fflush() }
END { printf "\r\033[K"; exit code }
