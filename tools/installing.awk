# Tells how far pip is, on one line, from what it says; its exit code, in a last line "exit N", becomes this one's.
# "Processing" is said of a file that is here already, with its path.
/^(Collecting|Processing) / { count++; sub(/.*\//, "", $2); tell(count " of " total ": " $2) }
/^Installing collected packages/ { tell("Putting them in place …") }
/^exit / { code = $2 }
function tell(text) { printf "\r\033[K  %s", text; fflush() }
END { printf "\r\033[K"; exit code }
