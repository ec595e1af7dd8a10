//! The command line `radpath`.

fn main() -> std::process::ExitCode {
    radpath::main()
}
