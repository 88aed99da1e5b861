//! Puts the memory map where the linker looks for it, and the first table of meters where the program does.

mod meters;

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::copy("memory.x", folder.join("memory.x"))?;
    fs::write(folder.join("meters"), meters::table()?)?;
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-changed=meters.rs");
    Ok(())
}
