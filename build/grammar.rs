//! The parser of the policy language. In: `grammar/policy.lalrpop`. Out: `policy.rs` in `OUT_DIR`.
//! Without the feature `compile` there is no policy text to read, and this is not built.

/// Runs LALRPOP.
pub(crate) fn generate() {
    println!("cargo::rerun-if-changed=grammar/policy.lalrpop");
    let out = std::env::var_os("OUT_DIR").expect("invariant: Cargo names the output directory");
    lalrpop::Configuration::new()
        .set_in_dir("grammar")
        .set_out_dir(out)
        .emit_rerun_directives(false)
        .process()
        .expect("the grammar is valid");
}
