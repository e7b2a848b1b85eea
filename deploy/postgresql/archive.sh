#!/bin/sh
# PostgreSQL's archive_command: archive.sh PATH NAME puts a finished file of WAL into $WAL_ARCHIVE, whole or not at all.
# As NAME.gz: archive_timeout ends a file of 16 MB each minute, and most of it is zeros.
# The same file again is no fault; another one of the same name is.
set -eu
mkdir -p "$WAL_ARCHIVE"
kept="$WAL_ARCHIVE/$2.gz"
if [ -f "$kept" ]; then
    gzip -dc "$kept" | cmp -s - "$1"
    sync "$kept" "$WAL_ARCHIVE" # the try before may have been cut off here
    exit
fi
gzip -c "$1" > "$kept.part"
sync "$kept.part"
mv "$kept.part" "$kept"
sync "$WAL_ARCHIVE" # its name as well: PostgreSQL deletes its own file now
# Erased people are in it: kept for 35 days at most.
find "$WAL_ARCHIVE" -type f -mtime +34 -delete
