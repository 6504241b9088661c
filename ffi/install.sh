#!/bin/sh
# install.sh PREFIX: puts header, libraries, gatepost.pc (pkg-config) and a CMake package below
# PREFIX, for example /usr/local. The libraries are those of `cargo build --release -p
# gatepost-ffi`, or of the folder that GATEPOST_LIBRARY_DIR names.
set -eu
prefix=$1
cd "$(dirname "$0")"
built=${GATEPOST_LIBRARY_DIR:-${CARGO_TARGET_DIR:-../target}/release}
version=$(sed -n 's/^#define GATEPOST_VERSION_\(MAJOR\|MINOR\|PATCH\) //p' include/gatepost.h | paste -sd .)

fill() { # TEMPLATE
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@VERSION@|$version|g" "$1"
}
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/cmake/gatepost"
cp include/gatepost.h "$prefix/include/"
cp "$built/libgatepost.a" "$prefix/lib/"
if [ -e "$built/libgatepost.so" ]; then
    cp "$built/libgatepost.so" "$prefix/lib/"
fi
fill gatepost.pc.in >"$prefix/lib/pkgconfig/gatepost.pc"
for file in gatepost-config gatepost-config-version; do
    fill $file.cmake.in >"$prefix/lib/cmake/gatepost/$file.cmake"
done
