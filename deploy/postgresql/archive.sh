#!/bin/sh
# PostgreSQL's archive_command: archive.sh PATH NAME puts a finished file of WAL into $WAL_ARCHIVE, whole or not at all.
# The same file again is no fault; another one of the same name is.
set -eu
mkdir -p "$WAL_ARCHIVE"
if [ -f "$WAL_ARCHIVE/$2" ]; then
    cmp -s "$1" "$WAL_ARCHIVE/$2"
    exit
fi
cp "$1" "$WAL_ARCHIVE/$2.part"
sync "$WAL_ARCHIVE/$2.part"
mv "$WAL_ARCHIVE/$2.part" "$WAL_ARCHIVE/$2"
# Erased people are in it: kept for 35 days at most.
find "$WAL_ARCHIVE" -type f -mtime +34 -delete
