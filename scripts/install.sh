#!/usr/bin/env bash
# Builds and installs `agsec` and the fastest `agsec-hook` that this machine can build.
#
#   scripts/install.sh [--prefix DIR]      installs into DIR/bin; the default is ~/.cargo (so ~/.cargo/bin)
#   scripts/install.sh --hook-only DIR     builds the hook alone and copies it into DIR
#
# The hook is static: with musl where that target is installed (`rustup target add x86_64-unknown-linux-musl`),
# otherwise with glibc. Elsewhere than on Linux it is an ordinary release build.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix="${CARGO_HOME:-$HOME/.cargo}"
hook_only=
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix) prefix="${2:?--prefix wants a folder}"; shift 2 ;;
    --hook-only) hook_only="${2:?--hook-only wants a folder}"; shift 2 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option \`$1\`; see --help" >&2; exit 2 ;;
  esac
done

host="$(rustc -vV | sed -n 's/^host: //p')"
target_folder="${CARGO_TARGET_DIR:-target}"

has_target() { [ -d "$(rustc --print target-libdir --target "$1" 2>/dev/null)" ]; }

# The target is always named: without it `+crt-static` would reach procedural macros, which cannot be built so.
hook_target="$host"
static_flags="-C target-feature=+crt-static -C relocation-model=static -C panic=abort"
case "$host" in
  *-linux-gnu) has_target "${host%gnu}musl" && hook_target="${host%gnu}musl" ;;
  *-linux-musl) ;;
  *) static_flags="" ;;
esac

echo "building agsec-hook for $hook_target"
RUSTFLAGS="$static_flags" cargo build --release --locked --no-default-features --features eval \
  --bin agsec-hook --target "$hook_target"
hook="$target_folder/$hook_target/release/agsec-hook"

# Replaced by rename: a hook that is running keeps its file.
place() {
  mkdir -p "$2"
  cp "$1" "$2/.${1##*/}.new"
  mv -f "$2/.${1##*/}.new" "$2/${1##*/}"
  echo "installed $2/${1##*/}"
}

if [ -n "$hook_only" ]; then
  place "$hook" "$hook_only"
  exit 0
fi

echo "building agsec"
cargo build --release --locked --bin agsec
place "$target_folder/release/agsec" "$prefix/bin"
place "$hook" "$prefix/bin"
"$prefix/bin/agsec" --version
case ":$PATH:" in
  *":$prefix/bin:"*) ;;
  *) echo "note: $prefix/bin is not in PATH" ;;
esac
