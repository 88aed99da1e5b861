#!/usr/bin/env bash
# Every check of the project by name; people and CI run the same. Without a name, it lists them.
#
# What a check needs besides Rust and Python 3 it says when it is missing; with CI=true it installs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Cheapest first.
checks=(fmt doc clippy no-std no-panic target msrv test examples power package live bench chain radio firmware
    fuzz)

libraries=(meterwire-value meterwire-modbus-rtu meterwire-dlt645 meterwire-mbus meterwire-frame-crypto
    meterwire-lora-tdma)
targets=(thumbv7em-none-eabihf thumbv6m-none-eabi riscv32imc-unknown-none-elf)
minimum=1.89

. .ci/nightly.sh

usage() {
    echo "usage: ./check.sh NAME..."
    sed -n 's/^#: /  /p' "${BASH_SOURCE[0]}" .ci/nightly.sh
}

#: all        every check here, cheapest first

#: fmt        formatting
check_fmt() {
    need_component rustfmt
    cargo fmt --all --check
    local manifest
    for manifest in no-panic fuzz benches benches/on-target examples/stm32-collector; do
        cargo fmt --check --manifest-path "$manifest/Cargo.toml"
    done
}

#: doc        documentation without a warning
check_doc() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features
}

#: clippy     lints of everything, with default and with all features
check_clippy() {
    need_component clippy
    cargo clippy --workspace --all-targets -- -D warnings
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo clippy --manifest-path benches/Cargo.toml --target-dir target/benches --all-targets -- -D warnings
    need_target thumbv7em-none-eabihf
    # One feature after the other: each is an image of its own.
    clippy_image no-panic "$PWD/target/no-panic"
    clippy_image benches/on-target "$PWD/target/target-counts"
}

# Lints of a package, with each of its features.
clippy_image() {
    local feature
    cd "$1"
    for feature in $(sed -n '/^\[features\]/,/^\[dependencies\]/s/^\([a-z0-9-]*\) = .*/\1/p' Cargo.toml); do
        cargo clippy --quiet --target-dir "$2" --features "$feature" -- -D warnings
    done
    cd "$OLDPWD"
}

#: no-std     each library for three targets without std, with the features that are not for hosts
check_no-std() {
    local target library features
    for target in "${targets[@]}"; do
        need_target "$target"
        for library in "${libraries[@]}"; do
            cargo build --quiet --target "$target" --package "$library"
            cargo build --quiet --target "$target" --package "$library" --features defmt
            echo "$library builds for $target"
        done
        cargo build --quiet --target "$target" --package meterwire-modbus-rtu --no-default-features
        cargo build --quiet --target "$target" --package meterwire-mbus --features crypto
        for library in meterwire-modbus-rtu meterwire-dlt645 meterwire-mbus; do
            cargo build --quiet --target "$target" --package "$library" --features embedded-io
        done
        for features in sm4 storage sm4,storage; do
            cargo build --quiet --target "$target" --package meterwire-frame-crypto --features "$features"
        done
    done
}

