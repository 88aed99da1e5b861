# Checks that take long to build or to run; check.sh reads this file.

# A fixed one, because documentation as JSON and Miri change from one to the next.
nightly=nightly-2026-05-20

#: nightly    the checks below: they take hours
nightly_checks=(deny semver public-api hack coverage miri fuzz-long)

#: deny       licences, sources and duplicates of all dependencies, and advisories where they can be had
check_deny() {
    local manifest folder
    need_tool cargo-deny 0.20.2
    for manifest in Cargo.toml examples/stm32-collector/Cargo.toml; do
        cargo deny --manifest-path "$manifest" check --allow duplicate bans licenses sources
    done
    # Whoever uses a library gets one version of everything it stands on.
    for folder in meter-value modbus-rtu dlt645 mbus frame-crypto lora-tdma; do
        cargo deny --manifest-path "$folder/Cargo.toml" --exclude-dev check bans
    done
    # Without the database nothing is known; nobody's own machine fails for that.
    if ci || cargo deny fetch db >/dev/null 2>&1; then
        cargo deny check advisories
    else
        echo "ADVISORIES ARE NOT CHECKED: their database cannot be reached"
    fi
}

#: semver     no library breaks what its last release promised
check_semver() {
    local library release
    need_tool cargo-semver-checks 0.51.0
    if ! release=$(git describe --tags --abbrev=0 2>/dev/null); then
        release=HEAD
        echo "THERE IS NO RELEASE YET: compared with the last commit, which says little"
    fi
    for library in "${libraries[@]}"; do
        cargo semver-checks --package "$library" --baseline-rev "$release"
    done
}

#: public-api what each library offers is what api/ lists
check_public-api() {
    local library changed=()
    need_tool cargo-public-api 0.52.0
    need_nightly
    mkdir -p target/api
    for library in "${libraries[@]}"; do
        # Without implementations that follow from the types.
        cargo "+$nightly" public-api --target-dir target/api --package "$library" --all-features -sss \
            >"target/api/$library.txt"
        diff -u "api/$library.txt" "target/api/$library.txt" || changed+=("$library")
    done
    ((${#changed[@]} == 0)) || fail "${changed[*]} changed; if that is meant: cp target/api/*.txt api/"
}

#: hack       every library with every combination of features, on the host and without std
check_hack() {
    local library options=(--feature-powerset --target-dir target/hack)
    local target=${targets[0]}
    need_tool cargo-hack 0.6.46
    need_target "$target"
    for library in "${libraries[@]}"; do
        RUSTFLAGS="-D warnings" cargo hack check "${options[@]}" --package "$library"
        RUSTFLAGS="-D warnings" cargo hack check "${options[@]}" --package "$library" --target "$target" \
            --exclude-features tokio
    done
}

#: coverage   the lines of each library that its tests, its examples and the laws run, at least 95 of 100
check_coverage() {
    local options=("${libraries[@]/#/--package=}" --all-features --lcov)
    need_tool cargo-llvm-cov 0.9.1
    need python3 "install Python 3"
    need_nightly
    # Only a nightly Rust counts what examples in the documentation run.
    CARGO_TARGET_DIR=$PWD/target/coverage-examples cargo "+$nightly" llvm-cov --doc "${options[@]}" \
        --output-path target/coverage-examples.info
    rustup component add llvm-tools >/dev/null 2>&1 || fail "llvm-tools is missing: rustup component add llvm-tools"
    CARGO_TARGET_DIR=$PWD/target/coverage cargo llvm-cov --package laws "${options[@]}" \
        --output-path target/coverage-tests.info
    python3 .ci/coverage.py target/coverage-*.info
}

#: miri       the libraries' unit tests in an interpreter that finds undefined behaviour, also of dependencies
check_miri() {
    # They try every identifier, day or counter, which takes an interpreter an hour.
    local skipped=(
        counters_of_any_size_and_speed_start_again_unnoticed
        digits_at_the_same_time_are_those_one_after_the_other
        each_pair_leads_back
        every_day_is_the_one_it_was_made_of
        every_identifier_reads_as_it_says
    )
    local log=target/miri.log
    need_nightly
    mkdir -p target
    MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=4 cargo "+$nightly" miri test --target-dir target/miri \
        --lib --all-features "${libraries[@]/#/--package=}" -- "${skipped[@]/#/--skip=}" 2>&1 | tee "$log"
    awk '/^test result:/ { tests += $4 } END { print "tests under Miri: " tests }' "$log"
}

#: fuzz-long  fuzz, for FUZZ_SECONDS (300) a target
check_fuzz-long() {
    FUZZ_SECONDS=${FUZZ_SECONDS:-300} check_fuzz
}

need_nightly() {
    local install=(rustup toolchain install "$nightly" --profile minimal --no-self-update --component
        miri,rust-src,llvm-tools)
    local installed
    installed=$(rustup component list --installed --toolchain "$nightly" 2>/dev/null) || true
    (($(grep -cE '^(miri|rust-src|llvm-tools)' <<<"$installed") == 3)) && return
    ci || fail "$nightly is missing: ${install[*]}"
    "${install[@]}"
}