#: no-panic   no public entry point can reach a panic or allocates, proven at link time crate by crate
check_no-panic() {
    local feature unproven=() output
    need_target thumbv7em-none-eabihf
    need python3 "install Python 3"
    for feature in meter-value modbus-rtu dlt645 mbus frame-crypto lora-tdma; do
        no_panic "$feature" || unproven+=("$feature")
    done
    if output=$(no_panic deliberate 2>&1); then
        fail "a deliberate panic links, so the check proves nothing"
    fi
    [[ $output == *"deliberate: can panic at src/main.rs"* ]] ||
        fail "a deliberate panic does not fail as it has to: $output"
    ((${#unproven[@]} == 0)) || fail "not proven: ${unproven[*]}"
}

# Links the image of one feature of no-panic/; if that fails, says where it can panic.
no_panic() {
    local directory=$PWD/target/no-panic log
    local options=(--quiet --release --target-dir "$directory" --features "$1")
    if log=$(cd no-panic && cargo build "${options[@]}" 2>&1); then
        ! grep "^$1 | " no-panic/exceptions.txt || fail "$1 cannot panic and needs no exception"
        echo "$1: cannot panic"
    elif [[ $log == *"undefined symbol: panic_is_reachable"* ]]; then
        (cd no-panic && cargo rustc "${options[@]}" -- -Clink-arg=--unresolved-symbols=ignore-all) || return 1
        python3 no-panic/places.py "$directory/thumbv7em-none-eabihf/release/no-panic" "$1"
    else
        echo "$log"
        return 1
    fi
}

#: target     what the libraries cost on a Cortex-M4: as recorded, and within their limits
check_target() {
    need_target thumbv7em-none-eabihf
    need python3 "install Python 3"
    need_qemu
    python3 benches/on-target/guard_test.py
    python3 benches/on-target/measure.py
}

#: msrv       the libraries with the oldest Rust they promise
check_msrv() {
    local packages=("${libraries[@]/#/--package=}")
    cargo "+$minimum" --version >/dev/null 2>&1 ||
        rustup toolchain install "$minimum" --profile minimal --no-self-update ||
        fail "Rust $minimum is missing: rustup toolchain install $minimum --profile minimal"
    cargo "+$minimum" check "${packages[@]}"
    cargo "+$minimum" check "${packages[@]}" --all-features
}

#: test       the tests of everything, then of the libraries with all features
check_test() {
    cargo test --workspace
    cargo test "${libraries[@]/#/--package=}" --all-features
}

#: examples   the programs to copy: each says what it has to, and a wrong frame is refused
check_examples() {
    local file name
    # A part of what each prints.
    local -A parts=(
        [meter-value/values]="56 34 12 80 is -1234.56"
        [modbus-rtu/modbus_decode]="as a response: 3 registers"
        [modbus-rtu/modbus_poll]="energy: 1234.56 kWh"
        [modbus-rtu/modbus_uart]="unit 17: voltage 229.7 V"
        [dlt645/dlt645_decode]="current, phase B: -17.526 A"
        [dlt645/dlt645_poll]="forward active energy, total: 1234.56 kWh"
        [dlt645/dlt645_uart]="forward active energy, total 1234.56 kWh"
        [mbus/mbus_decode]="flow temperature: 71.2 °C"
        [mbus/mbus_poll]="energy, storage 2: 1800000 Wh"
        [mbus/mbus_uart]="meter 5: 1800000 Wh"
        [frame-crypto/link]="the same frame again: frame 0 was opened before"
        [frame-crypto/power_cut]="every counter is higher than the one before"
        [frame-crypto/join]="a frame of the session before: the tag is wrong"
        [lora-tdma/airtime]="most octets in 400 ms"
        [lora-tdma/plan]="base | 13.307 kbit/s from 16 devices"
        [lora-tdma/network]="6 readings"
    )
    for file in {meter-value,modbus-rtu,dlt645,mbus,frame-crypto,lora-tdma}/examples/*.rs; do
        name=${file%.rs} name=${name/\/examples/}
        [[ ${parts[$name]:-} ]] || fail "of the example $name it is not known what it prints"
        example_prints "${parts[$name]}" "$name"
    done
    example_prints "as a request: ReadHoldingRegisters" modbus-rtu/modbus_decode 11 03 00 6B 00 03 76 87
    example_prints "voltage, phase A: 229.7 V" \
        dlt645/dlt645_decode 68 43 10 00 11 34 00 68 91 06 33 34 34 35 CA 55 EE 16
    example_prints "energy: 12345000 Wh" mbus/mbus_decode 68 07 07 68 08 05 78 02 06 39 30 F6 16
    example_prints "devices 27 to 52" lora-tdma/plan devices=50 message=32 base_bps=5000 channels=2
    example_refuses modbus-rtu/modbus_decode 11 03 00 6B 00 03 76 86
    example_refuses dlt645/dlt645_decode 68 43 10 00 11 34 00 68 91 06 33 34 34 35 CA 55 EF 16
    example_refuses mbus/mbus_decode 68 07 07 68 08 05 78 02 06 39 30 F7 16
}

# Runs an example with arguments, and looks for a part of what it prints.
example_prints() {
    local part=$1 output
    shift
    output=$(example "$@") || fail "the example $* fails"
    [[ $output == *"$part"* ]] || fail "the example $* does not print '$part' but: $output"
    echo "$*: $part"
}

# Gives an example a frame with a wrong checksum.
example_refuses() {
    local output
    ! output=$(example "$@" 2>&1 >/dev/null) || fail "the example $* takes a wrong frame"
    [[ $output == "this is no frame: wrong checksum: "* ]] ||
        fail "the example $* does not say what is wrong: $output"
    echo "$*: $output"
}

example() {
    local name=$1
    shift
    cargo run --quiet --manifest-path "${name%/*}/Cargo.toml" --all-features --example "${name#*/}" -- "$@"
}

#: power      a million radio frames while power is cut at every write: no counter comes twice
check_power() {
    METERWIRE_FRAMES=1000000 cargo test --release --package meterwire-frame-crypto --all-features --test power
}

#: package    the libraries as the registry would get them
check_package() {
    local options=(--allow-dirty)
    ! ci || options=()
    # Cargo takes a version of a registry, also of the temporary one here, for something that never changes.
    rm -rf target/publish "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*
    cargo package --target-dir target/publish "${libraries[@]/#/--package=}" "${options[@]}"
    echo "packages it stands on: with default features, with all"
    local library
    for library in "${libraries[@]}"; do
        printf '%-24s %3d %3d\n' "$library" "$(packages_of "$library")" "$(packages_of "$library" --all-features)"
    done
}

# How many packages a package needs, directly or not, to be built.
packages_of() {
    # Without itself.
    cargo tree --edges normal,build --prefix none --no-dedupe --package "$@" | sort -u | tail -n +2 | wc -l
}

#: live       the command line against other people's programs: socat, mbpoll, libmodbus, pymodbus,
#:            dlt645
check_live() {
    need_peers
    METERWIRE_REQUIRE_PEERS=1 cargo test -p inspect --test live
}

#: bench      the benchmarks: every peer does the same work, and what it takes
check_bench() {
    local options=(--manifest-path benches/Cargo.toml --target-dir target/benches)
    cargo test "${options[@]}"
    cargo run "${options[@]}" --release --bin table
}

#: chain      the whole chain for five simulated minutes: every protocol is read, nothing is wrong
check_chain() {
    need python3 "install Python 3"
    mkdir -p target
    cargo run --release -p concentrator -- --for 5s --speed 60 --seed 7 --report target/report.json
    python3 - target/report.json <<'END'
import json
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
assert report["wrong"] == 0, "values are wrong"
assert report["radio"]["collisions"] == 0, "frames collide"
unread = [protocol for protocol in ("modbus", "dlt645", "mbus") if report["readings"][protocol] == 0]
assert not unread, f"nothing was read by {unread}"
END
}

#: radio      time slots under loss, bursts, drift, restarts: nothing collides, nothing is lost or doubled
check_radio() {
    cargo run --release -p concentrator -- radio --hours 0.1 --seeds 1 --most-seeds 10
}

#: firmware   the collector's firmware: its size, and four of them in an emulator, with meters and commands
check_firmware() {
    local options=(--release --target-dir "$PWD/target/firmware") octets
    local image=$PWD/target/firmware/thumbv7em-none-eabihf/release/stm32-collector
    need_target thumbv7em-none-eabihf
    need_component clippy
    need_emulator
    (
        cd examples/stm32-collector
        cargo clippy "${options[@]}" -- -D warnings
        cargo build "${options[@]}"
    )
    octets=$(flash_octets "$image")
    echo "flash: $octets octets"
    # 96 KiB, and some room for other versions of the compiler.
    ((octets <= 100 * 1024)) || fail "the firmware takes $octets octets of flash"
    METERWIRE_FIRMWARE=$image cargo test --release -p concentrator -- emulated
}

flash_octets() {
    PYTHONPATH=benches/on-target python3 -c '
import pathlib, sys, measure
have = measure.sections(pathlib.Path(sys.argv[1]))
print(sum(have[name] for name in (".vector_table", ".text", ".rodata", ".data")))' "$1"
}

#: fuzz       the fuzz targets over their corpus, then each for FUZZ_SECONDS (3), with its dictionary
check_fuzz() {
    local targets=(fuzz/fuzz_targets/*.rs) results=target/fuzz/results.txt
    export FUZZ_SECONDS=${FUZZ_SECONDS:-3}
    ((FUZZ_SECONDS > 0)) || fail "FUZZ_SECONDS is $FUZZ_SECONDS"
    need_tool cargo-fuzz 0.13.2
    # AddressSanitizer finds nothing where nothing is unsafe, needs a nightly Rust, and halves the speed.
    cargo fuzz build --sanitizer none --target-dir "$PWD/target/fuzz"
    FUZZ_IMAGES=target/fuzz/$(rustc -vV | sed -n 's/^host: //p')/release
    export FUZZ_IMAGES
    export -f fuzz
    printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -c 'fuzz "$(basename {} .rs)"' | tee "$results"
    (($(grep -c " runs$" "$results") == ${#targets[@]})) || fail "broken; logs and octets are in target/fuzz/"
}

# Runs one fuzz target. What it finds stays in target/fuzz/corpus, and is where the next run begins.
fuzz() {
    local found=target/fuzz/corpus/$1 log=target/fuzz/$1.log dictionary
    local options=(-max_total_time="$FUZZ_SECONDS" -timeout=10 -print_final_stats=1)
    # A short run tries the same each time: it is there for what a change breaks.
    ((FUZZ_SECONDS > 10)) || options+=(-seed=1)
    for dictionary in fuzz/dictionaries/*.dict; do
        [[ $1 != "$(basename "$dictionary" .dict)"_* ]] || options+=(-dict="$dictionary")
    done
    mkdir -p "$found" target/fuzz/artifacts
    options+=(-artifact_prefix="target/fuzz/artifacts/$1-")
    if "$FUZZ_IMAGES/$1" "${options[@]}" "$found" "fuzz/corpus/$1" >"$log" 2>&1; then
        echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
    else
        echo "$1: BROKEN: $(grep -m1 -A1 -E "panicked at|ERROR: libFuzzer" "$log" | tr '\n' ' ')"
    fi
}

fail() {
    echo "check.sh: $*" >&2
    exit 1
}

ci() { [[ ${CI:-} == true ]]; }

have() { command -v "$1" >/dev/null; }

need() { have "$1" || fail "$1 is missing: $2"; }

# A subcommand of cargo.
need_tool() {
    have "$1" && return
    ci || fail "$1 is missing: cargo install --locked $1@$2"
    cargo install --locked "$1@$2"
}

need_component() {
    cargo "${1/#rustfmt/fmt}" --version >/dev/null 2>&1 || rustup component add "$1" ||
        fail "$1 is missing: rustup component add $1"
}

need_target() {
    [[ -d $(rustc --print sysroot)/lib/rustlib/$1 ]] || rustup target add "$1" ||
        fail "the target $1 is missing: rustup target add $1"
}

need_qemu() {
    have qemu-system-arm && return
    ci || fail "missing: apt-get install --no-install-recommends qemu-system-arm"
    as_root apt-get update
    as_root apt-get install -y --no-install-recommends qemu-system-arm
}

# QEMU with the UARTs and clocks of the STM32F405 as the firmware needs them.
need_emulator() {
    local version
    version=$(qemu-system-arm --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
    ((${version:-0} >= 10)) && return
    ci || fail "qemu-system-arm 10 or later is missing: apt-get install -t bookworm-backports qemu-system-arm"
    local suite
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")-backports
    grep -rqs "$suite" /etc/apt/sources.list /etc/apt/sources.list.d ||
        echo "deb http://deb.debian.org/debian $suite main" | as_root tee /etc/apt/sources.list.d/backports.list
    as_root apt-get update
    as_root apt-get install -y --no-install-recommends -t "$suite" qemu-system-arm
}

need_peers() {
    local venv=$PWD/target/peers packages=() program
    local modules=(pymodbus==3.16.1 pyserial==3.5 dlt645==3.2.0 loguru==0.7.3)
    PATH=$venv/bin:$PATH
    for program in socat mbpoll python3; do
        have "$program" || packages+=("$program")
    done
    ! have python3 || python3 -c "import ensurepip" 2>/dev/null || packages+=(python3-venv)
    python3 -c "import ctypes; ctypes.CDLL('libmodbus.so.5')" 2>/dev/null || packages+=(libmodbus5)
    if ((${#packages[@]})); then
        ci || fail "missing: apt-get install ${packages[*]}"
        as_root apt-get update
        as_root apt-get install -y --no-install-recommends "${packages[@]}"
    fi
    # The folder of the crate would do for `import dlt645`.
    if ! python3 -c "import pymodbus, serial; from dlt645 import MeterServerService" 2>/dev/null; then
        ci || fail "missing: python3 -m venv target/peers && target/peers/bin/pip install ${modules[*]}"
        python3 -m venv "$venv"
        "$venv/bin/pip" install "${modules[@]}"
    fi
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Runs every check named, also after one failed, each in a shell of its own so that it stops at its first
# failure.
run() {
    local name status began passed=0 failed=0 times=()
    for name; do
        echo "=== $name"
        began=$SECONDS
        set +e
        (
            set -e
            "check_$name"
        )
        status=$?
        set -e
        if ((status == 0)); then
            passed=$((passed + 1))
            times+=("$(printf '%5d s  %s' $((SECONDS - began)) "$name")")
        else
            failed=$((failed + 1))
            times+=("$(printf '%5d s  %s FAILED' $((SECONDS - began)) "$name")")
        fi
    done
    echo "==="
    printf '%s\n' "${times[@]}"
    echo "checks: $passed passed, $failed failed"
    ((failed == 0))
}

if (($# == 0)); then
    usage
    exit 2
fi
if [[ $* == all ]]; then
    set -- "${checks[@]}"
elif [[ $* == nightly ]]; then
    set -- "${nightly_checks[@]}"
fi
for name; do
    if ! declare -F "check_$name" >/dev/null; then
        usage >&2
        fail "there is no check $name"
    fi
done
need cargo "install Rust with rustup, https://rustup.rs"
run "$@"
